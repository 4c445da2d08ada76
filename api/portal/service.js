/** The API's routes as functions: what the page, or any other front end, asks of the service. */

const enc = encodeURIComponent;
const MERGE_PATCH = { 'Content-Type': 'application/merge-patch+json' };

/** The ETag of a version. */
export const etagOf = (version) => `"${version}"`;

/**
 * @typedef {{id: string, number: number, contract_id: string, url: string, event_types: string[],
 *   status: 'active'|'inactive', status_reason: string|null, delivery_order: string, description: string,
 *   created_at: string, updated_at: string, version: number}} Webhook
 * @typedef {{id: string, event_id: string, event_type: string, webhook_id: string, subject: string,
 *   sequence: number, state: string, reason: string|null, attempts_made: number,
 *   next_attempt_at: string|null, created_at: string, finished_at: string|null}} Delivery
 */
export class Service {
  #api;

  /** @param {import('./api.js').ApiClient} api */
  constructor(api) {
    this.#api = api;
  }

  /** @returns {Promise<{data: Webhook[], page: number, page_size: number, total: number}>} */
  listWebhooks(query, signal) {
    return this.#api.json('GET', 'webhooks', { query, signal }).then((answer) => answer.data);
  }

  /**
   * @param {string} id
   * @param {number} [known] the version at hand
   * @returns {Promise<Webhook|null>} null: it still has that version
   */
  readWebhook(id, known, signal) {
    const headers = known ? { 'If-None-Match': etagOf(known) } : {};
    return this.#api.json('GET', `webhooks/${enc(id)}`, { headers, signal }).then((answer) => answer.data);
  }

  /**
   * @param {object} settings
   * @param {string} key the same for each try of one save, so that a lost answer makes no second webhook
   * @returns {Promise<Webhook & {secret: string}>}
   */
  createWebhook(settings, key) {
    const headers = { 'Idempotency-Key': key };
    return this.#api.json('POST', 'webhooks', { body: settings, headers }).then((answer) => answer.data);
  }

  /** @returns {Promise<Webhook>} @throws {import('./api.js').ApiError} 412 when it is no longer of that version */
  patchWebhook(id, version, changes) {
    const headers = { ...MERGE_PATCH, 'If-Match': etagOf(version) };
    return this.#api.json('PATCH', `webhooks/${enc(id)}`, { body: changes, headers }).then((answer) => answer.data);
  }

  deleteWebhook(id, version) {
    return this.#api.json('DELETE', `webhooks/${enc(id)}`, { headers: { 'If-Match': etagOf(version) } });
  }

  /** The workbook of the filtered webhooks. @returns {Promise<Response>} */
  exportWebhooks(query) {
    return this.#api.send('GET', 'webhooks/export', { query });
  }

  /** @returns {Promise<{secret: string, created_at: string, previous: object[]}>} */
  readSecret(id) {
    return this.#api.json('GET', `webhooks/${enc(id)}/secret`).then((answer) => answer.data);
  }

  rotateSecret(id, overlapSeconds) {
    const body = { overlap_seconds: overlapSeconds };
    return this.#api.json('POST', `webhooks/${enc(id)}/secret/rotate`, { body }).then((answer) => answer.data);
  }

  /** @returns {Promise<Delivery>} */
  sendTest(id, eventType) {
    const body = { event_type: eventType };
    return this.#api.json('POST', `webhooks/${enc(id)}/test`, { body }).then((answer) => answer.data);
  }

  /** @returns {Promise<{data: Delivery[], next_cursor: string|null}>} */
  listDeliveries(id, query, signal) {
    return this.#api.json('GET', `webhooks/${enc(id)}/deliveries`, { query, signal }).then((answer) => answer.data);
  }

  /** @returns {Promise<Delivery & {attempts: object[]}>} */
  readDelivery(id, signal) {
    return this.#api.json('GET', `deliveries/${enc(id)}`, { signal }).then((answer) => answer.data);
  }

  retryDelivery(id) {
    return this.#api.json('POST', `deliveries/${enc(id)}/retry`).then((answer) => answer.data);
  }

  /**
   * @param {string} id
   * @param {{since: string, until?: string, dry_run: boolean}} range
   * @returns {Promise<{requeued: number, created: number, complete: boolean}>}
   */
  recover(id, range, signal) {
    return this.#api.json('POST', `webhooks/${enc(id)}/recover`, { body: range, signal }).then((answer) => answer.data);
  }

  eventTypes() {
    return this.#api.json('GET', 'event-types').then((answer) => answer.data.data);
  }

  contracts() {
    return this.#api.json('GET', 'contracts').then((answer) => answer.data.data);
  }
}
