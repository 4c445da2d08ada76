/**
 * Building elements. Text goes in as text nodes only, so nothing that a partner, an endpoint or a
 * colleague typed can ever become markup.
 */

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else {
      node.setAttribute(name, value === true ? '' : String(value));
    }
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/**
 * An HTML element.
 * @param {string} tag
 * @param {Object<string, unknown>} [properties] attributes; null, undefined and false leave one out.
 *   `on` holds listeners by event name.
 * @param {...(Node|string|null|undefined|false|Array)} children strings become text
 * @returns {HTMLElement}
 */
export function el(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** An SVG element; as el(). @returns {SVGElement} */
export function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

/** Text that people outside wrote: its direction and length cannot disturb what stands around it. */
export function data(text, className = '') {
  return el('bdi', { class: `data ${className}`.trim() }, text);
}

/** A URL that may be broken where a reader would break it. */
export function urlText(url, className = '') {
  const parts = url.split(/(?<=[^:/][/?&=;,])(?![/?&=;,])/);
  return el('bdi', { class: `data ${className}`.trim() }, ...parts.flatMap((part, index) => (index > 0 ? [el('wbr'), part] : [part])));
}

/**
 * Makes the children of `parent` be those of `items`, in their order. Elements are kept by key and
 * moved only where they have to be, so that focus, selection and open menus survive a refresh.
 * @template T
 * @param {Element} parent whose children nobody else changes
 * @param {T[]} items
 * @param {(item: T) => string} keyOf
 * @param {(item: T) => Element} make
 * @param {(element: Element, item: T) => void} [update] called for elements that were kept
 */
export function syncChildren(parent, items, keyOf, make, update = () => {}) {
  const present = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const wanted = items.map((item) => {
    const key = keyOf(item);
    let element = present.get(key);
    if (element) {
      present.delete(key);
      update(element, item);
    } else {
      element = make(item);
      element.dataset.key = key;
    }
    return element;
  });
  for (const gone of present.values()) gone.remove();
  wanted.forEach((element, index) => {
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
  });
}

let lastId = 0;

/** An id that no other element has. */
export function uniqueId(prefix) {
  lastId += 1;
  return `${prefix}-${lastId}`;
}

/**
 * Calls `act` once, `wait` milliseconds after the last call.
 * @returns {(...args: unknown[]) => void} with `.cancel()`
 */
export function debounce(act, wait) {
  let timer = 0;
  const later = (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...args), wait);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

/** Replaces the children unless they are already those of this key: what is the same is not announced again. */
export function refreshChildrenOnce(parent, key, children) {
  if (parent.dataset.shown === key) return;
  parent.dataset.shown = key;
  parent.replaceChildren(...children);
}
