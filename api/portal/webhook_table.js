import { contractPicker } from './contract_picker.js';
import { debounce, el, syncChildren } from './dom.js';
import { button } from './dialog.js';
import { ariaSort, hasListFilter, nextSort } from './view_state.js';
import { STATUSES } from './webhook_fields.js';
import { fillWebhookRow, webhookRow } from './webhook_row.js';

const AT_ONCE = 25;

const COLUMNS = [
  { name: 'number', label: 'No', className: 'col-number' },
  { name: 'contract_id', label: 'Contract', className: 'col-contract' },
  { name: 'url', label: 'URL', className: 'col-url' },
  { name: 'event_type', label: 'Event type', className: 'col-types' },
  { name: 'status', label: 'Status', className: 'col-status' },
];

/** The table with its header's sorting and filters. Shows what it is given; changes go to `onChange`. */
export class WebhookTable {
  #parts;
  #onChange;
  #headers = new Map();
  #filters = {};
  #view = null;
  #clear;
  #body = el('tbody', { role: 'rowgroup' });
  #head;
  #later = 0;

  /**
   * @param {object} parts see webhookRow()
   * @param {(changes: object, isTyping: boolean) => void} onChange new values of the view; `isTyping`: more may follow
   * @param {import('./health.js').HealthLoader} health
   */
  constructor(parts, onChange, health) {
    this.#parts = parts;
    this.#onChange = onChange;
    this.health = health;
    this.#clear = button('Clear filters', { iconName: 'close', click: () => onChange({ number: '', contract_id: '', url: '', event_type: '', status: '' }, false) });
    this.#head = el('tr', { role: 'row' }, ...COLUMNS.map((column) => this.#header(column)),
      el('th', { role: 'columnheader', scope: 'col', class: 'col-health' }, el('span', { class: 'head-label' }, 'Last deliveries')),
      el('th', { role: 'columnheader', scope: 'col', class: 'col-actions' }, el('span', { class: 'head-label' }, 'Actions'), this.#clear));
    this.element = el('table', { role: 'table', class: 'webhooks', 'aria-label': 'Webhooks' },
      el('thead', { role: 'rowgroup' }, this.#head), this.#body);
  }

  /** Builds the filters that offer choices. Call when the catalog is loaded. */
  fillChoices() {
    const { catalog } = this.#parts;
    this.#setFilter('contract_id', contractPicker(catalog.contracts, { label: 'Filter by contract', empty: 'All' }));
    this.#setFilter('event_type', selectFilter('Filter by event type', catalog.types.map(({ id, label }) => ({ value: id, label }))));
    if (this.#view) this.showView(this.#view);
  }

  #header({ name, label, className }) {
    const sort = el('button', { type: 'button', class: 'sort', on: { click: () => this.#onChange({ sort: nextSort(this.#view.sort, name) }, false) } },
      el('span', {}, label), el('span', { class: 'sort-mark', 'aria-hidden': 'true' }));
    const place = el('div', { class: 'filter' });
    const header = el('th', { role: 'columnheader', scope: 'col', class: className }, sort, place);
    this.#headers.set(name, { header, place });
    if (name === 'status') this.#setFilter(name, selectFilter('Filter by status', STATUSES));
    else if (name === 'number') this.#setFilter(name, textFilter('Filter by number', '3, 7', 'numeric'));
    else if (name === 'url') this.#setFilter(name, textFilter('Filter by URL', 'contains\u2026', 'search'));
    return header;
  }

  #setFilter(name, filter) {
    this.#filters[name] = filter;
    this.#headers.get(name).place.replaceChildren(filter.element);
    const tell = (isTyping) => {
      const value = filter.value;
      if (name === 'number' && !/^(\s*\d{1,15}\s*[,\s]?)*$/.test(value)) {
        filter.control.setAttribute('aria-invalid', 'true');
        return;
      }
      filter.control.removeAttribute('aria-invalid');
      if (value !== this.#view[name]) this.#onChange({ [name]: value }, isTyping);
    };
    const later = debounce(() => tell(true), 300);
    if (filter.isTyped) filter.control.addEventListener('input', later);
    filter.control.addEventListener('change', () => { later.cancel(); tell(false); });
  }

  /** Shows a view's sorting and filters; leaves a field that is being typed in alone. */
  showView(view) {
    this.#view = view;
    for (const [name, { header }] of this.#headers) {
      header.setAttribute('aria-sort', ariaSort(view.sort, name));
      const filter = this.#filters[name];
      if (filter && filter.value !== view[name] && !(filter.isTyped && filter.control === document.activeElement && view[name] !== '')) {
        filter.value = view[name];
      }
      header.classList.toggle('is-filtered', view[name] !== '');
    }
    this.#clear.hidden = !hasListFilter(view);
  }

  /** @param {import('./service.js').Webhook[]} webhooks */
  showRows(webhooks) {
    const wanted = new Set(webhooks.map((webhook) => webhook.id));
    for (const row of this.#body.children) if (!wanted.has(row.dataset.key)) this.health.unwatch(row);
    cancelAnimationFrame(this.#later);
    this.#showUpTo(webhooks, AT_ONCE);
  }

  // A long page grows from frame to frame, so that none of them is slow.
  #showUpTo(webhooks, count) {
    this.#sync(webhooks.slice(0, Math.max(count, this.#keptAhead(webhooks))));
    if (count < webhooks.length) this.#later = requestAnimationFrame(() => this.#showUpTo(webhooks, count + AT_ONCE));
  }

  // How many rows are there already, from the top on: those cost nothing, and must not go and come back.
  #keptAhead(webhooks) {
    const { children } = this.#body;
    let count = 0;
    while (count < webhooks.length && children[count]?.dataset.key === webhooks[count].id) count += 1;
    return count;
  }

  #sync(webhooks) {
    syncChildren(this.#body, webhooks, (webhook) => webhook.id, (webhook) => this.#make(webhook),
      (row, webhook) => fillWebhookRow(row, webhook, this.#parts));
  }

  #make(webhook) {
    const row = webhookRow(webhook, this.#parts);
    const place = row.querySelector('.health-cell');
    this.health.watch(row, webhook.id, (deliveries) => place.replaceChildren(this.#parts.healthBar(deliveries)));
    return row;
  }

  /** Points out the row of a webhook that has just been added. */
  highlight(id) {
    for (const row of this.#body.children) row.classList.toggle('is-new', row.dataset.key === id);
  }
}

function selectFilter(label, choices) {
  const select = el('select', { 'aria-label': label }, el('option', { value: '' }, 'All'), ...choices.map((choice) => el('option', { value: choice.value }, choice.label)));
  return {
    element: select, control: select, isTyped: false,
    get value() { return select.value; },
    set value(value) { select.value = value; },
  };
}

function textFilter(label, placeholder, inputmode) {
  const input = el('input', { type: 'search', inputmode, 'aria-label': label, placeholder, autocomplete: 'off', spellcheck: 'false' });
  return {
    element: input, control: input, isTyped: true,
    get value() { return input.value.trim(); },
    set value(value) { input.value = value; },
  };
}
