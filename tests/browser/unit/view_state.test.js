import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  ariaSort, detailView, filterQuery, formatView, listView, logQuery, nextSort, parseView, rangeText,
} from '../../../api/portal/view_state.js';

test('the usual list has the shortest address', () => {
  assert.equal(formatView(listView()), './');
  assert.deepEqual(parseView(''), listView());
});

test('every view survives its address', () => {
  for (const view of [
    listView({ number: '3, 7', contract_id: 'CTR-1', url: 'a&b=c#d', event_type: 'product.added', status: 'inactive', sort: 'url', page: 7, page_size: 100 }),
    detailView('wh_1', { state: 'failed', subject: 'product/PR-7', since: '2025-11-26T09:52:00Z' }),
  ]) {
    assert.deepEqual(parseView(formatView(view)), view);
  }
});

test('what makes no sense in an address is left out', () => {
  assert.deepEqual(parseView('?page=-1&page_size=33&sort=secret&unknown=1'), listView());
  assert.deepEqual(parseView('?page=1e9&sort=--url'), listView());
});

test('a header sorts upwards first, then downwards', () => {
  assert.equal(nextSort('-number', 'url'), 'url');
  assert.equal(nextSort('url', 'url'), '-url');
  assert.equal(nextSort('-url', 'url'), 'url');
  assert.deepEqual(['url', '-url', 'status'].map((sort) => ariaSort(sort, 'url')), ['ascending', 'descending', 'none']);
});

test('numbers are split into repeats of the parameter', () => {
  assert.deepEqual(filterQuery(listView({ number: ' 3, 7 9,' })).number, ['3', '7', '9']);
});

test("the log's filters are those of the address", () => {
  assert.deepEqual(logQuery(detailView('wh_1', { state: 'failed' }), 50),
    { state: 'failed', event_type: '', subject: '', since: '', until: '', limit: 50 });
});

test('the range names what is shown of how many', () => {
  assert.equal(rangeText({ page: 2, page_size: 25, total: 1234 }, 'en'), '26\u201350 of 1,234');
  assert.equal(rangeText({ page: 50, page_size: 25, total: 1234 }, 'en'), '1,226\u20131,234 of 1,234');
  assert.equal(rangeText({ page: 1, page_size: 25, total: 0 }, 'en'), '0');
});
