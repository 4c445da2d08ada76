import { errorText } from './announce.js';
import { DeliveryChart } from './delivery_chart.js';
import { DeliveryLog } from './delivery_log.js';
import { button } from './dialog.js';
import { data, el, urlText } from './dom.js';
import { icon } from './icons.js';
import { Poller } from './poller.js';
import { recoverDialog } from './recover_dialog.js';
import { rotateDialog, secretDialog } from './secret_dialogs.js';
import { testDialog } from './test_dialog.js';
import { refreshTimes, timeElement } from './time.js';
import { listView } from './view_state.js';
import { webhookActions } from './webhook_actions.js';
import { settingText } from './webhook_fields.js';
import { contractText, statusSwitch, typeLabels } from './webhook_row.js';

const WEBHOOK_MS = 15_000;

/** One webhook: what it is, how it fares, and what can be done about it. */
export class WebhookDetail {
  #parts;
  #view;
  #webhook = null;
  #actions;
  #reading = new AbortController();
  #head = el('div', { class: 'detail-head' });
  #about = el('div', { class: 'card about' });
  #chart = new DeliveryChart();
  #log = null;
  #body = el('div', { class: 'detail-body' });
  #problem = el('div', { class: 'state', role: 'alert', hidden: true });
  #webhookPoller = new Poller(() => this.#readWebhook(), { interval: WEBHOOK_MS });
  #logPoller = new Poller(() => this.#readLog(), { interval: WEBHOOK_MS });

  /** @param {{service: object, catalog: object, navigation: object, announcer: object}} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#actions = webhookActions(parts, {
      saved: (webhook) => { this.#show(webhook); this.#logPoller.poke(); },
      removed: () => parts.navigation.go(listView()),
      stale: () => this.#webhookPoller.poke(),
    });
    this.element = el('section', { class: 'detail', 'aria-labelledby': 'detail-title' },
      parts.navigation.link(listView(), { class: 'back' }, icon('back'), 'All webhooks'), this.#head, this.#problem, this.#body);
  }

  /** Shows a detail view, and keeps it up to date until leave(). */
  show(view) {
    const isOther = !this.#view || this.#view.webhook !== view.webhook;
    this.#view = view;
    if (isOther) this.#clear();
    this.#log?.showView(view);
    this.#webhookPoller.start(this.#webhook === null ? 0 : WEBHOOK_MS);
    this.#logPoller.start(0);
  }

  leave() {
    this.#reading.abort();
    this.#webhookPoller.stop();
    this.#logPoller.stop();
    this.#view = null;
  }

  reset() {
    this.#clear();
  }

