import { toneOf } from './delivery_states.js';

/** Turns a log of deliveries into what a picture of it needs. */

const NICE_MS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800]
  .map((seconds) => seconds * 1000);

/**
 * @param {import('./service.js').Delivery[]} deliveries in any order
 * @param {number} most how many intervals fit
 * @returns {{from: number, step: number, bins: {good: number, wait: number, bad: number, other: number}[]}}
 *   intervals of `step` milliseconds from `from` on that hold every delivery by the time it was created
 */
export function binByTime(deliveries, most) {
  const times = deliveries.map((delivery) => Date.parse(delivery.created_at));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const step = NICE_MS.find((ms) => Math.floor(last / ms) - Math.floor(first / ms) < most)
    ?? Math.ceil((last - first + 1) / (most - 1));
  const from = Math.floor(first / step) * step;
  const count = Math.floor((last - from) / step) + 1;
  const bins = Array.from({ length: count }, () => ({ good: 0, wait: 0, bad: 0, other: 0 }));
  deliveries.forEach((delivery, index) => { bins[Math.floor((times[index] - from) / step)][toneOf(delivery)] += 1; });
  return { from, step, bins };
}

/**
 * How long deliveries took from their creation to their arrival, retries included.
 * @returns {{at: number, ms: number, sequence: number}[]} delivered ones only, by time
 */
export function latencies(deliveries) {
  return deliveries.filter((delivery) => delivery.state === 'delivered' && delivery.finished_at)
    .map((delivery) => {
      const at = Date.parse(delivery.created_at);
      return { at, ms: Math.max(1, Date.parse(delivery.finished_at) - at), sequence: delivery.sequence };
    })
    .sort((a, b) => a.at - b.at);
}

/** @param {number[]} values at least one @param {number} share 0.5: the median */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** Powers of ten that enclose all values. @returns {[number, number]} exponents, the second greater */
export function decades(values) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  return [low, Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))];
}
