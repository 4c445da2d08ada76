import { errorText } from './announce.js';
import { Dialog, button, whileBusy } from './dialog.js';
import { data, el } from './dom.js';
import { icon } from './icons.js';
import { secretPanel } from './secret_panel.js';
import { changesOf, mergeSettings, newSettings, settingsOf, sortErrors } from './webhook_changes.js';
import { SETTING_LABELS, settingText, webhookFields } from './webhook_fields.js';

/** Adds a webhook, or edits `webhook`, in a dialog. */
export class WebhookForm {
  #service;
  #catalog;
  #onSaved;
  #webhook;
  #base;
  #fields;
  #dialog;
  #save;
  #notice = el('div', { class: 'notices' });
  #lastTry = { text: '', key: '' };

  /**
   * @param {{service: import('./service.js').Service, catalog: import('./catalog.js').Catalog,
   *   webhook?: import('./service.js').Webhook, onSaved: (webhook: object, isNew: boolean) => void}} parts
   */
  constructor({ service, catalog, webhook = null, onSaved }) {
    this.#service = service;
    this.#catalog = catalog;
    this.#webhook = webhook;
    this.#onSaved = onSaved;
    this.#base = webhook ? settingsOf(webhook) : newSettings();
  }

  open() {
    this.#dialog = new Dialog(this.#webhook ? `Edit webhook ${this.#webhook.number}` : 'Add webhook', { mayClose: () => this.#mayLeave() });
    this.#fields = webhookFields(this.#catalog);
    this.#fields.value = this.#base;
    this.#save = button('Save', { kind: 'primary', type: 'submit' });
    const form = el('form', { novalidate: true, class: 'stack' }, this.#notice, ...this.#fields.elements,
      el('div', { class: 'dialog-footer' }, button('Cancel', { click: () => this.#dialog.leave() }), this.#save));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      whileBusy(this.#save, () => this.#submit());
    });
    this.#dialog.body.append(form);
    this.#dialog.footer.remove();
    this.#dialog.open();
    form.querySelector('select, input').focus();
  }

  #isDirty() {
    return Object.keys(changesOf(this.#base, this.#fields.value)).length > 0;
  }

  #mayLeave() {
    if (!this.#isDirty()) return true;
    const keep = button('Keep editing', { click: () => this.#notice.replaceChildren() });
    const discard = button('Discard', { kind: 'danger', click: () => this.#dialog.close() });
    this.#showNotice('warning', [el('p', {}, 'Discard what you typed?')], [keep, discard]);
    keep.focus();
    return false;
  }

  #showNotice(tone, content, actions = []) {
    this.#notice.replaceChildren(el('div', { class: `notice ${tone}`, role: 'alert' }, icon('warning'),
      el('div', {}, ...content, actions.length > 0 ? el('div', { class: 'notice-actions' }, ...actions) : null)));
    this.#notice.scrollIntoView({ block: 'nearest' });
  }

  async #submit() {
    this.#notice.replaceChildren();
    this.#fields.showErrors(new Map());
    const typed = this.#fields.value;
    try {
      if (this.#webhook) {
        const changes = changesOf(this.#base, typed);
        const saved = Object.keys(changes).length === 0 ? this.#webhook
          : await this.#service.patchWebhook(this.#webhook.id, this.#webhook.version, changes);
        this.#dialog.close();
        this.#onSaved(saved, false);
      } else {
        const created = await this.#service.createWebhook(typed, this.#keyFor(typed));
        this.#onSaved(created, true);
        this.#showSecret(created);
      }
    } catch (error) {
      await this.#explain(error);
    }
  }

  // Saving the same again after a lost answer is the same request; after a change it is another.
  #keyFor(settings) {
    const text = JSON.stringify(settings);
    if (this.#lastTry.text !== text) this.#lastTry = { text, key: newKey() };
    return this.#lastTry.key;
  }

  async #explain(error) {
    if (error.status === 412) {
      await this.#showConflict();
      return;
    }
    const { byField, rest } = sortErrors(error.errors ?? []);
    if (byField.size === 0 || rest.length > 0) {
      this.#showNotice('bad', [el('p', {}, errorText(error)), ...rest.map((text) => el('p', {}, text))]);
    }
    this.#fields.showErrors(byField);
  }

  async #showConflict() {
    let theirs;
    try {
      theirs = await this.#service.readWebhook(this.#webhook.id);
    } catch (error) {
      const text = error.status === 404 ? 'Somebody has deleted this webhook meanwhile.' : errorText(error);
      this.#showNotice('bad', [el('p', {}, text)]);
      return;
    }
    const { merged, changed, conflicts } = mergeSettings(this.#base, this.#fields.value, theirs);
    const list = changed.map((name) => el('li', {}, `${SETTING_LABELS[name]}: `, data(settingText(name, theirs[name], this.#catalog), 'strong'),
      conflicts.includes(name) ? ' \u2013 you changed it too' : ''));
    const goOn = (settings) => () => {
      this.#webhook = theirs;
      this.#base = settingsOf(theirs);
      this.#fields.value = settings;
      this.#notice.replaceChildren();
      this.#save.focus();
    };
    const takeTheirs = button('Use theirs', { click: goOn(settingsOf(theirs)) });
    const keepMine = button(conflicts.length > 0 ? 'Keep mine' : 'Keep both', { click: goOn(merged) });
    this.#showNotice('warning', [
      el('p', { class: 'strong' }, 'Somebody else has changed this webhook. Nothing of yours is saved yet.'),
      changed.length > 0 ? el('p', {}, 'It now has:') : null,
      changed.length > 0 ? el('ul', {}, ...list) : null,
    ], [takeTheirs, keepMine]);
    keepMine.focus();
  }

  #showSecret(created) {
    this.#base = this.#fields.value;  // it is saved: leaving loses nothing
    const done = button('Done', { kind: 'primary', click: () => this.#dialog.close() });
    this.#dialog.title.textContent = `Webhook ${created.number} is ready`;
    this.#dialog.body.replaceChildren(el('div', { class: 'stack' },
      el('p', {}, 'This is its signing secret. Copy it into your endpoint now: it is shown here only this once. Later, the webhook\u2019s own view shows it on request.'),
      ...secretPanel(created.secret)), el('div', { class: 'dialog-footer' }, done));
    done.focus();
  }
}

// crypto.randomUUID exists on secure origins only.
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
