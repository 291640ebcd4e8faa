// Which language the elements speak: the notice's, else the browser's, else English.

import { WORDS } from "./words.js";

/** What `tag` (BCP 47) asks for among the languages there are words in; null where it is none. */
function spoken(tag) {
  const primary = String(tag ?? "").toLowerCase().split("-")[0];
  return Object.hasOwn(WORDS, primary) ? primary : null;
}

/** The language of what `client` (or null) shows. */
export function languageOf(client) {
  return spoken(client?.notice?.language) ?? spoken(navigator.language) ?? "en";
}

/** Words for what `client` shows: `say("badge.running", {title})`, and `listed(["a", "b"])`. */
export function wordsFor(client) {
  const texts = WORDS[languageOf(client)];
  const say = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const listed = (items) => {
    if (items.length < 2) return items.join("");
    return say("self.and", { most: items.slice(0, -1).join(texts["self.list"]), last: items.at(-1) });
  };
  return { say, listed };
}

/** `{lang}` for words in `language`, where that is not the one around them. */
export function marked(language, client) {
  return language !== undefined && language !== languageOf(client) ? { lang: language } : {};
}
