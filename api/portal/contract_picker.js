import { Combobox } from './combobox.js';
import { el, uniqueId } from './dom.js';

const LONG = 12;

/**
 * Chooses a contract: a plain select while the list is short, one that can be searched when it is long.
 * @param {{id: string, name: string, active: boolean}[]} contracts
 * @param {{id?: string, label?: string, empty: string}} names `label`: where no <label> names it;
 *   `empty`: what choosing none is called
 * @returns {{element: Element, control: HTMLElement, value: string}} `control` fires `change`
 */
export function contractPicker(contracts, { id = uniqueId('contract'), label, empty }) {
  const labelOf = (contract) => (contract.active ? contract.name : `${contract.name} (inactive)`);
  if (contracts.length > LONG) {
    const combo = new Combobox({ id, label, placeholder: empty });
    combo.options = contracts.map((contract) => ({ id: contract.id, label: labelOf(contract) }));
    return {
      element: combo.element, control: combo.input,
      get value() { return combo.value; },
      set value(value) { combo.value = value; },
    };
  }
  const select = el('select', { id, 'aria-label': label }, el('option', { value: '' }, empty));
  for (const contract of contracts) {
    select.append(el('option', { value: contract.id }, `${contract.id} \u2013 ${labelOf(contract)}`));
  }
  return {
    element: select, control: select,
    get value() { return select.value; },
    set value(value) {
      // A value that is not in the list (an address typed by hand, a contract that has gone) stays visible.
      if (value && !contracts.some((contract) => contract.id === value) && select.lastChild.value !== value) {
        select.append(el('option', { value }, value));
      }
      select.value = value;
    },
  };
}
