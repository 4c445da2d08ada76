/**
 * Repeats a task while the page is looked at: not in a hidden tab, never twice at once, rarer while it
 * fails, and not before the service says so (Retry-After).
 */
export class Poller {
  #task;
  #interval;
  #longest;
  #page;
  #timer = 0;
  #failures = 0;
  #running = false;
  #again = false;
  #on = false;
  #start = 0;
  #seen = () => this.#visibilityChanged();

  /**
   * @param {() => Promise<number|void>} task may give the milliseconds until its next turn
   * @param {{interval: number, longest?: number, page?: Document}} options milliseconds
   */
  constructor(task, { interval, longest = 120_000, page = document }) {
    this.#task = task;
    this.#interval = interval;
    this.#longest = longest;
    this.#page = page;
  }

  /** Begins with the first turn `delay` milliseconds from now. */
  start(delay = this.#interval) {
    if (!this.#on) this.#page.addEventListener('visibilitychange', this.#seen);
    this.#on = true;
    this.#failures = 0;
    this.#start += 1;
    this.#schedule(delay);
  }

  stop() {
    this.#on = false;
    this.#again = false;
    clearTimeout(this.#timer);
    this.#page.removeEventListener('visibilitychange', this.#seen);
  }

  /** A turn now, or right after the one that is under way. */
  poke() {
    if (!this.#on) return;
    if (this.#running) this.#again = true;
    else this.#schedule(0);
  }

  #schedule(delay) {
    clearTimeout(this.#timer);
    if (this.#on && !this.#page.hidden) this.#timer = setTimeout(() => this.#turn(), delay);
  }

  #visibilityChanged() {
    if (this.#page.hidden) clearTimeout(this.#timer);
    else this.poke();
  }

  async #turn() {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    const start = this.#start;
    let delay = this.#interval;
    try {
      delay = (await this.#task()) ?? delay;
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      delay = Math.max(Math.min(this.#interval * 2 ** this.#failures, this.#longest), error?.retryAfterMs ?? 0);
    }
    this.#running = false;
    // A start meanwhile has its own next turn; this one's delay must not put it off.
    if (this.#again) this.#schedule(0);
    else if (start === this.#start) this.#schedule(delay);
    this.#again = false;
  }
}
