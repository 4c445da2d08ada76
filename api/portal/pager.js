import { button } from './dialog.js';
import { el } from './dom.js';
import { PAGE_SIZES, rangeText } from './view_state.js';

/** Which part of a list is shown, and the way to the others. */
export class Pager {
  #range = el('p', { class: 'pager-range', role: 'status' });
  #page = el('span', { class: 'pager-page' });
  #size;
  #buttons;
  #shown = { page: 1, pages: 1 };

  /** @param {(changes: {page?: number, page_size?: number}) => void} onChange */
  constructor(onChange) {
    const go = (target) => () => onChange({ page: target() });
    const make = (label, iconName, target) => {
      const control = button(label, { iconName, click: go(target), 'aria-label': `${label} page` });
      control.classList.add('icon-only');
      return control;
    };
    this.#buttons = {
      first: button('First', { click: go(() => 1), 'aria-label': 'First page' }),
      previous: make('Previous', 'back', () => this.#shown.page - 1),
      next: make('Next', 'next', () => this.#shown.page + 1),
      last: button('Last', { click: go(() => this.#shown.pages), 'aria-label': 'Last page' }),
    };
    this.#size = el('select', { 'aria-label': 'Webhooks per page' }, ...PAGE_SIZES.map((size) => el('option', { value: size }, `${size} per page`)));
    this.#size.addEventListener('change', () => onChange({ page_size: Number(this.#size.value), page: 1 }));
    this.element = el('nav', { class: 'pager', 'aria-label': 'Pages' }, this.#range,
      el('div', { class: 'pager-buttons' }, this.#buttons.first, this.#buttons.previous, this.#page, this.#buttons.next, this.#buttons.last), this.#size);
  }

  /** @param {{page: number, page_size: number, total: number}} list */
  show(list) {
    const pages = Math.max(1, Math.ceil(list.total / list.page_size));
    this.#shown = { page: list.page, pages };
    const text = rangeText(list);
    if (this.#range.textContent !== text) this.#range.textContent = text;
    this.#page.textContent = `Page ${list.page.toLocaleString()} of ${pages.toLocaleString()}`;
    this.#size.value = String(list.page_size);
    const { first, previous, next, last } = this.#buttons;
    first.disabled = previous.disabled = list.page <= 1;
    next.disabled = last.disabled = list.page >= pages;
  }
}
