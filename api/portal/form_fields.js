import { el, uniqueId } from './dom.js';

/** Fields with a place for what is wrong with them. */

function errorPlace() {
  const id = uniqueId('error');
  return { id, element: el('p', { id, class: 'field-error' }) };
}

function show(error, controls, messages) {
  error.element.textContent = messages.join(' ');
  for (const control of controls) {
    if (messages.length > 0) control.setAttribute('aria-invalid', 'true');
    else control.removeAttribute('aria-invalid');
  }
}

const sentence = (message) => message.charAt(0).toUpperCase() + message.slice(1) + (/[.!?]$/.test(message) ? '' : '.');

/**
 * A control with its label, hint and error.
 * @param {string} label
 * @param {HTMLElement} control has an id
 * @param {{hint?: string|Node, element?: Element}} [more] `element`: what stands in the form when it is not
 *   the control alone
 * @returns {{element: HTMLElement, focus: () => void, showErrors: (messages: string[]) => void}}
 */
export function field(label, control, { hint, element = control } = {}) {
  const error = errorPlace();
  const hintId = uniqueId('hint');
  control.setAttribute('aria-describedby', hint ? `${error.id} ${hintId}` : error.id);
  return {
    element: el('div', { class: 'field' }, el('label', { for: control.id }, label), element, error.element,
      hint ? el('p', { id: hintId, class: 'hint' }, hint) : null),
    focus: () => control.focus(),
    showErrors: (messages) => show(error, [control], messages.map(sentence)),
  };
}

/**
 * A group of checkboxes or radio buttons, each with its explanation.
 * @param {string} legend
 * @param {'checkbox'|'radio'} type
 * @param {{value: string, label: string, explanation?: string}[]} choices
 * @param {{className?: string}} [look]
 */
export function choiceField(legend, type, choices, { className = '' } = {}) {
  const error = errorPlace();
  const name = uniqueId('choice');
  const inputs = choices.map(({ value }) => el('input', { type, name, value, id: uniqueId('choice'), 'data-value': value }));
  const rows = choices.map(({ label, explanation }, index) => {
    const hintId = uniqueId('hint');
    if (explanation) inputs[index].setAttribute('aria-describedby', hintId);
    return el('div', { class: 'choice' }, inputs[index],
      el('div', {}, el('label', { for: inputs[index].id }, label), explanation ? el('p', { id: hintId, class: 'hint' }, explanation) : null));
  });
  return {
    element: el('fieldset', { class: `field ${className}`.trim(), 'aria-describedby': error.id }, el('legend', {}, legend), ...rows, error.element),
    inputs,
    get values() { return inputs.filter((input) => input.checked).map((input) => input.value); },
    set values(values) { for (const input of inputs) input.checked = values.includes(input.value); },
    focus: () => (inputs.find((input) => input.checked) ?? inputs[0]).focus(),
    showErrors: (messages) => show(error, type === 'checkbox' ? inputs : [], messages.map(sentence)),
  };
}
