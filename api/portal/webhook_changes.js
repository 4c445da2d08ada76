/** Pure decisions about the settings of a webhook that is being edited. */

export const SETTINGS = ['contract_id', 'url', 'event_types', 'status', 'delivery_order', 'description'];

const same = (a, b) => JSON.stringify(normal(a)) === JSON.stringify(normal(b));
const normal = (value) => (Array.isArray(value) ? [...value].sort() : value);

/** What a new webhook begins with. */
export const newSettings = () => ({
  contract_id: '', url: '', event_types: [], status: 'active', delivery_order: 'by_subject', description: '',
});

export const settingsOf = (webhook) => Object.fromEntries(SETTINGS.map((name) => [name, webhook[name]]));

/**
 * The settings that differ, as a merge patch.
 * @param {object} base what the reader began with
 * @param {object} typed what the form holds
 * @returns {object} empty when nothing was changed
 */
export function changesOf(base, typed) {
  return Object.fromEntries(SETTINGS.filter((name) => !same(base[name], typed[name])).map((name) => [name, typed[name]]));
}

/**
 * What to show when somebody else has saved meanwhile: what they changed stands, except where the reader
 * has changed the same setting; there the reader's stays in the form and both are named.
 * @param {object} base what both began with
 * @param {object} typed what the form holds
 * @param {object} theirs what is saved now
 * @returns {{merged: object, changed: string[], conflicts: string[]}} `changed`: settings that they changed;
 *   `conflicts`: those of them that the reader changed to something else
 */
export function mergeSettings(base, typed, theirs) {
  const changed = SETTINGS.filter((name) => !same(base[name], theirs[name]));
  const mine = Object.keys(changesOf(base, typed));
  const conflicts = changed.filter((name) => mine.includes(name) && !same(typed[name], theirs[name]));
  const merged = Object.fromEntries(SETTINGS.map((name) => [name, mine.includes(name) ? typed[name] : theirs[name]]));
  return { merged, changed, conflicts };
}

/**
 * Sorts a problem document's errors to the form's fields. "event_types[1]" belongs to "event_types".
 * @param {{field: string, message: string}[]} errors
 * @returns {{byField: Map<string, string[]>, rest: string[]}} `rest`: those of no field of the form
 */
export function sortErrors(errors) {
  const byField = new Map();
  const rest = [];
  for (const { field, message } of errors) {
    const name = String(field).split(/[.[]/)[0];
    if (!SETTINGS.includes(name)) rest.push(`${field}: ${message}`);
    else if (!byField.get(name)?.includes(message)) byField.set(name, [...(byField.get(name) ?? []), message]);
  }
  return { byField, rest };
}
