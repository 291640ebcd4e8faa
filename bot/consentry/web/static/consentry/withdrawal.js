// Taking it back: "Stop from now", and "Erase what I said" with what that means before it is done.

import { h, setText } from "./dom.js";
import { wordsFor } from "./say.js";

const HAPPENS = ["happens_no", "happens_screens", "happens_kept", "happens_again"];
const REMAINS = ["remains_noted", "remains_files", "remains_chat"];

/** A section for a dialog that reviews what runs on me. */
export class Withdrawal {
  #client = null;
  #listening = null;
  #texts = []; // [element, key]: what it says in the reader's language
  #stop = this.#button("stop", () => this.#stopped(), { "aria-describedby": "stop-means" });
  #erase = this.#button("erase", () => this.#ask(this.#confirm.hidden), {
    "aria-describedby": "erase-means", "aria-expanded": "false", "aria-controls": "erase-confirm",
  });
  #question = this.#text("h4", "question", { id: "erase-question", tabindex: "-1" });
  #confirm = h(
    "div",
    { id: "erase-confirm", class: "confirm", role: "group", "aria-labelledby": "erase-question", hidden: true },
    this.#question,
    this.#text("p", "happens"),
    this.#list(HAPPENS),
    this.#text("p", "remains"),
    this.#list(REMAINS),
    h(
      "div",
      { class: "answers" },
      this.#button("back", () => this.#ask(false), { "data-erase": "back" }),
      this.#button("now", () => this.#erased(), { "data-erase": "now" }),
    ),
  );
  #told = h("p", { class: "told", role: "status", tabindex: "-1" });

  element = h(
    "section",
    { class: "withdrawal", "aria-labelledby": "withdrawal" },
    this.#text("h3", "title", { id: "withdrawal" }),
    h("div", { class: "way" }, this.#stop, this.#text("p", "stop_means", { id: "stop-means" })),
    h("div", { class: "way" }, this.#erase, this.#text("p", "erase_means", { id: "erase-means" })),
    this.#confirm,
    this.#told,
  );

  #text(tag, key, attributes = {}) {
    const element = h(tag, attributes);
    this.#texts.push([element, key]);
    return element;
  }

  #button(key, onclick, attributes) {
    return this.#text("button", key, { type: "button", onclick, ...attributes });
  }

  #list(keys) {
    return h("ul", {}, ...keys.map((key) => this.#text("li", key)));
  }

  /** Say it all in the language that is read now. */
  speak() {
    for (const [element, key] of this.#texts) setText(element, this.#say(key));
  }

  #say(key) {
    return wordsFor(this.#client).say(`withdrawal.${key}`);
  }

  follow(client) {
    this.#listening?.abort();
    this.#client = client;
    this.reset();
    if (client === null) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    client.addEventListener("reply", ({ detail }) => this.#replied(detail.body), { signal });
  }

  /** As it is before anything was chosen. */
  reset() {
    this.#fold();
    setText(this.#told, "");
  }

  #stopped() {
    this.#fold();
    const asked = this.#client?.notice?.purposes ?? [];
    const sent = asked.map(({ name }) => this.#client.decide(name, "no")).every((one) => one);
    this.#tell(this.#say(sent ? "stopped" : "stopped_here"));
  }

  #ask(asking) {
    this.#confirm.hidden = !asking;
    this.#erase.setAttribute("aria-expanded", String(asking));
    setText(this.#told, "");
    (asking ? this.#question : this.#erase).focus();
    this.#confirm.scrollIntoView({ block: "nearest" });
  }

  #erased() {
    const sent = this.#client?.erase() ?? false;
    this.#fold();
    this.#tell(this.#say(sent ? "erasing" : "erasing_later"));
    this.#told.focus();
  }

  #fold() {
    this.#confirm.hidden = true;
    this.#erase.setAttribute("aria-expanded", "false");
  }

  #replied({ code, text }) {
    if (code === "erased" || code === "not_erased") this.#tell(text);
  }

  #tell(text) {
    setText(this.#told, text);
    this.#told.scrollIntoView({ block: "nearest" });
  }
}
