/**
 * The file name that a Content-Disposition gives (RFC 6266); without folders, whatever it says.
 * @param {string|null} header
 * @param {string} otherwise
 * @returns {string}
 */
export function fileNameOf(header, otherwise) {
  const extended = /filename\*\s*=\s*UTF-8''([^;\s]+)/i.exec(header ?? '');
  const plain = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(header ?? '');
  let name = plain ? (plain[1]?.replace(/\\(.)/g, '$1') ?? plain[2]) : '';
  if (extended) {
    try {
      name = decodeURIComponent(extended[1]);
    } catch {
      // Not UTF-8: the plain name, if there is one.
    }
  }
  name = name.replace(/^.*[/\\]/, '').replace(/[\x00-\x1f]/g, '');
  return name || otherwise;
}

/** Saves the body of an answer under the name that the server gave it. @returns {Promise<string>} the name */
export async function saveResponse(response, otherwise) {
  const name = fileNameOf(response.headers.get('Content-Disposition'), otherwise);
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken hold of the blob by the next task.
  setTimeout(() => URL.revokeObjectURL(address), 0);
  return name;
}
