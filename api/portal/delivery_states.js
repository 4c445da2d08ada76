/** How the states of a delivery read and what colour they have. */

const STATES = {
  pending: ['Waiting', 'wait'],
  sending: ['Sending', 'wait'],
  delivered: ['Delivered', 'good'],
  failed: ['Failed', 'bad'],
  expired: ['Expired', 'other'],
  superseded: ['Superseded', 'other'],
  cancelled: ['Cancelled', 'other'],
};

export const STATE_IDS = Object.keys(STATES);
export const TONES = ['good', 'wait', 'bad', 'other'];
export const TONE_LABELS = { good: 'delivered', wait: 'retrying or waiting', bad: 'failed', other: 'not sent' };

/** The label of a state by itself, as in a filter. */
export const stateName = (state) => STATES[state]?.[0] ?? state;

/** The label of a delivery's state: one that waits after a failed attempt is retrying. */
export function stateLabel({ state, attempts_made: made }) {
  return state === 'pending' && made > 0 ? 'Retrying' : stateName(state);
}

/** @returns {'good'|'wait'|'bad'|'other'} */
export const toneOf = ({ state }) => STATES[state]?.[1] ?? 'other';

export const isFinished = ({ state }) => state !== 'pending' && state !== 'sending';

/** How many of each tone. @returns {{good: number, wait: number, bad: number, other: number}} */
export function countTones(deliveries) {
  const counts = { good: 0, wait: 0, bad: 0, other: 0 };
  for (const delivery of deliveries) counts[toneOf(delivery)] += 1;
  return counts;
}

/** "18 delivered, 1 retrying or waiting, 1 failed"; says so when there is nothing. */
export function tonesText(counts) {
  const parts = TONES.filter((tone) => counts[tone] > 0).map((tone) => `${counts[tone]} ${TONE_LABELS[tone]}`);
  return parts.length > 0 ? parts.join(', ') : 'no deliveries yet';
}

/** What came of an attempt, in few words. */
export function outcomeText({ status_code: code, error }) {
  if (error && code) return `HTTP ${code}, ${error.replaceAll('_', ' ')}`;
  return error ? error.replaceAll('_', ' ') : `HTTP ${code}`;
}
