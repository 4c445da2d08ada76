import { el, uniqueId } from './dom.js';
import { icon } from './icons.js';

const SHOWN = 50;

/**
 * The options that `text` asks for: those whose id or label contain it; exact and beginning matches first.
 * @template {{id: string, label: string}} T
 * @param {T[]} options
 * @param {string} text
 * @returns {T[]}
 */
export function matchOptions(options, text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return options;
  const rank = ({ id, label }) => {
    const [lowId, lowLabel] = [id.toLowerCase(), label.toLowerCase()];
    if (lowId === wanted) return 0;
    if (lowId.startsWith(wanted) || lowLabel.startsWith(wanted)) return 1;
    return lowId.includes(wanted) || lowLabel.includes(wanted) ? 2 : 3;
  };
  const ranked = options.map((option) => [rank(option), option]).filter(([order]) => order < 3);
  return ranked.sort((a, b) => a[0] - b[0]).map(([, option]) => option);
}

/**
 * A text field with a list to choose from (WAI-ARIA combobox, list autocomplete). What is typed is the value,
 * so that an id which is not in the list is not lost; the API says whether it is right. Fires `change` on
 * its input when the value changes for good.
 */
export class Combobox {
  #options = [];
  #shown = [];
  #active = -1;
  #committed = '';
  #list;
  #frame;

  /** @param {{id?: string, label?: string, placeholder?: string}} names */
  constructor({ id = uniqueId('combo'), label, placeholder = '' } = {}) {
    this.#list = el('ul', { role: 'listbox', id: `${id}-list`, 'aria-label': 'Choices', class: 'combo-list', hidden: true });
    this.input = el('input', {
      id, type: 'text', role: 'combobox', autocomplete: 'off', spellcheck: 'false', placeholder,
      'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': `${id}-list`, 'aria-label': label,
    });
    this.#frame = el('div', { class: 'combo' }, this.input, icon('down'), this.#list);
    this.element = this.#frame;
    this.input.addEventListener('input', () => this.#open(true));
    this.input.addEventListener('click', () => this.#open(false));
    this.input.addEventListener('keydown', (event) => this.#key(event));
    this.input.addEventListener('blur', () => { this.#close(); this.#commit(); });
    // Keeps the focus in the field while the list is clicked or dragged.
    this.#list.addEventListener('mousedown', (event) => event.preventDefault());
    this.#list.addEventListener('click', (event) => {
      const option = event.target.closest('[role=option]');
      if (option) this.#choose(this.#shown[Number(option.dataset.index)]);
    });
  }

  /** @param {{id: string, label: string}[]} options */
  set options(options) {
    this.#options = options;
  }

  get value() {
    return this.input.value.trim();
  }

  set value(value) {
    this.input.value = value;
    this.#committed = value;
  }

  #open(typed) {
    this.#shown = matchOptions(this.#options, typed ? this.input.value : '').slice(0, SHOWN);
    this.#list.replaceChildren(...this.#shown.map((option, index) =>
      el('li', { role: 'option', id: `${this.#list.id}-${index}`, 'data-index': index, 'aria-selected': 'false' },
        el('bdi', { class: 'data strong' }, option.id),
        option.label && option.label !== option.id ? el('bdi', { class: 'data muted' }, option.label) : null)));
    const isOpen = this.#shown.length > 0;
    this.#list.hidden = !isOpen;
    this.input.setAttribute('aria-expanded', String(isOpen));
    this.#activate(-1);
  }

  #close() {
    this.#list.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
    this.#activate(-1);
  }

  #activate(index) {
    this.#list.children[this.#active]?.setAttribute('aria-selected', 'false');
    this.#active = index;
    const option = this.#list.children[index];
    option?.setAttribute('aria-selected', 'true');
    option?.scrollIntoView({ block: 'nearest' });
    if (option) this.input.setAttribute('aria-activedescendant', option.id);
    else this.input.removeAttribute('aria-activedescendant');
  }

  #choose(option) {
    this.input.value = option.id;
    this.#close();
    this.#commit();
  }

  #commit() {
    if (this.value === this.#committed) return;
    this.#committed = this.value;
    this.input.dispatchEvent(new Event('change', { bubbles: true }));
  }

  #key(event) {
    const isOpen = !this.#list.hidden;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!isOpen) this.#open(false);
      const count = this.#shown.length;
      if (count === 0) return;
      const step = event.key === 'ArrowDown' ? 1 : -1;
      this.#activate(this.#active < 0 && step < 0 ? count - 1 : (this.#active + step + count) % count);
    } else if (event.key === 'Enter' && isOpen && this.#active >= 0) {
      event.preventDefault();
      this.#choose(this.#shown[this.#active]);
    } else if (event.key === 'Enter') {
      this.#close();
      this.#commit();
    } else if (event.key === 'Escape' && isOpen) {
      event.preventDefault();
      this.#close();
    }
  }
}
