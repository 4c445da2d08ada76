import { errorText } from './announce.js';
import { Dialog, button, whileBusy } from './dialog.js';
import { attemptList, stateBadge } from './delivery_row.js';
import { isFinished } from './delivery_states.js';
import { el, uniqueId } from './dom.js';
import { Poller } from './poller.js';

const WATCH_MS = 500;

/**
 * Sends a test event to one webhook and shows how it fares.
 * @param {import('./service.js').Webhook} webhook
 * @param {{service: object, catalog: object, changed: () => void}} parts `changed`: there is something new in the log
 */
export function testDialog(webhook, { service, catalog, changed }) {
  const dialog = new Dialog('Send a test event');
  const select = el('select', { id: uniqueId('type') }, ...webhook.event_types.map((id) => el('option', { value: id }, catalog.label(id))));
  const example = el('pre', { class: 'code', tabindex: '0', 'aria-label': 'Example data' });
  const outcome = el('div', { class: 'outcome', role: 'status' });
  const showExample = () => {
    example.textContent = JSON.stringify(catalog.types.find((type) => type.id === select.value)?.example, null, 2);
  };
  select.addEventListener('change', showExample);
  showExample();

  let watched = null;
  let text = '';
  const watcher = new Poller(async () => {
    const delivery = await service.readDelivery(watched);
    if (JSON.stringify(delivery) !== text) {
      text = JSON.stringify(delivery);
      outcome.replaceChildren(el('p', {}, stateBadge(delivery), ` Delivery #${delivery.sequence} of the test event`), attemptList(delivery));
      changed();
    }
    if (isFinished(delivery)) watcher.stop();
  }, { interval: WATCH_MS });

  const send = button('Send test event', {
    kind: 'primary', iconName: 'send',
    click: () => whileBusy(send, async () => {
      watcher.stop();
      outcome.replaceChildren();
      try {
        watched = (await service.sendTest(webhook.id, select.value)).id;
        text = '';
        watcher.start(0);
      } catch (error) {
        outcome.replaceChildren(el('p', { class: 'field-error' }, errorText(error)));
      }
    }),
  });
  dialog.body.append(el('div', { class: 'stack' },
    el('p', {}, 'It goes to this webhook alone, signed like any other. Its data is this example:'),
    el('div', { class: 'field' }, el('label', { for: select.id }, 'Event type'), select), example, outcome));
  dialog.footer.append(button('Close', { click: () => dialog.leave() }), send);
  dialog.onClose(() => watcher.stop()).open();
  send.focus();
}
