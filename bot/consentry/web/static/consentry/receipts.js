// My receipts, to keep: the newest, and beside it the last one before everything was erased.

import { ClientLink, h, setText } from "./dom.js";
import { wordsFor } from "./say.js";

/** Links for a dialog; each saves a receipt as the file that `consentry receipt verify` reads. */
export class Receipts {
  #link = new ClientLink();
  #kept = new Map(); // id of the message → its link

  element = h("span", { class: "receipts" });

  follow(client) {
    this.#kept.clear();
    this.element.replaceChildren();
    this.#link.follow(client, ["receipt"], (event) => event && this.#take(event.detail));
  }

  /** Say it in the language that is read now. */
  speak() {
    const { say } = wordsFor(this.#link.client);
    this.#kept.forEach((link) => setText(link, say("dialog.receipt")));
  }

  #take({ id, body }) {
    const link = this.#kept.get(id) ?? h("a", { download: "receipt.jws" });
    link.href = `data:application/jose,${encodeURIComponent(body.jws)}`;
    this.#kept.set(id, link);
    this.element.append(link);
    this.speak();
  }
}
