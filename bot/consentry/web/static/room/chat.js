// The chat: lines of everybody, the bot's answers to me alone, and cards of plugins.

import { h, setText } from "../consentry/dom.js";

const KEPT = 500;

export class Chat {
  #list;
  #cards = new Map(); // note id → {element, title, text}
  #following = null;
  #bot = "Assistant";

  /** `say(text)` sends a line, and is false where it could not. */
  constructor({ list, form, input, say }) {
    this.#list = list;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (text === "" || !say(text)) return;
      if (text.startsWith("/")) this.add({ name: "You to the assistant", text, kind: "private" });
      input.value = "";
    });
  }

  /** A line; `kind` is "", "mine", "private" or "bot". */
  add({ name, text, kind = "" }) {
    this.#append(h("li", { class: kind }, h("b", {}, name), h("p", {}, text)));
  }

  follow(client) {
    this.#following?.abort();
    if (client === null) return;
    this.#following = new AbortController();
    const { signal } = this.#following;
    client.addEventListener("notice", ({ detail }) => { this.#bot = detail.body.bot; }, { signal });
    client.addEventListener("note", ({ detail }) => this.#card(detail.id, detail.body), { signal });
    client.addEventListener("retraction", ({ detail }) => this.#retract(detail.body.ids), { signal });
  }

  /** An answer of the bot's to me. */
  reply(text) {
    this.add({ name: `${this.#bot}, to you alone`, text, kind: "private" });
  }

  #card(id, { title, text }) {
    const card = this.#cards.get(id) ?? this.#newCard(id);
    setText(card.title, title);
    setText(card.text, text);
  }

  #newCard(id) {
    const card = { title: h("b"), text: h("p") };
    card.element = h("li", { class: "bot" }, card.title, card.text);
    this.#cards.set(id, card);
    this.#append(card.element);
    return card;
  }

  #retract(ids) {
    for (const id of ids) {
      this.#cards.get(id)?.element.remove();
      this.#cards.delete(id);
    }
  }

  #append(element) {
    const atEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 60;
    this.#list.append(element);
    while (this.#list.childElementCount > KEPT) this.#list.firstElementChild.remove();
    if (atEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }
}
