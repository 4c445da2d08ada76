import { contractPicker } from './contract_picker.js';
import { el, uniqueId } from './dom.js';
import { choiceField, field } from './form_fields.js';

export const DELIVERY_ORDERS = [
  { value: 'by_subject', label: 'In order', explanation: 'Events of one booking or product arrive one after the other. A failing one holds back only its own booking or product.' },
  { value: 'latest', label: 'Latest only', explanation: 'As above, but a newer event replaces an older one of the same kind that has not arrived yet.' },
  { value: 'any', label: 'Any order', explanation: 'Fastest. Use the sequence number to tell what is newer.' },
];

export const STATUSES = [
  { value: 'active', label: 'Active' },
  { value: 'inactive', label: 'Inactive' },
];

export const SETTING_LABELS = {
  contract_id: 'Contract ID', url: 'URL', event_types: 'Event types', status: 'Status',
  delivery_order: 'Delivery order', description: 'Description',
};

/** A setting's value as people read it. */
export function settingText(name, value, catalog) {
  if (name === 'event_types') return value.map((id) => catalog.label(id)).join(', ') || 'none';
  if (name === 'status') return STATUSES.find((status) => status.value === value)?.label ?? value;
  if (name === 'delivery_order') return DELIVERY_ORDERS.find((order) => order.value === value)?.label ?? value;
  return value || 'empty';
}

/**
 * The fields of a webhook's settings.
 * @param {import('./catalog.js').Catalog} catalog
 * @returns {{elements: Element[], value: object, showErrors: (byField: Map<string, string[]>) => void}}
 *   `value` reads and writes all settings; showErrors() also focuses the first field that has one
 */
export function webhookFields(catalog) {
  const picker = contractPicker(catalog.contracts, { empty: 'Choose a contract' });
  const url = el('input', { id: uniqueId('url'), type: 'url', inputmode: 'url', autocomplete: 'off', spellcheck: 'false', placeholder: 'https://partner.example/webhooks', maxlength: 2048 });
  const description = el('textarea', { id: uniqueId('description'), rows: 2, maxlength: 500 });
  const fields = {
    contract_id: field(SETTING_LABELS.contract_id, picker.control, { element: picker.element }),
    url: field(SETTING_LABELS.url, url, { hint: 'Your endpoint. It must use HTTPS and be reachable from the internet.' }),
    event_types: choiceField('Event types', 'checkbox',
      catalog.types.map((type) => ({ value: type.id, label: type.label, explanation: type.description }))),
    status: choiceField('Status', 'radio', STATUSES, { className: 'row' }),
    delivery_order: choiceField('Delivery order', 'radio', DELIVERY_ORDERS),
    description: field(SETTING_LABELS.description, description, { hint: 'For you and your colleagues, at most 500 characters.' }),
  };
  const advanced = el('details', { class: 'disclosure' }, el('summary', {}, 'Advanced'),
    fields.delivery_order.element, fields.description.element);

  return {
    elements: [fields.contract_id.element, fields.url.element, fields.event_types.element, fields.status.element, advanced],
    get value() {
      return {
        contract_id: picker.value, url: url.value.trim(), event_types: fields.event_types.values,
        status: fields.status.values[0], delivery_order: fields.delivery_order.values[0], description: description.value,
      };
    },
    set value(settings) {
      picker.value = settings.contract_id;
      url.value = settings.url;
      fields.event_types.values = settings.event_types;
      fields.status.values = [settings.status];
      fields.delivery_order.values = [settings.delivery_order];
      description.value = settings.description;
      if (settings.delivery_order !== 'by_subject' || settings.description !== '') advanced.open = true;
    },
    showErrors(byField) {
      let first = null;
      for (const [name, one] of Object.entries(fields)) {
        const messages = byField.get(name) ?? [];
        one.showErrors(messages);
        if (messages.length > 0) first ??= name;
      }
      if (first === 'delivery_order' || first === 'description') advanced.open = true;
      if (first) fields[first].focus();
    },
  };
}
