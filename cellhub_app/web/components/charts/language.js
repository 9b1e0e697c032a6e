/** Words for people. The English sentence is the key, as in i18n.py; another language is one more catalogue. */
let catalogue = {};

/** The catalogue of the page's language; whatever is not in it stays English. */
export function speak(words) {
  catalogue = words ?? {};
}

/** The text in the page's language, with its {places} filled. */
export function t(text, values) {
  const found = catalogue[text] ?? text;
  return values ? found.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place)) : found;
}
