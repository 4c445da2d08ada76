import { el } from './dom.js';
import { button } from './dialog.js';

const STEPS = [
  'Take the headers webhook-id, webhook-timestamp and webhook-signature, and the body exactly as it came.',
  'Compute the base64 HMAC-SHA256 of \u201c{id}.{timestamp}.{body}\u201d. The key is what follows whsec_, decoded from base64.',
  'Compare it, in constant time, with each signature after \u201cv1,\u201d: one of them must be equal.',
  'Refuse timestamps more than five minutes off, and remember each webhook-id to drop repeats.',
];

const EXAMPLE = `from standardwebhooks import Webhook

event = Webhook(secret).verify(request.body, request.headers)`;

/** A text to copy, with the button that does it. @returns {HTMLElement} */
export function copyField(text, label) {
  const code = el('code', { class: 'data secret', tabindex: '0', role: 'textbox', 'aria-readonly': 'true', 'aria-label': label }, text);
  const said = el('span', { class: 'visually-hidden', role: 'status' });
  const copy = button('Copy', {
    iconName: 'copy',
    click: async () => {
      try {
        await navigator.clipboard.writeText(text);
        copy.lastChild.textContent = 'Copied';
        said.textContent = 'Copied';
      } catch {
        // No permission, or no secure context: the text is selected, so that the keyboard can copy it.
        getSelection().selectAllChildren(code);
        said.textContent = 'Press Control C to copy';
        copy.lastChild.textContent = 'Press Ctrl+C';
      }
    },
  });
  return el('div', { class: 'copy-field' }, code, copy, said);
}

/** A signing secret and how a receiver verifies with it. @returns {HTMLElement[]} */
export function secretPanel(secret) {
  return [
    copyField(secret, 'Signing secret'),
    el('details', { class: 'disclosure', open: true }, el('summary', {}, 'How to verify that a request is from us'),
      el('ol', { class: 'steps' }, ...STEPS.map((step) => el('li', {}, step))),
      el('p', {}, 'The Standard Webhooks libraries do all of this, for example in Python:'),
      el('pre', { class: 'code', tabindex: '0', 'aria-label': 'Example in Python' }, EXAMPLE)),
  ];
}
