import { el } from './dom.js';

/** Times as the reader's own clock and language have them. */

const UNITS = [['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]];

/** The reader's IANA time zone, e.g. "Europe/Berlin". */
export const timeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * "26 Nov 2025, 11:52:07".
 * @param {string} iso
 * @param {{locale?: string, zone?: string, withZone?: boolean}} [how]
 */
export function instantText(iso, { locale, zone, withZone = false } = {}) {
  return new Intl.DateTimeFormat(locale, {
    year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit',
    timeZone: zone, ...(withZone ? { timeZoneName: 'short' } : {}),
  }).format(new Date(iso));
}

/** "2 minutes ago", "in 5 hours"; within a week of `now`, else the date. @param {number} now milliseconds */
export function relativeText(iso, now = Date.now(), locale = undefined) {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const size = Math.abs(seconds);
  if (size > 7 * 86_400) {
    return new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'short', day: 'numeric' }).format(new Date(iso));
  }
  if (size < 5) return 'now';
  const [unit, length] = UNITS.find(([, unitLength]) => size >= unitLength);
  return new Intl.RelativeTimeFormat(locale, { numeric: 'always' }).format(Math.trunc(seconds / length), unit);
}

/** "41 ms", "1.2 s", "3 min", "2 h". */
export function durationText(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`;
}

const two = (number) => String(number).padStart(2, '0');

/** The value of an <input type=datetime-local> for that instant in the reader's zone; '' for none. */
export function toLocalInput(iso) {
  const time = new Date(iso);
  if (!iso || Number.isNaN(time.getTime())) return '';
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}` +
    `T${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** The instant that such a value stands for, in UTC to the second; '' when it is none. */
export function fromLocalInput(value) {
  const time = new Date(value);
  return value && !Number.isNaN(time.getTime()) ? time.toISOString().replace(/\.\d+Z$/, 'Z') : '';
}

/** A <time> that reads relative to now and tells the exact instant when pointed at. */
export function timeElement(iso) {
  const element = el('time', { datetime: iso, title: instantText(iso, { withZone: true }) }, relativeText(iso));
  element.dataset.relative = '';
  return element;
}

/** Brings the relative times under `root` up to date; touches only those that read differently now. */
export function refreshTimes(root, now = Date.now()) {
  for (const element of root.querySelectorAll('time[data-relative]')) {
    const text = relativeText(element.dateTime, now);
    if (element.textContent !== text) element.textContent = text;
  }
}
