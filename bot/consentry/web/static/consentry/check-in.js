// <consentry-check-in>: what to do before the camera while I check in by my face, large; then the verdict.

import { ClientLink, h, setText, shadow } from "./dom.js";
import { languageOf, wordsFor } from "./say.js";
import { CHECK_IN, TOKENS } from "./style.js";

const SHOWN_MS = 6000; // of "You are checked in"; the other verdict stays until it is closed

/** As I see them before me: my left is on the left. */
const SIGNS = {
  turn_left: "←", turn_right: "→", look_up: "↑", look_down: "↓", tilt_left: "↶", tilt_right: "↷",
};

/**
 * Attribute `open` while it shows something. The way by code stands beside each prompt. A slot
 * `more` is for an app's own buttons, shown while a try runs.
 */
export class CheckInElement extends HTMLElement {
  #link = new ClientLink();
  #following = null;
  #closing = null;
  #sign = h("p", { class: "sign", "aria-hidden": "true" });
  #text = h("p", { class: "text" });
  #said = h("div", { role: "status", "aria-live": "assertive", "aria-atomic": "true" }, this.#text);
  #code = h("a", { target: "_blank", rel: "noopener noreferrer" });
  #more = h("slot", { name: "more" });
  #close = h("button", { type: "button", onclick: () => this.#hide() });
  #box;

  constructor() {
    super();
    this.#box = h(
      "section", { class: "box" },
      this.#sign, this.#said, h("div", { class: "acts" }, this.#more, this.#code, this.#close),
    );
    shadow(this, TOKENS, CHECK_IN).append(this.#box);
  }

  get client() {
    return this.#link.client;
  }

  set client(client) {
    this.#following?.abort();
    this.#following = new AbortController();
    const { signal } = this.#following;
    this.#hide();
    this.#link.follow(client, [], () => {});
    client?.addEventListener("check_in_prompt", ({ detail }) => this.#prompt(detail.body), { signal });
    client?.addEventListener("check_in", ({ detail }) => this.#verdict(detail.body), { signal });
    client?.addEventListener("disconnected", () => this.#hide(), { signal });
  }

  #prompt({ prompt, text }) {
    this.#show(SIGNS[prompt] ?? "", text, this.client.notice?.check_in, true);
  }

  #verdict({ verdict, text, link }) {
    const done = verdict === "checked_in";
    this.#show(done ? "✓" : "", text, done ? null : link, false);
    if (done) this.#closing = setTimeout(() => this.#hide(), SHOWN_MS);
  }

  #show(sign, text, page, trying) {
    const { say } = wordsFor(this.client);
    clearTimeout(this.#closing);
    this.toggleAttribute("open", true);
    this.#box.lang = languageOf(this.client);
    this.#box.setAttribute("aria-label", say("checking.label"));
    setText(this.#sign, sign);
    setText(this.#text, text);
    this.#more.hidden = !trying;
    this.#close.hidden = trying;
    setText(this.#close, say("checking.close"));
    this.#code.hidden = !/^https?:\/\//.test(page ?? "");
    if (this.#code.hidden) return;
    this.#code.href = page;
    setText(this.#code, say(trying ? "checking.instead" : "checking.code"));
  }

  #hide() {
    clearTimeout(this.#closing);
    this.toggleAttribute("open", false);
    setText(this.#text, "");
  }
}
