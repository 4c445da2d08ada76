import { errorText } from './announce.js';
import { Dialog, button, whileBusy } from './dialog.js';
import { debounce, el, uniqueId } from './dom.js';
import { fromLocalInput, toLocalInput } from './time.js';

const DAY_MS = 86_400_000;

/** What recovering would do, or did. @param {{requeued: number, created: number, complete: boolean}} found */
export function recoveredText({ requeued, created, complete }) {
  const more = complete ? '' : ' There is more than one go can take: recover again afterwards.';
  if (requeued + created === 0) return `Nothing was missed in this time.${more}`;
  const events = (count) => (count === 1 ? '1 event' : `${count.toLocaleString()} events`);
  const parts = [];
  if (requeued > 0) parts.push(`${events(requeued)} that could not be delivered`);
  if (created > 0) parts.push(`${events(created)} that came while the webhook was inactive`);
  return `${parts.join(' and ')}.${more}`;
}

/**
 * Sends again what did not arrive since a time; counts before it asks.
 * @param {import('./service.js').Webhook} webhook
 * @param {{service: object, announcer: object, changed: () => void}} parts
 */
export function recoverDialog(webhook, { service, announcer, changed }) {
  const dialog = new Dialog('Recover missed events', { className: 'small' });
  const now = Date.now();
  const since = el('input', { type: 'datetime-local', id: uniqueId('since'), value: toLocalInput(new Date(now - DAY_MS).toISOString()), required: true });
  const until = el('input', { type: 'datetime-local', id: uniqueId('until') });
  const count = el('p', { class: 'count', role: 'status' });
  const confirm = button('Recover', { kind: 'primary', disabled: true, click: () => whileBusy(confirm, recover) });
  let asked = null;
  let range = null;

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    const { signal } = asked;
    confirm.disabled = true;
    range = { since: fromLocalInput(since.value), until: fromLocalInput(until.value) || new Date().toISOString() };
    if (!range.since) {
      count.textContent = 'Choose since when.';
      return;
    }
    count.textContent = 'Counting\u2026';
    try {
      const found = await service.recover(webhook.id, { ...range, dry_run: true }, signal);
      const total = found.requeued + found.created;
      count.textContent = total > 0 ? `To send again: ${recoveredText(found)}` : recoveredText(found);
      confirm.lastChild.textContent = total > 0 ? `Recover ${total.toLocaleString()}` : 'Recover';
      confirm.disabled = total === 0;
    } catch (error) {
      if (!signal.aborted) count.textContent = explain(error);
    }
  }

  async function recover() {
    try {
      const done = await service.recover(webhook.id, { ...range, dry_run: false });
      dialog.close();
      announcer.say(`Queued again: ${recoveredText(done)}`);
      changed();
    } catch (error) {
      count.textContent = explain(error);
    }
  }

  const soon = debounce(ask, 250);
  since.addEventListener('input', soon);
  until.addEventListener('input', soon);
  dialog.body.append(el('div', { class: 'stack' },
    el('p', {}, 'Sends again what this webhook did not get: deliveries that failed or were cancelled, and events that came while it was inactive.'),
    el('div', { class: 'pair' },
      el('div', { class: 'field' }, el('label', { for: since.id }, 'Since'), since),
      el('div', { class: 'field' }, el('label', { for: until.id }, 'Until (empty: now)'), until)), count));
  dialog.footer.append(button('Cancel', { click: () => dialog.leave() }), confirm);
  dialog.onClose(() => { soon.cancel(); asked?.abort(); }).open();
  ask();
}

const explain = (error) => (error.errors?.length > 0 ? error.errors.map(({ field, message }) => `${field} ${message}`).join('; ') : errorText(error));
