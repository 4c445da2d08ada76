import { errorText } from './announce.js';
import { button, whileBusy } from './dialog.js';
import { el, refreshChildrenOnce } from './dom.js';
import { saveResponse } from './download.js';
import { HEALTH_COUNT, HealthLoader, healthBar } from './health.js';
import { Pager } from './pager.js';
import { Poller } from './poller.js';
import { timeZone } from './time.js';
import { detailView, filterQuery, hasListFilter, listView, pageQuery } from './view_state.js';
import { webhookActions } from './webhook_actions.js';
import { WebhookTable } from './webhook_table.js';

const REFRESH_MS = 15_000;

/** The table of all webhooks with what belongs to it. */
export class WebhookList {
  #parts;
  #view = listView();
  #shown = null;
  #loading = null;
  #poller = new Poller(() => this.#load(false), { interval: REFRESH_MS });
  #table;
  #pager = new Pager((changes) => this.#go(changes));
  #state = el('div', { class: 'state' });
  #actions;
  #highlighted = null;

  /** @param {{service: object, catalog: object, navigation: object, announcer: object}} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#actions = webhookActions(parts, {
      saved: (webhook, isNew) => this.#saved(webhook, isNew),
      removed: () => this.#load(false).catch(() => {}),
      stale: () => this.#load(false).catch(() => {}),
    });
    const health = new HealthLoader((id) => parts.service.listDeliveries(id, { limit: HEALTH_COUNT }).then((page) => page.data));
    this.#table = new WebhookTable({
      catalog: parts.catalog, navigation: parts.navigation, healthBar, detailOf: (webhook) => detailView(webhook.id), ...this.#actions,
    }, (changes, isTyping) => this.#go({ page: 1, ...changes }, isTyping), health);

    this.addButton = button('Add webhook', { kind: 'primary', iconName: 'add', click: () => this.#actions.add() });
    this.exportButton = button('Download Excel', { iconName: 'download', click: () => this.#export() });
    this.filterButton = button('Filters', { iconName: 'filter', click: () => this.#toggleFilters(), 'aria-expanded': 'false', title: 'Filter and sort' });
    this.filterButton.classList.add('narrow-only');
    this.element = el('section', { class: 'list', 'aria-labelledby': 'list-title' },
      el('div', { class: 'page-head' },
        el('div', {}, el('h1', { id: 'list-title', tabindex: '-1' }, 'Webhooks'),
          el('p', { class: 'muted' }, 'We tell these URLs when something happens under your contracts.')),
        el('div', { class: 'page-actions' }, this.filterButton, this.exportButton, this.addButton)),
      el('div', { class: 'table-frame' }, this.#table.element, this.#state), this.#pager.element);
  }

  /** Shows a view of the list, and keeps it up to date until leave(). */
  show(view) {
    const isOther = JSON.stringify(view) !== JSON.stringify(this.#view) || this.#shown === null;
    this.#view = view;
    document.title = 'Webhooks \u2013 Partner Webhooks';
    this.#table.showView(view);
    this.#poller.start();
    if (isOther && this.#shown === null) this.#showState('loading');
    this.#load(true).catch(() => {});
  }

  leave() {
    this.#poller.stop();
    this.#loading?.abort();
  }

  /** Forgets what is shown: another reader may see something else. */
  reset() {
    this.#shown = null;
    this.#table.showRows([]);
  }

  #go(changes, isTyping = false) {
    this.#highlighted = null;
    this.#parts.navigation.go({ ...this.#view, ...changes }, { replace: isTyping });
  }

  // `isAsked`: the reader waits for it, so what goes wrong takes the place of the rows.
  async #load(isAsked) {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    if (isAsked) this.element.setAttribute('aria-busy', 'true');
    try {
      const [list] = await Promise.all([
        this.#parts.service.listWebhooks(pageQuery(this.#view), loading.signal),
        this.#parts.catalog.load(),
      ]);
      if (loading.signal.aborted) return;
      this.element.removeAttribute('aria-busy');
      this.#show(list);
    } catch (error) {
      if (loading.signal.aborted) return;
      this.element.removeAttribute('aria-busy');
      if (isAsked || error.status === 403) this.#showError(error);
      throw error;
    }
  }

