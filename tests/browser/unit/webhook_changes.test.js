import assert from 'node:assert/strict';
import { test } from 'node:test';

import { changesOf, mergeSettings, newSettings, sortErrors } from '../../../api/portal/webhook_changes.js';

const base = { ...newSettings(), contract_id: 'CTR-1', url: 'https://a.example/', event_types: ['product.added', 'product.removed'] };

test('a patch has only what was changed', () => {
  assert.deepEqual(changesOf(base, { ...base }), {});
  assert.deepEqual(changesOf(base, { ...base, url: 'https://b.example/' }), { url: 'https://b.example/' });
  assert.deepEqual(changesOf(base, { ...base, event_types: ['product.removed', 'product.added'] }), {}, 'the order says nothing');
});

test('changes of both sides to different settings are kept', () => {
  const typed = { ...base, url: 'https://mine.example/' };
  const theirs = { ...base, status: 'inactive' };
  assert.deepEqual(mergeSettings(base, typed, theirs),
    { merged: { ...base, url: 'https://mine.example/', status: 'inactive' }, changed: ['status'], conflicts: [] });
});

test('a setting that both changed is a conflict, and stays as it was typed', () => {
  const typed = { ...base, url: 'https://mine.example/' };
  const theirs = { ...base, url: 'https://theirs.example/' };
  const { merged, conflicts } = mergeSettings(base, typed, theirs);
  assert.equal(merged.url, 'https://mine.example/');
  assert.deepEqual(conflicts, ['url']);
});

test('the same change on both sides is none', () => {
  const both = { ...base, status: 'inactive' };
  assert.deepEqual(mergeSettings(base, both, both).conflicts, []);
});

test('errors go to their fields, the others to the rest', () => {
  const { byField, rest } = sortErrors([
    { field: 'url', message: 'is bad' },
    { field: 'event_types[1]', message: 'is unknown' },
    { field: 'event_types[2]', message: 'is unknown' },
    { field: 'secret', message: 'is read-only' },
  ]);
  assert.deepEqual([...byField], [['url', ['is bad']], ['event_types', ['is unknown']]]);
  assert.deepEqual(rest, ['secret: is read-only']);
});
