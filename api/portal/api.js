/** Plain HTTP against the API: who asks, conditional requests, and errors as the API describes them. */

const PATIENCE_MS = 30_000;

/** An answer that is an error (RFC 9457), or none at all (`status` 0). */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {object} problem the problem document; may lack any member
   * @param {Headers} [headers]
   */
  constructor(status, problem = {}, headers = new Headers()) {
    super(problem.detail || problem.title || `The service answered ${status}.`);
    this.name = 'ApiError';
    this.status = status;
    this.problem = problem;
    /** @type {{field: string, code: string, message: string}[]} */
    this.errors = Array.isArray(problem.errors) ? problem.errors : [];
    this.requestId = headers.get('X-Request-Id');
    const seconds = Number(headers.get('Retry-After'));
    this.retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
  }
}

async function errorOf(response) {
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // A proxy's page, or nothing: the status says what there is to say.
  }
  return new ApiError(response.status, problem, response.headers);
}

/** `query` as the API takes it: empty values left out, arrays repeated. */
export function queryString(query = {}) {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') pairs.append(name, String(one));
    }
  }
  const text = pairs.toString();
  return text ? `?${text}` : '';
}

export class ApiClient {
  #session;
  #base;
  #fetch;

  /**
   * @param {import('./session.js').Session} session gives the token, and a new one when it has ended
   * @param {{base?: URL|string, fetch?: typeof fetch}} [surroundings]
   */
  constructor(session, { base = document.baseURI, fetch = (...args) => globalThis.fetch(...args) } = {}) {
    this.#session = session;
    this.#base = new URL('.', base);
    this.#fetch = fetch;
  }

  /**
   * One request; when the session has ended, once more after the reader has signed in again.
   * @param {string} method
   * @param {string} path without a slash in front, segments encoded
   * @param {{query?: object, body?: object, headers?: object, signal?: AbortSignal}} [options]
   * @returns {Promise<Response>} of status 2xx or 304
   * @throws {ApiError} for anything else; AbortError when `signal` asked for it
   */
  async send(method, path, options = {}) {
    for (;;) {
      const token = this.#session.token ?? (await this.#session.renew(null));
      const response = await this.#once(method, path, token, options);
      if (response.status !== 401) {
        if (response.ok || response.status === 304) return response;
        throw await errorOf(response);
      }
      await this.#session.renew(token);
    }
  }

  /** As send(), with the JSON of the answer. @returns {Promise<{data: any, etag: string|null, status: number}>} */
  async json(method, path, options = {}) {
    const response = await this.send(method, path, options);
    const has_body = response.status !== 204 && response.status !== 304;
    return {
      status: response.status,
      etag: response.headers.get('ETag'),
      data: has_body ? await response.json() : null,
    };
  }

  /** Whether the API knows this token. @throws {ApiError} when it cannot say */
  async accepts(token) {
    const response = await this.#once('GET', 'event-types', token, {});
    if (response.status === 401) return false;
    if (!response.ok && response.status !== 403) throw await errorOf(response);
    return true;
  }

  async #once(method, path, token, { query, body, headers = {}, signal }) {
    const url = new URL(path + queryString(query), this.#base);
    const patience = AbortSignal.timeout(PATIENCE_MS);
    try {
      return await this.#fetch(url, {
        method,
        headers: {
          Authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: signal ? AbortSignal.any([signal, patience]) : patience,
        // Conditional requests are made by hand; the browser's cache must not answer for the service.
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiError(0, {
        detail: patience.aborted ? 'The service did not answer in time.' : 'The service cannot be reached.',
      });
    }
  }
}
