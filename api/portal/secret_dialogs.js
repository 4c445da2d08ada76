import { errorText } from './announce.js';
import { Dialog, button, whileBusy } from './dialog.js';
import { el, uniqueId } from './dom.js';
import { secretPanel } from './secret_panel.js';
import { timeElement } from './time.js';

const OVERLAPS = [[86_400, '1 day'], [3_600, '1 hour'], [604_800, '7 days'], [0, 'Not at all: replace it at once']];

function previousNote({ previous }) {
  if (previous.length === 0) return null;
  return el('p', {}, 'Requests are signed with the secret before as well; that ends ', timeElement(previous[0].expires_at), '.');
}

/** Shows the signing secret of a webhook. */
export async function secretDialog(webhook, { service, announcer }) {
  try {
    const found = await service.readSecret(webhook.id);
    const dialog = new Dialog('Signing secret');
    dialog.body.append(el('div', { class: 'stack' }, ...secretPanel(found.secret), previousNote(found)));
    const close = button('Close', { kind: 'primary', click: () => dialog.leave() });
    dialog.footer.append(close);
    dialog.open();
    close.focus();
  } catch (error) {
    announcer.fail(error);
  }
}

/** Replaces the signing secret of a webhook; the old one stays valid for as long as the reader says. */
export function rotateDialog(webhook, { service }) {
  const dialog = new Dialog('Rotate the signing secret');
  const overlap = el('select', { id: uniqueId('overlap') }, ...OVERLAPS.map(([seconds, label]) => el('option', { value: seconds }, label)));
  const problem = el('p', { class: 'form-error', role: 'alert' });
  const rotate = button('Rotate', {
    kind: 'primary',
    click: () => whileBusy(rotate, async () => {
      problem.textContent = '';
      try {
        show(await service.rotateSecret(webhook.id, Number(overlap.value)));
      } catch (error) {
        problem.textContent = errorText(error);
      }
    }),
  });
  function show(found) {
    const done = button('Done', { kind: 'primary', click: () => dialog.leave() });
    dialog.title.textContent = 'The new signing secret';
    dialog.body.replaceChildren(el('div', { class: 'stack' }, el('p', {}, 'Give it to your endpoint now.'), ...secretPanel(found.secret), previousNote(found)));
    dialog.footer.replaceChildren(done);
    done.focus();
  }
  dialog.body.append(el('div', { class: 'stack' },
    el('p', {}, 'A new secret is made. For a while every request is signed with both, so that your endpoint can change over without missing one.'),
    el('div', { class: 'field' }, el('label', { for: overlap.id }, 'Keep the old secret for'), overlap), problem));
  dialog.footer.append(button('Cancel', { click: () => dialog.leave() }), rotate);
  dialog.open();
}
