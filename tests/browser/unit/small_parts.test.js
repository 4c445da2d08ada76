import assert from 'node:assert/strict';
import { test } from 'node:test';

import { binByTime, decades, latencies, quantile } from '../../../api/portal/chart_data.js';
import { matchOptions } from '../../../api/portal/combobox.js';
import { outcomeText, stateLabel, tonesText } from '../../../api/portal/delivery_states.js';
import { fileNameOf } from '../../../api/portal/download.js';
import { tokenOf } from '../../../api/portal/embedding.js';
import { recoveredText } from '../../../api/portal/recover_dialog.js';
import { durationText, fromLocalInput, relativeText, toLocalInput } from '../../../api/portal/time.js';

test("the server's file name is taken, never its folders", () => {
  assert.equal(fileNameOf('attachment; filename="Webhooks_26112025_1152.xlsx"', 'x'), 'Webhooks_26112025_1152.xlsx');
  assert.equal(fileNameOf('attachment; filename=plain.xlsx', 'x'), 'plain.xlsx');
  assert.equal(fileNameOf("attachment; filename=\"a.xlsx\"; filename*=UTF-8''%C3%A4.xlsx", 'x'), '\u00e4.xlsx');
  assert.equal(fileNameOf("attachment; filename=\"a.xlsx\"; filename*=UTF-8''%ff", 'x'), 'a.xlsx');
  assert.equal(fileNameOf('attachment; filename="../../etc/passwd"', 'x'), 'passwd');
  assert.equal(fileNameOf('attachment; filename="a\\"b.xlsx"', 'x'), 'a"b.xlsx');
  assert.equal(fileNameOf(null, 'x'), 'x');
});

test('a token is taken from the parent of an allowed origin only', () => {
  const parent = {};
  const message = (changes) => ({ source: parent, origin: 'https://portal.example', data: { type: 'partner-webhooks:token', token: 'eyJ.a.b' }, ...changes });
  const origins = ['https://portal.example'];
  assert.equal(tokenOf(message({}), origins, parent), 'eyJ.a.b');
  assert.equal(tokenOf(message({ origin: 'https://evil.example' }), origins, parent), null);
  assert.equal(tokenOf(message({ source: {} }), origins, parent), null);
  for (const data of [null, 'x', {}, { type: 'partner-webhooks:token' }, { type: 'other', token: 'x' },
    { type: 'partner-webhooks:token', token: 'a\nb' }, { type: 'partner-webhooks:token', token: 'x'.repeat(5000) }]) {
    assert.equal(tokenOf(message({ data }), origins, parent), null);
  }
});

test('a choice is found by its id or its name, the closest first', () => {
  const options = [{ id: 'CTR-10', label: 'Harbour' }, { id: 'CTR-1', label: 'Nordwind' }, { id: 'X', label: 'The CTR-1 house' }, { id: 'Y', label: 'z' }];
  assert.deepEqual(matchOptions(options, ' ctr-1 ').map((option) => option.id), ['CTR-1', 'CTR-10', 'X']);
  assert.deepEqual(matchOptions(options, 'wind').map((option) => option.id), ['CTR-1']);
  assert.equal(matchOptions(options, '').length, 4);
});

test('states and outcomes read as people say them', () => {
  assert.equal(stateLabel({ state: 'pending', attempts_made: 0 }), 'Waiting');
  assert.equal(stateLabel({ state: 'pending', attempts_made: 2 }), 'Retrying');
  assert.equal(outcomeText({ status_code: 503, error: null }), 'HTTP 503');
  assert.equal(outcomeText({ status_code: null, error: 'connect_refused' }), 'connect refused');
  assert.equal(tonesText({ good: 2, wait: 0, bad: 1, other: 0 }), '2 delivered, 1 failed');
});

test('what is recovered is counted by why it was missed', () => {
  assert.equal(recoveredText({ requeued: 0, created: 0, complete: true }), 'Nothing was missed in this time.');
  assert.equal(recoveredText({ requeued: 1, created: 2, complete: true }),
    '1 event that could not be delivered and 2 events that came while the webhook was inactive.');
  assert.match(recoveredText({ requeued: 1000, created: 0, complete: false }), /recover again/);
});

test('times read relative to now', () => {
  const now = Date.parse('2025-11-26T12:00:00Z');
  const texts = ['2025-11-26T11:59:58Z', '2025-11-26T11:58:00Z', '2025-11-26T17:00:00Z', '2025-11-24T12:00:00Z', '2025-01-02T12:00:00Z']
    .map((iso) => relativeText(iso, now, 'en'));
  assert.deepEqual(texts, ['now', '2 minutes ago', 'in 5 hours', '2 days ago', 'Jan 2, 2025']);
  assert.deepEqual([41, 1234, 15_000, 180_000, 7_200_000, 432_000_000].map(durationText), ['41 ms', '1.2 s', '15 s', '3 min', '2 h', '5 d']);
});

test('a time survives the field that it is typed in', () => {
  assert.equal(fromLocalInput(toLocalInput('2025-11-26T09:52:00Z')), '2025-11-26T09:52:00Z');
  assert.equal(toLocalInput('nonsense'), '');
  assert.equal(fromLocalInput(''), '');
});

test('every delivery falls into one interval, and there are never too many', () => {
  for (const span of [0, 900, 60_000, 86_400_000, 30 * 86_400_000, 400 * 86_400_000]) {
    const deliveries = Array.from({ length: 50 }, (_, index) => ({ state: 'delivered', created_at: new Date(1.7e12 + (span * index) / 49).toISOString() }));
    const { bins } = binByTime(deliveries, 40);
    assert.ok(bins.length <= 40, `${span}: ${bins.length}`);
    assert.equal(bins.reduce((sum, bin) => sum + bin.good, 0), 50);
  }
});

test('latency is that of what arrived', () => {
  const at = '2025-11-26T12:00:00.000Z';
  assert.deepEqual(latencies([
    { state: 'delivered', created_at: at, finished_at: '2025-11-26T12:00:00.250Z', sequence: 1 },
    { state: 'failed', created_at: at, finished_at: '2025-11-26T12:00:01.000Z', sequence: 2 },
  ]), [{ at: Date.parse(at), ms: 250, sequence: 1 }]);
  assert.equal(quantile([5, 1, 3], 0.5), 3);
  assert.deepEqual(decades([3, 40, 900]), [0, 3]);
  assert.deepEqual(decades([1]), [0, 1]);
});
