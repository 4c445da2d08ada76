import { el, uniqueId } from './dom.js';
import { icon } from './icons.js';

/**
 * A modal dialog on the page's top layer. The browser keeps the focus inside, and gives it back on close.
 */
export class Dialog {
  #mayClose;
  #closed = [];

  /**
   * @param {string} title
   * @param {{className?: string, mayClose?: () => boolean, isLocked?: boolean}} [options] `mayClose`: asked
   *   when the reader wants to leave (Escape, the cross, cancel); false keeps the dialog open.
   *   `isLocked`: no way out but by doing what it asks for.
   */
  constructor(title, { className = '', mayClose = () => true, isLocked = false } = {}) {
    const id = uniqueId('title');
    this.#mayClose = () => !isLocked && mayClose();
    this.title = el('h2', { id }, title);
    const cross = isLocked ? null
      : el('button', { type: 'button', class: 'plain', 'aria-label': 'Close', on: { click: () => this.leave() } }, icon('close'));
    this.body = el('div', { class: 'dialog-body' });
    this.footer = el('div', { class: 'dialog-footer' });
    this.element = el('dialog', { class: className, 'aria-labelledby': id },
      el('header', { class: 'dialog-header' }, this.title, cross), this.body, this.footer);
    this.element.addEventListener('cancel', (event) => {
      event.preventDefault();
      this.leave();
    });
    // Browsers let a second Escape through whatever the page says to `cancel`.
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      event.preventDefault();
      this.leave();
    });
    this.element.addEventListener('close', () => {
      this.element.remove();
      for (const act of this.#closed) act();
    });
  }

  open() {
    document.body.append(this.element);
    const { documentElement: root } = document;
    if (!document.querySelector('dialog[open]')) root.classList.toggle('had-scrollbar', window.innerWidth > root.clientWidth);
    this.element.showModal();
    return this;
  }

  /** The reader wants to leave. */
  leave() {
    if (this.#mayClose()) this.close();
  }

  close() {
    this.element.close();
  }

  onClose(act) {
    this.#closed.push(act);
    return this;
  }
}

/** @param {'primary'|'danger'|''} kind */
export function button(label, { kind = '', type = 'button', click, iconName, ...rest } = {}) {
  return el('button', { type, class: `button ${kind}`.trim(), on: click ? { click } : {}, ...rest },
    iconName ? icon(iconName) : null, el('span', {}, label));
}

/** Runs `act` with the button shown as busy; a second click meanwhile does nothing. */
export async function whileBusy(control, act) {
  if (control.getAttribute('aria-busy') === 'true') return undefined;
  control.setAttribute('aria-busy', 'true');
  try {
    return await act();
  } finally {
    control.removeAttribute('aria-busy');
  }
}

/**
 * Asks before something that cannot be undone. The action's failure is shown in the dialog, which stays.
 * @param {{title: string, body: Node[], action: string, act: () => Promise<void>, explain: (error: unknown) => string}} what
 */
export function confirmDialog({ title, body, action, act, explain }) {
  const dialog = new Dialog(title, { className: 'small' });
  const problem = el('p', { class: 'form-error', role: 'alert' });
  const confirm = button(action, {
    kind: 'danger',
    click: () => whileBusy(confirm, async () => {
      problem.textContent = '';
      try {
        await act();
        dialog.close();
      } catch (error) {
        problem.textContent = explain(error);
      }
    }),
  });
  dialog.body.append(...body, problem);
  const cancel = button('Cancel', { click: () => dialog.leave() });
  dialog.footer.append(cancel, confirm);
  dialog.open();
  cancel.focus();
  return dialog;
}
