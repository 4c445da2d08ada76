/** The event types and the reader's contracts: asked once a session, because they rarely change. */
export class Catalog {
  #service;
  #loading = null;
  types = [];
  contracts = [];

  /** @param {import('./service.js').Service} service */
  constructor(service) {
    this.#service = service;
  }

  /** Forgets what was loaded: another reader may have other contracts. */
  reset() {
    this.#loading = null;
  }

  /** @returns {Promise<Catalog>} this, once it is filled */
  load() {
    this.#loading ??= Promise.all([this.#service.eventTypes(), this.#service.contracts()]).then(
      ([types, contracts]) => {
        this.types = types;
        this.contracts = contracts;
        return this;
      },
      (error) => {
        this.#loading = null;
        throw error;
      });
    return this.#loading;
  }

  /** How an event type reads. @param {string} id */
  label(id) {
    return this.types.find((type) => type.id === id)?.label ?? id;
  }

  /** @returns {{id: string, name: string, active: boolean}|undefined} */
  contract(id) {
    return this.contracts.find((contract) => contract.id === id);
  }
}
