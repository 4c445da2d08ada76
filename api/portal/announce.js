import { el } from './dom.js';
import { icon } from './icons.js';

const SHOWN_MS = 6_000;

/**
 * Short messages at the edge of the page, read out by screen readers. Good news leaves by itself (not while
 * it is pointed at or focused); an error stays until it is closed.
 */
export class Announcer {
  #polite = el('div', { class: 'toasts', role: 'status' });
  #assertive = el('div', { class: 'toasts', role: 'alert' });

  constructor() {
    this.element = el('div', { class: 'toast-corner' }, this.#assertive, this.#polite);
  }

  /** @param {string} text */
  say(text) {
    const toast = this.#make(text, 'good');
    const leave = () => {
      if (toast.matches(':hover, :focus-within')) setTimeout(leave, SHOWN_MS);
      else toast.remove();
    };
    setTimeout(leave, SHOWN_MS);
    this.#polite.replaceChildren(toast);
  }

  /** @param {unknown} error what a request failed with, or a text */
  fail(error) {
    this.#assertive.replaceChildren(this.#make(errorText(error), 'bad'));
  }

  #make(text, tone) {
    const close = el('button', { type: 'button', class: 'plain', 'aria-label': 'Close message' }, icon('close'));
    const toast = el('div', { class: `toast ${tone}` }, icon(tone === 'good' ? 'check' : 'warning'), el('p', {}, text), close);
    close.addEventListener('click', () => toast.remove());
    return toast;
  }
}

/** What a failed request says to the reader. @param {unknown} error @returns {string} */
export function errorText(error) {
  if (typeof error === 'string') return error;
  let text = error?.message || 'Something went wrong.';
  if (error?.status === 429 && error.retryAfterMs) {
    text = `Too many requests. Try again in ${Math.ceil(error.retryAfterMs / 1000)} s.`;
  }
  return error?.requestId && error.status >= 500 ? `${text} (request ${error.requestId})` : text;
}
