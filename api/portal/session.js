const STORED = 'partner-webhooks.token';

/** The reader refused to sign in again. */
export class SignedOut extends Error {}

/**
 * The reader's token, kept for this tab only. Fires `needed` (detail: 'absent' | 'expired') when somebody
 * waits for a token, and `changed` when there is a new one or none.
 */
export class Session extends EventTarget {
  #storage;
  #waiting = null;

  /** @param {Storage} storage */
  constructor(storage) {
    super();
    this.#storage = storage;
  }

  /** @returns {string|null} */
  get token() {
    return this.#storage.getItem(STORED);
  }

  /** Whether somebody waits for the reader to sign in. */
  get isNeeded() {
    return this.#waiting !== null;
  }

  /** @param {string} token those who wait go on with it */
  signIn(token) {
    this.#storage.setItem(STORED, token);
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve(token);
    this.dispatchEvent(new Event('changed'));
  }

  /** Forgets the token; those who wait for one fail with SignedOut. */
  signOut() {
    this.#storage.removeItem(STORED);
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(new SignedOut('signed out'));
    this.dispatchEvent(new Event('changed'));
  }

  /**
   * Waits for another token than `stale`, which the API no longer takes (null: there was none).
   * @param {string|null} stale
   * @returns {Promise<string>}
   */
  async renew(stale) {
    const present = this.token;
    if (present !== null && present !== stale) return present;  // another request has renewed it already
    this.#storage.removeItem(STORED);
    if (!this.#waiting) {
      this.#waiting = withResolvers();
      this.#waiting.promise.catch(() => {});  // those who wait see it; nobody may be waiting yet
      this.dispatchEvent(new CustomEvent('needed', { detail: stale === null ? 'absent' : 'expired' }));
    }
    return this.#waiting.promise;
  }
}

function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}
