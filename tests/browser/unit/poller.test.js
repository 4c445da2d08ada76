import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { Poller } from '../../../api/portal/poller.js';

class Page extends EventTarget {
  hidden = false;

  show(isShown) {
    this.hidden = !isShown;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

async function pass(ms) {
  mock.timers.tick(ms);
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

function begin(t, task, options = {}) {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const page = new Page();
  const poller = new Poller(task, { interval: 1000, longest: 8000, page, ...options });
  poller.start();
  return { page, poller };
}

test('it repeats at its interval, and stops', async (t) => {
  let turns = 0;
  const { poller } = begin(t, async () => { turns += 1; });
  await pass(1000);
  await pass(1000);
  assert.equal(turns, 2);
  poller.stop();
  await pass(5000);
  assert.equal(turns, 2);
});

test('a hidden page is left alone, and brought up to date when it is seen again', async (t) => {
  let turns = 0;
  const { page } = begin(t, async () => { turns += 1; });
  page.show(false);
  await pass(10_000);
  assert.equal(turns, 0);
  page.show(true);
  await pass(0);
  assert.equal(turns, 1);
});

test('failures make it rarer, up to the longest wait; success brings it back', async (t) => {
  const times = [];
  let isFailing = true;
  let now = 0;
  begin(t, async () => {
    times.push(now);
    if (isFailing) throw new Error('no');
  });
  for (now = 500; now <= 30_000; now += 500) {
    await pass(500);
    if (now === 20_000) isFailing = false;
  }
  assert.deepEqual(times.slice(0, 4), [1000, 3000, 7000, 15_000]);
  assert.deepEqual(times.slice(4, 7), [23_000, 24_000, 25_000]);
});

test('it does not come back before the service said so', async (t) => {
  let turns = 0;
  begin(t, async () => {
    turns += 1;
    throw Object.assign(new Error('slow down'), { retryAfterMs: 60_000 });
  });
  await pass(1000);
  await pass(59_000);
  assert.equal(turns, 1);
  await pass(1000);
  assert.equal(turns, 2);
});

test('the task may say when to come back', async (t) => {
  let turns = 0;
  begin(t, async () => { turns += 1; return 5000; });
  await pass(1000);
  await pass(4000);
  assert.equal(turns, 1);
  await pass(1000);
  assert.equal(turns, 2);
});

test('a start during a turn is not put off by its end', async (t) => {
  let turns = 0;
  let finish;
  const { poller } = begin(t, () => { turns += 1; return new Promise((resolve) => { finish = resolve; }); });
  await pass(1000);
  poller.start(10);
  finish();
  await pass(0);
  await pass(10);
  assert.equal(turns, 2);
});

test('it never runs twice at once; being asked meanwhile means once more', async (t) => {
  let turns = 0;
  let finish;
  const { poller } = begin(t, () => { turns += 1; return new Promise((resolve) => { finish = resolve; }); });
  await pass(1000);
  poller.poke();
  poller.poke();
  await pass(0);
  assert.equal(turns, 1);
  finish();
  await pass(0);
  await pass(0);
  assert.equal(turns, 2);
});