  #show(list) {
    const pages = Math.max(1, Math.ceil(list.total / list.page_size));
    if (list.page > pages) {  // what stood there has been deleted
      this.#parts.navigation.go({ ...this.#view, page: pages }, { replace: true });
      return;
    }
    if (this.#shown === null) this.#table.fillChoices();
    this.#shown = list;
    this.#table.showRows(list.data);
    this.#table.highlight(this.#highlighted);
    this.#table.health.refresh();
    this.#pager.show(list);
    if (list.total > 0) this.#showState('rows');
    else this.#showState(hasListFilter(this.#view) ? 'no-match' : 'empty');
  }

  #showError(error) {
    this.#table.showRows([]);
    this.#shown = null;
    if (error.status === 403) this.#showState('forbidden');
    else this.#showState('error', errorText(error));
  }

  #showState(state, text = '') {
    this.element.dataset.state = state;
    const isWorking = state === 'rows' || state === 'no-match' || state === 'loading';
    this.#pager.element.hidden = state !== 'rows';
    this.exportButton.disabled = this.addButton.disabled = state === 'forbidden' || state === 'error';
    this.#table.element.hidden = !isWorking;
    this.filterButton.hidden = !isWorking;
    const content = {
      rows: () => [],
      loading: () => Array.from({ length: 6 }, () => el('div', { class: 'skeleton', 'aria-hidden': 'true' })),
      empty: () => [el('h2', {}, 'No webhooks yet'),
        el('p', {}, 'Add the first one to be told when the flight of a Delay Care booking changes status, or a product changes.'),
        button('Add your first webhook', { kind: 'primary', iconName: 'add', click: () => this.#actions.add() })],
      'no-match': () => [el('h2', {}, 'No webhook matches'), el('p', {}, 'None of your webhooks has what these filters ask for.'),
        button('Show all', { click: () => this.#go(listView({ page_size: this.#view.page_size })) })],
      forbidden: () => [el('h2', {}, 'No permission'),
        el('p', {}, 'This key may not see webhooks. Sign out, and sign in with a partner\u2019s key.')],
      error: () => [el('h2', {}, 'The webhooks could not be loaded'), el('p', {}, text),
        button('Try again', { kind: 'primary', click: (event) => whileBusy(event.currentTarget, () => this.#load(true).catch(() => {})) })],
    }[state]();
    this.#state.hidden = content.length === 0;
    this.#state.setAttribute('role', state === 'error' || state === 'forbidden' ? 'alert' : 'status');
    refreshChildrenOnce(this.#state, `${state} ${text}`, content);
  }

  #saved(webhook, isNew) {
    if (isNew) {
      // A new webhook has the highest number: first where nothing is filtered and sorting is as usual.
      this.#highlighted = webhook.id;
      this.#parts.navigation.go(listView({ page_size: this.#view.page_size }));
      this.#parts.announcer.say(`Webhook ${webhook.number} is added.`);
      return;
    }
    if (this.#shown) {
      const data = this.#shown.data.map((one) => (one.id === webhook.id ? webhook : one));
      this.#show({ ...this.#shown, data });
    }
    this.#load(false).catch(() => {});
  }

  #toggleFilters() {
    const isOpen = this.#table.element.classList.toggle('shows-filters');
    this.filterButton.setAttribute('aria-expanded', String(isOpen));
  }

  #export() {
    return whileBusy(this.exportButton, async () => {
      try {
        const response = await this.#parts.service.exportWebhooks({ ...filterQuery(this.#view), tz: timeZone() });
        const name = await saveResponse(response, 'Webhooks.xlsx');
        this.#parts.announcer.say(`${name} is downloaded.`);
      } catch (error) {
        this.#parts.announcer.fail(error);
      }
    });
  }
}
