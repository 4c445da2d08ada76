import { svg } from './dom.js';
import { countTones, stateLabel, toneOf, tonesText } from './delivery_states.js';

export const HEALTH_COUNT = 20;
const [BAR, GAP, HEIGHT] = [5, 2, 22];
// Height tells as much as colour does.
const HEIGHTS = { good: 22, wait: 12, bad: 22, other: 5 };

/**
 * The last deliveries as small bars, the newest on the right.
 * @param {import('./service.js').Delivery[]} deliveries newest first
 * @returns {SVGElement}
 */
export function healthBar(deliveries) {
  const width = HEALTH_COUNT * (BAR + GAP) - GAP;
  const text = `Last deliveries: ${tonesText(countTones(deliveries))}`;
  const picture = svg('svg', { class: 'health', viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: 'img', 'aria-label': text });
  picture.append(svg('title', {}, text));
  for (let place = 0; place < HEALTH_COUNT; place += 1) {
    const delivery = deliveries[HEALTH_COUNT - 1 - place];
    const x = place * (BAR + GAP);
    const height = delivery ? HEIGHTS[toneOf(delivery)] : 3;
    const bar = svg('rect', { class: `tone-${delivery ? toneOf(delivery) : 'none'}`, x, y: HEIGHT - height, width: BAR, height, rx: 1 });
    if (delivery) bar.append(svg('title', {}, `#${delivery.sequence} ${stateLabel(delivery)}`));
    picture.append(bar);
    // A notch makes a failure look different from a success without colour.
    if (delivery && toneOf(delivery) === 'bad') picture.append(svg('rect', { class: 'notch', x, y: 8, width: BAR, height: 4 }));
  }
  return picture;
}

/**
 * Loads what the bars show: only for rows in sight, a few at a time, each at most every `freshMs`.
 */
export class HealthLoader {
  #load;
  #freshMs;
  #rows = new Map();
  #queue = [];
  #busy = 0;
  #observer;

  /**
   * @param {(id: string) => Promise<object[]>} load the last deliveries of a webhook
   * @param {{freshMs?: number, atOnce?: number}} [pace]
   */
  constructor(load, { freshMs = 30_000, atOnce = 4 } = {}) {
    this.#load = load;
    this.#freshMs = freshMs;
    this.atOnce = atOnce;
    this.#observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const row = this.#rows.get(target);
        if (row) row.isSeen = isIntersecting;
        if (row && isIntersecting) this.#want(row);
      }
    }, { rootMargin: '100px' });
  }

  /** @param {Element} element @param {string} id @param {(deliveries: object[]) => void} show */
  watch(element, id, show) {
    this.#rows.set(element, { id, show, at: -Infinity, isSeen: false, text: null });
    this.#observer.observe(element);
  }

  unwatch(element) {
    this.#observer.unobserve(element);
    this.#rows.delete(element);
  }

  /** Brings the rows in sight up to date where they are older than they may be. */
  refresh() {
    for (const row of this.#rows.values()) if (row.isSeen) this.#want(row);
  }

  #want(row) {
    if (performance.now() - row.at < this.#freshMs || this.#queue.includes(row)) return;
    this.#queue.push(row);
    this.#next();
  }

  async #next() {
    if (this.#busy >= this.atOnce) return;
    const row = this.#queue.shift();
    if (!row) return;
    const isWanted = row.isSeen && [...this.#rows.values()].includes(row);
    if (isWanted) {
      this.#busy += 1;
      row.at = performance.now();
      try {
        const deliveries = await this.#load(row.id);
        const text = JSON.stringify(deliveries.map(({ sequence, state, attempts_made: made }) => [sequence, state, made]));
        if (text !== row.text) row.show(deliveries);
        row.text = text;
      } catch {
        // The bar is an extra: without it the row still says all that matters. The next refresh tries again.
      }
      this.#busy -= 1;
    }
    this.#next();
  }
}
