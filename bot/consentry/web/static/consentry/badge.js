// <consentry-badge>: what runs on me, at any time; one click opens the <consentry-consent> named by `for`.

import { ClientLink, h, setText, shadow } from "./dom.js";
import { languageOf, wordsFor } from "./say.js";
import { BADGE, TOKENS } from "./style.js";

const FOLLOWED = ["consent", "connected", "disconnected"];

/** A few words on each purpose: "Live captions on · Summary off". */
export function badgeText(client) {
  const { say } = wordsFor(client);
  if (client === null) return say("badge.none");
  if (client.unsupported) return say("badge.unsupported");
  if (!client.connected) return say("badge.disconnected");
  const parts = (client.notice?.purposes ?? []).map((terms) => part(client, terms, say));
  return parts.filter((text) => text !== null).join(" · ") || say("badge.nothing");
}

function part(client, { name, title }, say) {
  const standing = client.standing(name);
  if (standing === "off") return null;
  if (["running", "refused", "paused"].includes(standing)) return say(`badge.${standing}`, { title });
  const seconds = client.remaining(name);
  if (client.answer(name) === "yes" || seconds === 0) return say("badge.starting", { title });
  if (seconds !== null) return say("badge.grace", { title, seconds: Math.ceil(seconds) });
  return say("badge.asked", { title });
}

export class BadgeElement extends HTMLElement {
  #link = new ClientLink();
  #ticking = null;
  #door = h("span", { class: "door", "aria-hidden": "true" });
  #text = h("span", { class: "text" });
  #change = h("span", { class: "unseen" });
  #button = h("button", { type: "button", onclick: () => this.#review() }, this.#door, this.#text, this.#change);

  constructor() {
    super();
    shadow(this, TOKENS, BADGE).append(this.#button);
    this.#update();
  }

  get client() {
    return this.#link.client;
  }

  set client(client) {
    this.#link.follow(client, FOLLOWED, () => this.#update());
  }

  disconnectedCallback() {
    clearInterval(this.#ticking);
    this.#ticking = null;
  }

  #update() {
    const { client } = this;
    this.#button.lang = languageOf(client);
    setText(this.#text, badgeText(client));
    setText(this.#change, `. ${wordsFor(client).say("badge.change")}`);
    this.#door.classList.toggle("open", client?.mayReceive("audio") || client?.mayReceive("video") || false);
    this.#text.classList.toggle("ask", (client?.open.length ?? 0) > 0);
    const counting = client?.open.some(({ name }) => client.remaining(name) > 0) ?? false;
    if (counting) this.#ticking ??= setInterval(() => this.#update(), 250);
    else this.disconnectedCallback();
  }

  #review() {
    this.getRootNode().getElementById(this.getAttribute("for"))?.review();
  }
}
