import { el } from './dom.js';
import { formatView, parseView } from './view_state.js';

/** Which view is shown; the address bar and the back button follow it. Fires `changed`. */
export class Navigation extends EventTarget {
  #window;

  /** @param {Window} [frame] */
  constructor(frame = window) {
    super();
    this.#window = frame;
    this.view = parseView(frame.location.search);
    frame.addEventListener('popstate', () => {
      this.view = parseView(frame.location.search);
      this.dispatchEvent(new Event('changed'));
    });
  }

  /**
   * @param {object} view
   * @param {{replace?: boolean}} [how] `replace`: not a step of its own for the back button
   */
  go(view, { replace = false } = {}) {
    const address = formatView(view);
    const method = replace ? 'replaceState' : 'pushState';
    this.#window.history[method](null, '', new URL(address, this.#window.document.baseURI));
    this.view = view;
    this.dispatchEvent(new Event('changed'));
  }

  /** A link to a view: opens in place, or in a new tab as any other link when the reader asks for that. */
  link(view, properties = {}, ...children) {
    const link = el('a', { ...properties, href: formatView(view) }, ...children);
    link.addEventListener('click', (event) => {
      if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      this.go(parseView(new URL(link.href).search));
    });
    return link;
  }
}
