import { button } from './dialog.js';
import { data, el, urlText } from './dom.js';
import { icon } from './icons.js';

/** One webhook as a row of the table. Cells carry their column's name for the narrow layout. */

const cell = (label, ...children) => el('td', { role: 'cell', 'data-label': label }, ...children);

/** Event types as small labels. */
export function typeLabels(ids, catalog) {
  return el('ul', { class: 'labels', role: 'list' }, ...ids.map((id) => el('li', { class: 'label' }, catalog.label(id))));
}

/** A contract's id with its name, and a note when nothing is sent under it. */
export function contractText(id, catalog) {
  const contract = catalog.contract(id);
  return el('div', { class: 'contract' }, data(id, 'strong'),
    contract ? data(contract.name, 'muted clamp') : null,
    contract && !contract.active ? el('span', { class: 'badge other' }, 'Contract inactive') : null);
}

/**
 * A switch of a webhook's status.
 * @param {import('./service.js').Webhook} webhook
 * @param {(control: HTMLElement) => void} flip
 */
export function statusSwitch(webhook, flip) {
  const isActive = webhook.status === 'active';
  const control = el('button', {
    type: 'button', role: 'switch', class: 'switch', 'aria-checked': String(isActive), 'aria-label': `Webhook ${webhook.number} active`,
  }, el('span', { class: 'switch-track', 'aria-hidden': 'true' }), el('span', { class: 'switch-text', 'aria-hidden': 'true' }, isActive ? 'Active' : 'Inactive'));
  control.addEventListener('click', () => flip(control));
  return control;
}

/**
 * @param {import('./service.js').Webhook} webhook
 * @param {{catalog: object, navigation: object, detailOf: (webhook: object) => object,
 *   edit: (webhook: object) => void, remove: (webhook: object) => void,
 *   flip: (webhook: object, control: HTMLElement) => void}} parts
 * @returns {HTMLTableRowElement}
 */
export function webhookRow(webhook, parts) {
  const row = el('tr', { role: 'row' });
  fillWebhookRow(row, webhook, parts);
  return row;
}

/** Brings a row up to date; leaves it alone when nothing that it shows has changed. */
export function fillWebhookRow(row, webhook, parts) {
  const text = JSON.stringify([webhook, parts.catalog.contract(webhook.contract_id)]);
  if (row.shownText === text) return;
  row.shownText = text;
  const health = row.querySelector('.health-cell') ?? el('td', { role: 'cell', 'data-label': 'Last deliveries', class: 'health-cell' }, el('span', { class: 'health-empty' }));
  const focused = row.contains(document.activeElement) ? document.activeElement.dataset.action : null;
  row.replaceChildren(
    cell('No', String(webhook.number)),
    el('th', { role: 'rowheader', scope: 'row', 'data-label': 'Contract' }, contractText(webhook.contract_id, parts.catalog)),
    cell('URL', parts.navigation.link(parts.detailOf(webhook), { class: 'url-link', 'data-action': 'open' }, urlText(webhook.url, 'clamp')),
      webhook.description ? data(webhook.description, 'muted small clamp block') : null),
    cell('Event type', typeLabels(webhook.event_types, parts.catalog)),
    cell('Status', switchOf(webhook, parts),
      webhook.status_reason ? el('p', { class: 'reason small' }, icon('warning'), data(webhook.status_reason)) : null),
    health,
    cell('Actions', el('div', { class: 'row-actions' },
      action('edit', 'Edit', webhook, parts.edit), action('delete', 'Delete', webhook, parts.remove))),
  );
  if (focused) row.querySelector(`[data-action="${focused}"]`)?.focus();
}

function switchOf(webhook, parts) {
  const control = statusSwitch(webhook, (self) => parts.flip(webhook, self));
  control.dataset.action = 'flip';
  return control;
}

function action(iconName, label, webhook, act) {
  const control = button(label, { iconName, click: () => act(webhook), 'aria-label': `${label} webhook ${webhook.number}`, title: label });
  control.classList.add('icon-only');
  control.dataset.action = iconName;
  return control;
}
