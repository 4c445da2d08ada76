import { errorText } from './announce.js';
import { button, whileBusy } from './dialog.js';
import { debounce, el, refreshChildrenOnce, syncChildren, uniqueId } from './dom.js';
import { DeliveryRow } from './delivery_row.js';
import { STATE_IDS, isFinished, stateName } from './delivery_states.js';
import { fromLocalInput, toLocalInput } from './time.js';
import { LOG_FILTERS, hasLogFilter, logQuery } from './view_state.js';

const PAGE = 50;
const [LIVE_MS, CALM_MS] = [2_000, 15_000];

/** The log of one webhook: its deliveries, newest first, with filters that stand in the address bar. */
export class DeliveryLog {
  #parts;
  #view;
  #deliveries = new Map();
  #next = null;
  #list = el('ol', { class: 'deliveries', role: 'list', 'aria-label': 'Deliveries, newest first' });
  #state = el('div', { class: 'state', role: 'status' });
  #more;
  #filters = {};

  /**
   * @param {{service: object, catalog: object, announcer: object, go: (changes: object, isTyping: boolean) => void,
   *   shown: (deliveries: object[]) => void, poke: () => void}} parts `shown`: what is listed has changed;
   *   `poke`: it should be brought up to date now
   */
  constructor(parts) {
    this.#parts = parts;
    this.#more = button('Show older', { iconName: 'down', click: () => whileBusy(this.#more, () => this.#loadMore()) });
    this.element = el('section', { class: 'card log', 'aria-labelledby': 'log-title' },
      el('h2', { id: 'log-title' }, 'Deliveries'), this.#filterBar(), this.#list, this.#state, el('div', { class: 'more' }, this.#more));
  }

  #filterBar() {
    const choose = (options) => el('select', {}, el('option', { value: '' }, 'All'), ...options.map(([value, label]) => el('option', { value }, label)));
    const typed = el('input', { type: 'search', placeholder: 'e.g. product/PR-7', autocomplete: 'off', spellcheck: 'false', maxlength: 200 });
    this.#filters = {
      state: choose(STATE_IDS.map((id) => [id, stateName(id)])),
      event_type: choose(this.#parts.catalog.types.map(({ id, label }) => [id, label])),
      subject: typed,
      since: el('input', { type: 'datetime-local' }),
      until: el('input', { type: 'datetime-local' }),
    };
    const labels = { state: 'State', event_type: 'Event type', subject: 'Subject', since: 'From', until: 'Until' };
    const tell = (name, isTyping) => {
      const value = this.#valueOf(name);
      if (value !== this.#view[name]) this.#parts.go({ [name]: value }, isTyping);
    };
    return el('div', { class: 'log-filters', role: 'search', 'aria-label': 'Filter deliveries' }, ...LOG_FILTERS.map((name) => {
      const control = this.#filters[name];
      control.id = uniqueId(name);
      control.addEventListener('change', () => tell(name, false));
      if (name === 'subject') control.addEventListener('input', debounce(() => tell(name, true), 300));
      return el('div', { class: 'field' }, el('label', { for: control.id }, labels[name]), control);
    }));
  }

  #valueOf(name) {
    const { value } = this.#filters[name];
    return name === 'since' || name === 'until' ? fromLocalInput(value) : value.trim();
  }

  /** Shows a view's filters; what was listed goes where the filters are others. */
  showView(view) {
    const isOther = !this.#view || LOG_FILTERS.some((name) => view[name] !== this.#view[name]);
    this.#view = view;
    for (const name of LOG_FILTERS) {
      const isTime = name === 'since' || name === 'until';
      const text = isTime ? toLocalInput(view[name]) : view[name];
      const control = this.#filters[name];
      if (control !== document.activeElement && control.value !== text) control.value = text;
    }
    if (isOther) {
      this.#deliveries.clear();
      this.#next = undefined;
    }
  }

  /**
   * Brings the newest page up to date; what was loaded of older ones stays.
   * @returns {Promise<number>} after how many milliseconds it is worth asking again
   */
  async refresh(signal) {
    const view = this.#view;
    let page;
    try {
      page = await this.#parts.service.listDeliveries(view.webhook, logQuery(view, PAGE), signal);
    } catch (error) {
      if (!signal?.aborted && this.#deliveries.size === 0) refreshChildrenOnce(this.#state, error.message, [el('p', {}, errorText(error))]);
      throw error;
    }
    if (view !== this.#view) return 0;
    this.#merge(page);
    if (this.#next === undefined || this.#deliveries.size <= PAGE) this.#next = page.next_cursor;
    this.#render();
    return page.data.some((delivery) => !isFinished(delivery)) ? LIVE_MS : CALM_MS;
  }

  // What lies within the page's range and is not on it no longer matches the filters.
  #merge({ data, next_cursor: next }) {
    const lowest = Number(next ?? 0);
    const present = new Set(data.map((delivery) => delivery.id));
    const hasGap = next !== null && data.length === PAGE && !data.some((delivery) => this.#deliveries.has(delivery.id));
    if (hasGap) {  // more came at once than fits a page: list from the newest on again
      this.#deliveries.clear();
      this.#next = undefined;
    }
    for (const [id, delivery] of this.#deliveries) if (delivery.sequence >= lowest && !present.has(id)) this.#deliveries.delete(id);
    for (const delivery of data) this.#deliveries.set(delivery.id, delivery);
  }

  async #loadMore() {
    try {
      const view = this.#view;
      let page = { data: [], next_cursor: this.#next };
      do {  // where few match the filters, a page may have none and yet not be the last
        page = await this.#parts.service.listDeliveries(view.webhook, { ...logQuery(view, PAGE), cursor: page.next_cursor });
        if (LOG_FILTERS.some((name) => view[name] !== this.#view[name])) return;
      } while (page.data.length === 0 && page.next_cursor !== null);
      for (const delivery of page.data) this.#deliveries.set(delivery.id, delivery);
      this.#next = page.next_cursor;
      this.#render();
    } catch (error) {
      this.#parts.announcer.fail(error);
    }
  }

  #render() {
    const sorted = [...this.#deliveries.values()].sort((a, b) => b.sequence - a.sequence);
    const parts = { ...this.#parts, changed: () => this.#parts.poke() };
    syncChildren(this.#list, sorted, (delivery) => delivery.id, (delivery) => new DeliveryRow(delivery, parts).element,
      (element, delivery) => element.row.update(delivery));
    this.#more.hidden = !this.#next;
    const isEmpty = sorted.length === 0;
    this.#state.hidden = !isEmpty;
    refreshChildrenOnce(this.#state, isEmpty ? `empty ${hasLogFilter(this.#view)} ${Boolean(this.#next)}` : '', isEmpty
      ? [el('p', {}, hasLogFilter(this.#view) ? `No delivery ${this.#next ? 'of the newest ' : ''}matches these filters.` : 'Nothing was sent to this webhook yet. Send a test event to see one arrive.')] : []);
    this.#parts.shown(sorted);
  }
}
