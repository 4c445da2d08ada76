import { errorText } from './announce.js';
import { confirmDialog, whileBusy } from './dialog.js';
import { el, urlText } from './dom.js';
import { WebhookForm } from './webhook_form.js';

/**
 * What can be done to a webhook from the table and from its own view alike.
 * @param {{service: object, catalog: object, announcer: import('./announce.js').Announcer}} parts
 * @param {{saved: (webhook: object, isNew: boolean) => void, removed: (webhook: object) => void,
 *   stale: () => void}} then `stale`: what is shown is out of date
 */
export function webhookActions({ service, catalog, announcer }, then) {
  async function openForm(webhook) {
    try {
      await catalog.load();
      // The row may be older than what is saved: a form begins with what there is now.
      const current = webhook ? await service.readWebhook(webhook.id) : null;
      new WebhookForm({ service, catalog, webhook: current, onSaved: then.saved }).open();
    } catch (error) {
      announcer.fail(error);
    }
  }

  return {
    add: () => openForm(null),
    edit: (webhook) => openForm(webhook),

    remove: (webhook) => confirmDialog({
      title: `Delete webhook ${webhook.number}?`,
      body: [
        el('p', {}, 'Nothing will be sent to this URL any more for these events:'),
        el('p', { class: 'quote' }, urlText(webhook.url)),
        el('p', {}, 'Its signing secret and its log of deliveries go with it. This cannot be undone.'),
      ],
      action: 'Delete',
      act: async () => {
        await service.deleteWebhook(webhook.id, webhook.version);
        announcer.say(`Webhook ${webhook.number} is deleted.`);
        then.removed(webhook);
      },
      explain: (error) => {
        if (error.status !== 412) return errorText(error);
        then.stale();
        return 'Somebody else has changed this webhook meanwhile. Look at it again before you delete it.';
      },
    }),

    flip: (webhook, control) => whileBusy(control, async () => {
      const status = webhook.status === 'active' ? 'inactive' : 'active';
      try {
        const saved = await service.patchWebhook(webhook.id, webhook.version, { status });
        announcer.say(status === 'active' ? `Webhook ${webhook.number} is active.`
          : `Webhook ${webhook.number} is inactive. What was waiting for it is cancelled and can be recovered later.`);
        then.saved(saved, false);
      } catch (error) {
        announcer.fail(error.status === 412
          ? `Somebody else has changed webhook ${webhook.number} meanwhile. Its status was not changed.` : error);
        then.stale();
      }
    }),
  };
}
