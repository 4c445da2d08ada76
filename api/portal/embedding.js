/**
 * Inside another page the token comes from it by postMessage, from an allowed origin only:
 *
 *   here → parent   {type: 'partner-webhooks:token-wanted', reason: 'absent' | 'expired'}
 *   parent → here   {type: 'partner-webhooks:token', token: '…'}
 */

const WANTED = 'partner-webhooks:token-wanted';
const GIVEN = 'partner-webhooks:token';
const LONGEST_TOKEN = 4096;

/**
 * The token that a message brings.
 * @param {MessageEvent} message
 * @param {string[]} origins who may send one
 * @param {Window} parent the only window to hear
 * @returns {string|null} null: not a token, or not from somebody who may send one
 */
export function tokenOf(message, origins, parent) {
  if (message.source !== parent || !origins.includes(message.origin)) return null;
  const { type, token } = message.data ?? {};
  if (type !== GIVEN || typeof token !== 'string') return null;
  return token.length <= LONGEST_TOKEN && /^[\x21-\x7e]+$/.test(token) ? token : null;
}

/**
 * Lets the embedding page sign the reader in.
 * @param {import('./session.js').Session} session
 * @param {string[]} origins
 * @param {Window} [frame]
 * @returns {boolean} whether there is an embedding page that may
 */
export function acceptTokens(session, origins, frame = window) {
  const { parent } = frame;
  if (parent === frame || origins.length === 0) return false;
  frame.addEventListener('message', (message) => {
    const token = tokenOf(message, origins, parent);
    if (token !== null) session.signIn(token);
  });
  const ask = (reason) => {
    // The browser delivers it only where the parent is of that origin, so nobody else learns anything.
    for (const origin of origins) parent.postMessage({ type: WANTED, reason }, origin);
  };
  session.addEventListener('needed', (event) => ask(event.detail));
  return true;
}
