// <consentry-badge>: what runs on me, at any time; one click opens the <consentry-consent> named by `for`.

import { ClientLink, h, setText, shadow } from "./dom.js";
import { BADGE, TOKENS } from "./style.js";

const FOLLOWED = ["consent", "connected", "disconnected"];

/** A few words on each purpose: "Live captions on · Summary off". */
export function badgeText(client) {
  if (client === null) return "No assistant in this call";
  if (client.unsupported) return "This browser can't check the assistant: nothing runs on you";
  if (!client.connected) return "Assistant not connected";
  const parts = (client.notice?.purposes ?? []).map((terms) => part(client, terms));
  return parts.filter((text) => text !== null).join(" · ") || "Nothing runs on you";
}

function part(client, { name, title }) {
  const seconds = client.remaining(name);
  switch (client.standing(name)) {
    case "running": return `${title} on`;
    case "refused": return `${title} off`;
    case "paused": return `${title} paused`;
    case "off": return null;
  }
  if (client.answer(name) === "yes") return `${title} starting`;
  if (seconds !== null) return seconds > 0 ? `${title}: starts in ${Math.ceil(seconds)} s` : `${title} starting`;
  return `${title}: your answer?`;
}

export class BadgeElement extends HTMLElement {
  #link = new ClientLink();
  #ticking = null;
  #door = h("span", { class: "door", "aria-hidden": "true" });
  #text = h("span", { class: "text" });
  #button = h("button", { type: "button", onclick: () => this.#review() }, this.#door, this.#text,
    h("span", { class: "unseen" }, ". Change what runs on you"));

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
    setText(this.#text, badgeText(client));
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
