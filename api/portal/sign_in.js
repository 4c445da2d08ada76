import { errorText } from './announce.js';
import { Dialog, button, whileBusy } from './dialog.js';
import { el, uniqueId } from './dom.js';
import { logo } from './icons.js';

/**
 * Asks for an API key whenever the session needs a token, over whatever is open: what was typed there stays.
 * @param {import('./session.js').Session} session
 * @param {import('./api.js').ApiClient} api
 * @param {boolean} isEmbedded whether the embedding page may sign the reader in instead
 */
export function signInWhenNeeded(session, api, isEmbedded) {
  let dialog = null;
  session.addEventListener('needed', (event) => {
    dialog?.close();
    dialog = signInDialog(session, api, event.detail, isEmbedded).open();
  });
  session.addEventListener('changed', () => {
    dialog?.close();
    dialog = null;
  });
}

function signInDialog(session, api, reason, isEmbedded) {
  const dialog = new Dialog(reason === 'expired' ? 'Your session has ended' : 'Sign in', { className: `small sign-in ${reason}`, isLocked: true });
  const [inputId, errorId, hintId] = [uniqueId('key'), uniqueId('key-error'), uniqueId('key-hint')];
  const problem = el('p', { id: errorId, class: 'field-error', role: 'alert' });
  const input = el('input', {
    id: inputId, type: 'password', autocomplete: 'off', spellcheck: 'false', required: true,
    placeholder: 'whk_\u2026', maxlength: 4096, 'aria-describedby': `${errorId} ${hintId}`,
  });
  const submit = button('Sign in', { kind: 'primary', type: 'submit' });

  const refuse = (text) => {
    problem.textContent = text;
    input.setAttribute('aria-invalid', String(text !== ''));
  };
  const form = el('form', { novalidate: true, class: 'stack' },
    el('p', {}, isEmbedded ? 'Waiting for the portal around this page to sign you in. You can also use an API key.'
      : reason === 'expired' ? 'Sign in again to go on. Nothing that you typed is lost.'
        : 'Use the API key that the platform gave you as a partner.'),
    el('div', { class: 'field' }, el('label', { for: inputId }, 'API key'), input, problem,
      el('p', { id: hintId, class: 'hint' }, 'Kept in this browser tab only, and forgotten when you close it.')),
    submit);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const token = input.value.trim();
    if (!/^[\x21-\x7e]+$/.test(token)) {
      refuse('Paste the whole key. It begins with whk_ and has no spaces.');
      input.focus();
      return;
    }
    whileBusy(submit, async () => {
      try {
        if (await api.accepts(token)) {
          session.signIn(token);
          return;
        }
        refuse('This key is not valid, or not any more.');
      } catch (error) {
        refuse(errorText(error));
      }
      input.focus();
    });
  });
  if (reason === 'absent') dialog.element.prepend(el('p', { class: 'brand' }, logo(), 'Partner Webhooks'));
  dialog.body.append(form);
  return dialog;
}