  #clear() {
    this.#reading.abort();
    this.#reading = new AbortController();
    this.#webhook = null;
    this.#log = null;
    this.#head.replaceChildren(el('h1', { id: 'detail-title', tabindex: '-1', 'data-action': 'title' }, 'Webhook'));
    this.#body.replaceChildren(el('div', { class: 'skeleton tall' }), el('div', { class: 'skeleton tall' }));
    this.#problem.hidden = true;
    document.title = 'Webhook \u2013 Partner Webhooks';
  }

  async #readWebhook() {
    const { signal } = this.#reading;
    try {
      const [webhook] = await Promise.all([
        this.#parts.service.readWebhook(this.#view.webhook, this.#webhook?.version, signal), this.#parts.catalog.load()]);
      if (signal.aborted) return;
      this.#problem.hidden = true;
      if (webhook) this.#show(webhook);
      refreshTimes(this.element);
    } catch (error) {
      if (signal.aborted) return;
      if (this.#webhook === null || error.status === 404) this.#showProblem(error);
      throw error;
    }
  }

  #readLog() {
    // The log comes with the webhook: what does not exist has none.
    return this.#log ? this.#log.refresh(this.#reading.signal) : Promise.resolve();
  }

  #showProblem(error) {
    this.#body.replaceChildren();
    this.#webhookPoller.stop();
    this.#logPoller.stop();
    this.#problem.hidden = false;
    const text = error.status === 404 ? 'There is no such webhook, or it has been deleted.'
      : error.status === 403 ? 'This key may not see webhooks.' : errorText(error);
    this.#problem.replaceChildren(el('h2', {}, text),
      button('Try again', { click: () => { this.#clear(); this.#webhookPoller.start(0); this.#logPoller.start(); } }));
  }

  #show(webhook) {
    const isFirst = this.#webhook === null;
    this.#webhook = webhook;
    document.title = `Webhook ${webhook.number} \u2013 Partner Webhooks`;
    this.#showHead(webhook);
    this.#showAbout(webhook);
    if (!isFirst) return;
    const { navigation } = this.#parts;
    this.#log = new DeliveryLog({
      ...this.#parts,
      go: (changes, isTyping) => navigation.go({ ...this.#view, ...changes }, { replace: isTyping }),
      shown: (deliveries) => this.#chart.show(deliveries),
      poke: () => this.#logPoller.poke(),
    });
    this.#log.showView(this.#view);
    this.#body.replaceChildren(this.#about, el('div', { class: 'card', }, this.#chart.element), this.#log.element);
    this.#logPoller.poke();
  }

  #showHead(webhook) {
    const focused = this.#head.contains(document.activeElement) ? document.activeElement.dataset.action : null;
    const isActive = webhook.status === 'active';
    const poke = () => this.#logPoller.poke();
    const parts = { ...this.#parts, changed: poke };
    const act = (name, label, click, more = {}) => button(label, { iconName: name, click, 'data-action': name, ...more });
    const needsActive = isActive ? {} : { disabled: true, title: 'Only active webhooks are sent to' };
    const flip = statusSwitch(webhook, (control) => this.#actions.flip(webhook, control));
    flip.dataset.action = 'flip';
    this.#head.replaceChildren(
      el('div', { class: 'page-head' },
        el('div', { class: 'title' }, el('h1', { id: 'detail-title', tabindex: '-1', 'data-action': 'title' }, `Webhook ${webhook.number}`), el('p', {}, urlText(webhook.url, 'url'))),
        flip),
      el('div', { class: 'page-actions' },
        act('send', 'Send test event', () => testDialog(webhook, parts), { kind: 'primary', ...needsActive }),
        act('recover', 'Recover\u2026', () => recoverDialog(webhook, parts), needsActive),
        act('key', 'Signing secret', () => secretDialog(webhook, parts)),
        act('rotate', 'Rotate secret\u2026', () => rotateDialog(webhook, parts)),
        act('edit', 'Edit', () => this.#actions.edit(webhook)),
        act('delete', 'Delete', () => this.#actions.remove(webhook))),
      webhook.status_reason ? el('div', { class: 'notice bad' }, icon('warning'),
        el('div', {}, el('p', { class: 'strong' }, 'The service turned this webhook inactive'), el('p', {}, data(webhook.status_reason)),
          el('p', { class: 'small' }, 'When your endpoint works again, make it active and recover what it missed.'))) : '');
    if (focused) this.#head.querySelector(`[data-action="${focused}"]`)?.focus();
  }

  #showAbout(webhook) {
    const { catalog } = this.#parts;
    const entry = (term, value) => [el('dt', {}, term), el('dd', {}, value)];
    this.#about.replaceChildren(el('h2', { class: 'visually-hidden' }, 'Settings'), el('dl', {},
      ...entry('Contract', contractText(webhook.contract_id, catalog)),
      ...entry('Event types', typeLabels(webhook.event_types, catalog)),
      ...entry('Delivery order', settingText('delivery_order', webhook.delivery_order, catalog)),
      ...(webhook.description ? entry('Description', data(webhook.description)) : []),
      ...entry('Created', timeElement(webhook.created_at)),
      ...entry('Changed', timeElement(webhook.updated_at))));
  }
}
