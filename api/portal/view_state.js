/** What is shown, as the address bar keeps it: a link to a view is a link to the same view for anybody. */

export const PAGE_SIZES = [25, 50, 100, 200];
export const SORTABLE = ['number', 'contract_id', 'url', 'event_type', 'status'];

const LIST = { number: '', contract_id: '', url: '', event_type: '', status: '', sort: '-number', page: 1, page_size: 25 };
const DETAIL = { webhook: '', state: '', event_type: '', subject: '', since: '', until: '' };

/** The names of the list's filters. */
export const LIST_FILTERS = ['number', 'contract_id', 'url', 'event_type', 'status'];
/** The names of the log's filters. */
export const LOG_FILTERS = ['state', 'event_type', 'subject', 'since', 'until'];

/** The list as it is without filters. */
export const listView = (changes = {}) => ({ name: 'list', ...LIST, ...changes });
/** One webhook with its log. */
export const detailView = (webhook, changes = {}) => ({ name: 'detail', ...DETAIL, webhook, ...changes });

function wholeNumber(text, lowest, highest, otherwise) {
  const number = /^\d{1,9}$/.test(text ?? '') ? Number(text) : NaN;
  return number >= lowest && number <= highest ? number : otherwise;
}

/**
 * @param {string} search the query part of an address; what makes no sense in it is left out
 * @returns {object} a list or detail view
 */
export function parseView(search) {
  const given = new URLSearchParams(search);
  const pick = (names) => Object.fromEntries(names.map((name) => [name, given.get(name) ?? '']));
  if (given.get('webhook')) return detailView(given.get('webhook'), pick(LOG_FILTERS));
  const view = listView(pick(LIST_FILTERS));
  const sort = given.get('sort') ?? '';
  if (SORTABLE.includes(sort.replace(/^-/, ''))) view.sort = sort;
  view.page = wholeNumber(given.get('page'), 1, 1_000_000, LIST.page);
  const size = wholeNumber(given.get('page_size'), 1, 200, LIST.page_size);
  if (PAGE_SIZES.includes(size)) view.page_size = size;
  return view;
}

/** The shortest address of a view, relative to the page's own. @returns {string} begins with '?' or is '.' */
export function formatView(view) {
  const defaults = view.name === 'detail' ? DETAIL : LIST;
  const pairs = new URLSearchParams();
  for (const [name, usual] of Object.entries(defaults)) {
    if (view[name] !== usual) pairs.set(name, view[name]);
  }
  const text = pairs.toString();
  return text ? `?${text}` : './';
}

/** What sorting by `field` comes to when its header is activated: ascending first, then the other way round. */
export function nextSort(sort, field) {
  return sort === field ? `-${field}` : field;
}

/** The value of aria-sort for that column. */
export function ariaSort(sort, field) {
  if (sort === field) return 'ascending';
  return sort === `-${field}` ? 'descending' : 'none';
}

/** Filters and sort as the list and the export take them. "3, 7" are two numbers. */
export function filterQuery(view) {
  return {
    number: view.number.split(/[\s,]+/).filter(Boolean),
    contract_id: view.contract_id,
    url: view.url,
    event_type: view.event_type,
    status: view.status,
    sort: view.sort,
  };
}

export const pageQuery = (view) => ({ ...filterQuery(view), page: view.page, page_size: view.page_size });

export const hasListFilter = (view) => LIST_FILTERS.some((name) => view[name] !== '');
export const hasLogFilter = (view) => LOG_FILTERS.some((name) => view[name] !== '');

/** The log's filters as the API takes them. @param {number} limit */
export function logQuery(view, limit) {
  return Object.fromEntries([...LOG_FILTERS.map((name) => [name, view[name]]), ['limit', limit]]);
}

/** "26–50 of 1,234". */
export function rangeText({ page, page_size: size, total }, locale) {
  const number = new Intl.NumberFormat(locale);
  if (total === 0) return '0';
  const first = (page - 1) * size + 1;
  const last = Math.min(page * size, total);
  return `${number.format(first)}\u2013${number.format(last)} of ${number.format(total)}`;
}
