// <consentry-captions>: the last lines spoken, large; a screen reader is told finished ones only.

import { ClientLink, h, setText, shadow } from "./dom.js";
import { wordsFor } from "./say.js";
import { CAPTIONS, TOKENS } from "./style.js";

const SHOWN_MS = 7000; // after its last change: about twice the time a two-line caption takes to read
const ANNOUNCED = 6;

export class CaptionsElement extends HTMLElement {
  #link = new ClientLink();
  #shown = new Map(); // caption id → {element, name, text, timer}
  #lines = h("div", { class: "lines", "aria-hidden": "true" });
  #log = h("div", { class: "unseen", role: "log", "aria-live": "polite" });
  #following = null;

  constructor() {
    super();
    shadow(this, TOKENS, CAPTIONS).append(this.#lines, this.#log);
  }

  get client() {
    return this.#link.client;
  }

  set client(client) {
    this.#following?.abort();
    this.#following = new AbortController();
    const { signal } = this.#following;
    this.#log.setAttribute("aria-label", wordsFor(client).say("captions.label"));
    [...this.#shown.keys()].forEach((id) => this.#remove(id));
    this.#link.follow(client, [], () => {});
    client?.addEventListener("caption", ({ detail }) => this.#show(detail), { signal });
    client?.addEventListener("retraction", ({ detail }) => this.#retract(detail.body.ids), { signal });
  }

  #show({ id, body }) {
    const line = this.#shown.get(id) ?? this.#add(id);
    setText(line.name, body.name);
    setText(line.text, body.text);
    clearTimeout(line.timer);
    line.timer = setTimeout(() => this.#remove(id), SHOWN_MS);
    if (body.final) this.#announce(id, `${body.name}: ${body.text}`);
  }

  #add(id) {
    const line = { name: h("b"), text: h("span"), timer: null };
    line.element = h("p", {}, line.name, line.text);
    this.#shown.set(id, line);
    this.#lines.append(line.element);
    const most = Number(this.getAttribute("lines") ?? 2);
    while (this.#shown.size > most) this.#remove(this.#shown.keys().next().value);
    return line;
  }

  #remove(id) {
    const line = this.#shown.get(id);
    if (line === undefined) return;
    clearTimeout(line.timer);
    line.element.remove();
    this.#shown.delete(id);
  }

  #announce(id, text) {
    this.#log.append(h("p", { "data-id": id }, text));
    while (this.#log.childElementCount > ANNOUNCED) this.#log.firstElementChild.remove();
  }

  #retract(ids) {
    ids.forEach((id) => this.#remove(id));
    for (const said of [...this.#log.children]) if (ids.includes(said.dataset.id)) said.remove();
  }
}
