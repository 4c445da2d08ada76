import { binByTime, decades, latencies, quantile } from './chart_data.js';
import { TONES, TONE_LABELS, countTones, tonesText } from './delivery_states.js';
import { el, svg } from './dom.js';
import { durationText, instantText } from './time.js';

const [LEFT, RIGHT, BARS, SPACE, DOTS, FOOT] = [46, 8, 92, 22, 84, 20];

/** Deliveries over time, and how long they took, as one picture with a common time axis. */
export class DeliveryChart {
  #deliveries = [];
  #text = '';
  #place = el('div', { class: 'chart-place' });
  #summary = el('p', { class: 'muted small' });

  constructor() {
    const key = TONES.map((tone) => el('li', { class: `key-${tone}` }, TONE_LABELS[tone]));
    this.element = el('figure', { class: 'chart' },
      el('figcaption', {}, el('h2', {}, 'Deliveries and time to arrive'), this.#summary), this.#place, el('ul', { class: 'legend', role: 'list' }, ...key));
    new ResizeObserver(() => this.#draw()).observe(this.#place);
  }

  /** @param {import('./service.js').Delivery[]} deliveries */
  show(deliveries) {
    this.#deliveries = deliveries;
    this.element.hidden = deliveries.length === 0;
    this.#draw();
  }

  #draw() {
    const width = Math.floor(this.#place.clientWidth);
    const text = `${width} ${this.#deliveries.map((d) => `${d.sequence}${d.state}${d.finished_at}`).join()}`;
    if (width < 100 || this.#deliveries.length === 0 || text === this.#text) return;
    this.#text = text;
    const times = latencies(this.#deliveries);
    this.#summary.textContent = summaryText(this.#deliveries, times);
    this.#place.replaceChildren(picture(this.#deliveries, times, width));
  }
}

function summaryText(deliveries, times) {
  const took = times.map(({ ms }) => ms);
  const speed = took.length === 0 ? ''
    : `; half arrived within ${durationText(quantile(took, 0.5))}, 95 % within ${durationText(quantile(took, 0.95))}`;
  const what = deliveries.length === 1 ? 'The delivery' : `The ${deliveries.length} deliveries`;
  return `${what} listed below: ${tonesText(countTones(deliveries))}${speed}.`;
}

function picture(deliveries, times, width) {
  const inner = width - LEFT - RIGHT;
  const { from, step, bins } = binByTime(deliveries, Math.max(8, Math.floor(inner / 12)));
  const span = step * bins.length;
  const x = (at) => LEFT + ((at - from) / span) * inner;
  const dotsTop = BARS + SPACE;
  const height = dotsTop + DOTS + FOOT;
  const root = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': summaryText(deliveries, times) });
  drawBars(root, bins, width, inner);
  if (times.length > 0) drawDots(root, times, x, dotsTop, width);
  const ends = [[LEFT, 'start', from], [width - RIGHT, 'end', from + span]];
  for (const [place, anchor, at] of ends) {
    root.append(svg('text', { x: place, y: height - 4, 'text-anchor': anchor }, axisTime(at, span)));
  }
  return root;
}

function drawBars(root, bins, width, inner) {
  const most = Math.max(...bins.map((bin) => TONES.reduce((sum, tone) => sum + bin[tone], 0)));
  const slot = inner / bins.length;
  const bar = Math.min(Math.max(1, slot - 2), 28);
  axis(root, 8, width, String(most));
  axis(root, BARS, width, '0');
  bins.forEach((bin, index) => {
    let y = BARS;
    for (const tone of TONES) {
      if (bin[tone] === 0) continue;
      const height = (bin[tone] / most) * (BARS - 8);
      y -= height;
      root.append(svg('rect', { class: `tone-${tone}`, x: LEFT + index * slot + (slot - bar) / 2, y, width: bar, height },
        svg('title', {}, `${bin[tone]} ${TONE_LABELS[tone]}`)));
    }
  });
}

function drawDots(root, times, x, top, width) {
  const [low, high] = decades(times.map(({ ms }) => ms));
  const y = (ms) => top + DOTS - ((Math.log10(ms) - low) / (high - low)) * DOTS;
  for (const exponent of new Set([low, Math.ceil((low + high) / 2), high])) axis(root, y(10 ** exponent), width, durationText(10 ** exponent));
  for (const { at, ms, sequence } of times) {
    root.append(svg('circle', { class: 'dot', cx: x(at), cy: y(ms), r: 2.5 }, svg('title', {}, `#${sequence}: ${durationText(ms)}`)));
  }
}

function axis(root, y, width, label) {
  root.append(svg('line', { class: 'axis', x1: LEFT, x2: width - RIGHT, y1: y, y2: y }),
    svg('text', { x: LEFT - 6, y: y + 3.5, 'text-anchor': 'end' }, label));
}

function axisTime(at, span) {
  const text = instantText(new Date(at).toISOString());
  return span > 86_400_000 * 3 ? text.replace(/,? \d{1,2}:\d{2}:\d{2}.*$/, '') : text;
}
