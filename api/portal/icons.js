import { svg } from './dom.js';

const PATHS = {
  add: 'M8 3v10M3 8h10',
  back: 'M10 3 5 8l5 5',
  check: 'm3 8.5 3.2 3.2L13 5',
  close: 'm4 4 8 8m0-8-8 8',
  copy: 'M6 6V3.5h6.5V10H10M3.5 6H10v6.5H3.5z',
  delete: 'M3 4.5h10M6.5 4V2.5h3V4M4.5 4.5l.6 9h5.8l.6-9M6.8 7v4M9.2 7v4',
  down: 'm4 6 4 4 4-4',
  download: 'M8 2.5v7.5m-3.2-3L8 10.2 11.2 7M3 13h10',
  edit: 'm3 13 .6-3L10.8 2.8l2.4 2.4L6 12.4z',
  filter: 'M2.5 4h11M4.5 8h7M6.5 12h3',
  key: 'M7.2 8.8 12.5 3.5m-2 2L12 7M7.5 10.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z',
  next: 'm6 3 5 5-5 5',
  recover: 'M3 8a5 5 0 1 0 1.6-3.7M3 2.5V5h2.5',
  rotate: 'M12.6 5.2A5.2 5.2 0 1 0 13.2 8.6M12.9 2.4v3h-3',
  send: 'M14 2 7 9m7-7-4.5 12L7 9 2 6.5z',
  warning: 'M8 2.5 14.2 13H1.8zM8 6.5v3M8 11.3v.2',
};

/**
 * A small line drawing that says nothing to a screen reader: what it stands for is in the text beside it.
 * @param {keyof typeof PATHS} name
 * @returns {SVGElement}
 */
export function icon(name) {
  return svg('svg', { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: PATHS[name] }));
}

/** The product's mark: a fact leaving its centre. */
export function logo() {
  return svg('svg', { class: 'logo', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    svg('rect', { width: 24, height: 24, rx: 6 }),
    svg('path', { d: 'M6 15.5a6 6 0 0 1 3-5.2M7 6a11 11 0 0 1 10.5 11' }),
    svg('circle', { cx: 12.5, cy: 16, r: 2 }));
}
