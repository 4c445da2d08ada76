import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ApiClient, ApiError, queryString } from '../../../api/portal/api.js';
import { Session, SignedOut } from '../../../api/portal/session.js';

function storage() {
  const kept = new Map();
  return { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value), removeItem: (name) => kept.delete(name) };
}

function client(answer) {
  const session = new Session(storage());
  const asked = [];
  const api = new ApiClient(session, {
    base: 'https://api.example/x/',
    fetch: async (url, request) => {
      asked.push({ url: String(url), ...request });
      return answer(request, asked.length);
    },
  });
  return { session, api, asked };
}

const json = (status, body, headers = {}) => new Response(JSON.stringify(body), { status, headers });

test('a query leaves out what is empty and repeats arrays', () => {
  assert.equal(queryString({ a: '', b: null, c: [1, 2], d: 'x y&z', e: undefined }), '?c=1&c=2&d=x+y%26z');
  assert.equal(queryString({}), '');
});

test('requests carry the token, stay under the base and send no cookies', async () => {
  const { session, api, asked } = client(() => json(200, { ok: true }, { ETag: '"3"' }));
  session.signIn('whk_1');
  assert.deepEqual(await api.json('GET', 'webhooks', { query: { page: 2 } }), { status: 200, etag: '"3"', data: { ok: true } });
  assert.equal(asked[0].url, 'https://api.example/x/webhooks?page=2');
  assert.equal(asked[0].headers.Authorization, 'Bearer whk_1');
  assert.equal(asked[0].credentials, 'omit');
});

test('a problem becomes an error with its fields, its request and its patience', async () => {
  const problem = { detail: 'One field is invalid.', errors: [{ field: 'url', code: 'x', message: 'is bad' }] };
  const { session, api } = client(() => json(422, problem, { 'X-Request-Id': 'r-1', 'Retry-After': '7' }));
  session.signIn('whk_1');
  await assert.rejects(api.json('POST', 'webhooks', { body: {} }), (error) => {
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.status, error.message, error.requestId, error.retryAfterMs], [422, 'One field is invalid.', 'r-1', 7000]);
    assert.deepEqual(error.errors, problem.errors);
    return true;
  });
});

test("an answer that is no problem document is an error all the same", async () => {
  const { session, api } = client(() => new Response('<h1>Bad gateway</h1>', { status: 502 }));
  session.signIn('whk_1');
  await assert.rejects(api.json('GET', 'webhooks'), { status: 502, message: 'The service answered 502.' });
});

test('no answer is an error of status 0', async () => {
  const { session, api } = client(() => { throw new TypeError('failed to fetch'); });
  session.signIn('whk_1');
  await assert.rejects(api.json('GET', 'webhooks'), { status: 0, message: 'The service cannot be reached.' });
});

test('requests that meet an ended session wait for one new token and go on with it', async () => {
  const { session, api } = client((request) => (request.headers.Authorization === 'Bearer new' ? json(200, {}) : json(401, {})));
  session.signIn('old');
  const reasons = [];
  session.addEventListener('needed', (event) => {
    reasons.push(event.detail);
    queueMicrotask(() => session.signIn('new'));
  });
  await Promise.all([api.json('GET', 'webhooks'), api.json('GET', 'contracts')]);
  assert.deepEqual(reasons, ['expired']);
});

test('signing out fails those who wait', async () => {
  const { session, api } = client(() => json(200, {}));
  const waiting = api.json('GET', 'webhooks');
  session.signOut();
  await assert.rejects(waiting, SignedOut);
});
