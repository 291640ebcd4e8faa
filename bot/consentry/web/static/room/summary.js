// Summaries, each line with links to the transcript lines it rests on.

import { h } from "../consentry/dom.js";
import { clock } from "./transcript.js";

const PARTS = { abstract: "In short", decisions: "Decided", actions: "To do", questions: "Open questions" };

export class Summaries {
  #box;
  #empty;
  #ask;
  #transcript;
  #open;
  #client = null;
  #following = null;

  /** `open(ids)` shows the transcript with these lines marked. */
  constructor({ box, empty, ask, transcript, open }) {
    this.#box = box;
    this.#empty = empty;
    this.#ask = ask;
    this.#transcript = transcript;
    this.#open = open;
    ask.addEventListener("click", () => this.#client?.request("summary"));
  }

  follow(client) {
    if (client === null) this.#ask.hidden = true;
    if (client === null || client === this.#client) return;
    this.#following?.abort();
    this.#following = new AbortController();
    const { signal } = this.#following;
    this.#client = client;
    for (const type of ["summary", "retraction"]) {
      client.addEventListener(type, () => this.#draw(), { signal });
    }
    client.addEventListener("consent", () => this.#offer(), { signal });
    this.#draw();
    this.#offer();
  }

  #offer() {
    this.#ask.hidden = this.#client.terms("summary") === undefined;
  }

  #draw() {
    const summaries = [...this.#client.summaries.values()].sort((a, b) => b.at - a.at);
    this.#box.replaceChildren(...summaries.map((summary) => this.#summary(summary)));
    this.#empty.hidden = summaries.length > 0;
  }

  #summary(summary) {
    const parts = Object.entries(PARTS).filter(([part]) => summary[part].length > 0);
    const made = summary.final ? "Made when the call ended" : `Made at ${clock(summary.at)}`;
    return h(
      "article",
      {},
      ...parts.map(([part, title]) => h("section", {}, h("h3", {}, title), this.#list(summary[part]))),
      h("p", { class: "made" }, `${made} by a machine. It may be wrong: follow a time to what was said.`),
    );
  }

  #list(lines) {
    return h("ul", {}, ...lines.map((line) => h("li", {}, this.#sentence(line), this.#sources(line))));
  }

  #sentence({ text, owner_name: owner, due, due_date: date }) {
    const facts = [owner, due && (date ? `${due} (${date})` : due)].filter(Boolean).join(", ");
    return h("p", {}, text, facts && h("span", { class: "facts" }, facts));
  }

  #sources({ segments }) {
    const ids = segments.map((segment) => this.#transcript.find(segment)).filter((id) => id !== null);
    if (ids.length === 0) return null;
    const links = ids.map((id) => h(
      "button",
      { type: "button", class: "source", onclick: () => this.#open([id, ...ids.filter((other) => other !== id)]) },
      h("span", { class: "unseen" }, "Said at "),
      clock(this.#transcript.start(id)),
    ));
    return h("p", { class: "sources" }, ...links);
  }
}
