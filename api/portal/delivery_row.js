import { button, whileBusy } from './dialog.js';
import { data, el, uniqueId } from './dom.js';
import { icon } from './icons.js';
import { isFinished, outcomeText, stateLabel, toneOf } from './delivery_states.js';
import { durationText, timeElement } from './time.js';

const TRIGGERS = { schedule: 'by schedule', manual: 'sent again by hand', test: 'test' };

/** A state as a coloured label. */
export function stateBadge(delivery) {
  return el('span', { class: `badge ${toneOf(delivery)}` }, stateLabel(delivery));
}

/**
 * The attempts of a delivery with what the endpoint answered.
 * @param {import('./service.js').Delivery & {attempts: object[]}} delivery
 */
export function attemptList(delivery) {
  if (delivery.attempts.length === 0) return el('p', { class: 'muted' }, 'No attempt has ended yet.');
  return el('ol', { class: 'attempts' }, ...delivery.attempts.map((attempt) => {
    const isGood = !attempt.error && attempt.status_code >= 200 && attempt.status_code < 300;
    return el('li', {},
      el('p', {}, el('span', { class: 'muted' }, `Attempt ${attempt.number} `), el('span', { class: `badge ${isGood ? 'good' : 'bad'}` }, outcomeText(attempt)),
        el('span', { class: 'muted' }, ` ${durationText(attempt.duration_ms)}, `), timeElement(attempt.started_at),
        el('span', { class: 'muted' }, `, ${TRIGGERS[attempt.trigger] ?? attempt.trigger}`)),
      attempt.response_excerpt ? el('pre', { class: 'code data', tabindex: '0', 'aria-label': `Answer to attempt ${attempt.number}` }, attempt.response_excerpt) : null);
  }));
}

/** One delivery in the log; opens to show its attempts. */
export class DeliveryRow {
  #delivery;
  #text = '';
  #parts;
  #summary = el('div', { class: 'delivery-summary' });
  #toggle;
  #details = el('div', { class: 'delivery-details', hidden: true, id: uniqueId('attempts') });
  #shownAttempts = '';

  /**
   * @param {import('./service.js').Delivery} delivery
   * @param {{catalog: object, service: object, announcer: object, changed: () => void}} parts `changed`: it was sent again
   */
  constructor(delivery, parts) {
    this.#parts = parts;
    this.#toggle = el('button', { type: 'button', class: 'plain toggle', 'aria-expanded': 'false', 'aria-controls': this.#details.id, on: { click: () => this.#flip() } }, icon('next'));
    const again = button('Send again', { iconName: 'recover', click: () => this.#sendAgain(again), 'aria-label': `Send again: delivery ${delivery.sequence}` });
    again.classList.add('small');
    this.again = again;
    this.element = el('li', { class: 'delivery' }, el('div', { class: 'delivery-head' }, this.#toggle, this.#summary, again), this.#details);
    this.element.row = this;
    this.update(delivery);
  }

  /** @param {import('./service.js').Delivery} delivery touches nothing when it is as it was */
  update(delivery) {
    const text = JSON.stringify(delivery);
    if (text === this.#text) return;
    this.#text = text;
    this.#delivery = delivery;
    const { catalog } = this.#parts;
    const made = delivery.attempts_made;
    this.#toggle.setAttribute('aria-label', `Attempts of delivery ${delivery.sequence}`);
    this.#summary.replaceChildren(
      el('span', { class: 'delivery-number muted' }, `#${delivery.sequence}`),
      stateBadge(delivery),
      el('span', { class: 'delivery-what' }, el('span', {}, catalog.label(delivery.event_type)), ' ', data(delivery.subject, 'muted small'),
        delivery.reason ? el('span', { class: 'reason small' }, data(delivery.reason.replaceAll('_', ' '))) : null),
      el('span', { class: 'delivery-tries muted small' }, made === 1 ? '1 attempt' : `${made} attempts`),
      el('span', { class: 'delivery-time muted small' }, ...this.#times(delivery)));
    this.again.hidden = delivery.state === 'sending';
    if (!this.#details.hidden) this.#load();
  }

  #times(delivery) {
    if (delivery.state === 'pending' && delivery.next_attempt_at && delivery.attempts_made > 0) return ['next attempt ', timeElement(delivery.next_attempt_at)];
    return [timeElement(isFinished(delivery) ? delivery.finished_at : delivery.created_at)];
  }

  #flip() {
    const isOpen = this.#details.hidden;
    this.#details.hidden = !isOpen;
    this.#toggle.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) this.#load();
  }

  async #load() {
    if (this.#shownAttempts === '') this.#details.replaceChildren(el('div', { class: 'skeleton' }));
    try {
      const full = await this.#parts.service.readDelivery(this.#delivery.id);
      const text = JSON.stringify(full.attempts);
      if (text === this.#shownAttempts) return;
      this.#shownAttempts = text;
      this.#details.replaceChildren(attemptList(full), el('p', { class: 'muted small' }, 'Event ', data(full.event_id)));
    } catch (error) {
      if (this.#shownAttempts === '') this.#details.replaceChildren(el('p', { class: 'field-error' }, error.message));
    }
  }

  #sendAgain(control) {
    return whileBusy(control, async () => {
      try {
        this.update(await this.#parts.service.retryDelivery(this.#delivery.id));
        this.#parts.announcer.say(`Delivery ${this.#delivery.sequence} is queued again.`);
      } catch (error) {
        this.#parts.announcer.fail(error);
      }
      this.#parts.changed();
    });
  }
}
