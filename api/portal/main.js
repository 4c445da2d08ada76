import { Announcer } from './announce.js';
import { ApiClient } from './api.js';
import { Catalog } from './catalog.js';
import { button } from './dialog.js';
import { el } from './dom.js';
import { acceptTokens } from './embedding.js';
import { logo } from './icons.js';
import { Navigation } from './navigation.js';
import { Service } from './service.js';
import { Session } from './session.js';
import { signInWhenNeeded } from './sign_in.js';
import { listView } from './view_state.js';
import { WebhookDetail } from './webhook_detail.js';
import { WebhookList } from './webhook_list.js';

/** The wiring: every part, and who holds whom. */

/** @returns {Promise<{portal_origins: string[]}>} what the operator configured */
async function readConfig() {
  try {
    const response = await fetch(new URL('portal/config.json', document.baseURI), { credentials: 'omit' });
    return response.ok ? await response.json() : { portal_origins: [] };
  } catch {
    return { portal_origins: [] };  // without it the page works, only not by the embedding page's token
  }
}

async function start() {
  const config = await readConfig();
  const session = new Session(sessionStorage);
  const api = new ApiClient(session);
  const service = new Service(api);
  const announcer = new Announcer();
  const navigation = new Navigation();
  const catalog = new Catalog(service);
  const parts = { service, catalog, navigation, announcer };
  const views = { list: new WebhookList(parts), detail: new WebhookDetail(parts) };

  const isEmbedded = acceptTokens(session, config.portal_origins);
  signInWhenNeeded(session, api, isEmbedded);

  const signOut = button('Sign out', { click: () => session.signOut() });
  const main = el('main', { id: 'main', tabindex: '-1' });
  const home = navigation.link(listView(), { class: 'brand' }, logo(), el('span', {}, 'Partner Webhooks'));
  document.body.replaceChildren(
    el('a', { class: 'skip', href: '#main' }, 'Skip to content'),
    el('header', { class: 'top' }, home, signOut), main, announcer.element);

  let shown = null;
  const show = () => {
    const { view } = navigation;
    const next = views[view.name];
    if (next !== shown) {
      const isFirst = shown === null;
      shown?.leave();
      main.replaceChildren(next.element);
      shown = next;
      next.show(view);
      // A reader who follows a link hears where it led.
      if (!isFirst) next.element.querySelector('h1').focus();
      window.scrollTo(0, 0);
    } else {
      next.show(view);
    }
  };
  navigation.addEventListener('changed', show);
  // Another token may be another partner's: nothing of the one before stays, but a form that is open does.
  session.addEventListener('changed', () => {
    signOut.hidden = session.token === null;
    catalog.reset();
    for (const view of Object.values(views)) view.reset();
    shown.show(navigation.view);
  });
  signOut.hidden = session.token === null;
  show();
}

start();
