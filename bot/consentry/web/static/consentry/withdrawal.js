// Taking it back: "Stop from now", and "Erase what I said" with what that means before it is done.

import { h, setText } from "./dom.js";

const HAPPENS = [
  "Your answer to everything becomes no, at once. You stay in the call and keep talking.",
  "Your captions go from everybody's page, and a summary is made anew without you.",
  "What was kept of you is deleted and its key destroyed: backups can't be read either.",
  "You can say yes again at any time.",
];
const REMAINS = [
  "What people noted, photographed or recorded. Nobody can take that back.",
  "Files that somebody saved from this call before now.",
  "Lines that the assistant wrote into a chat, where the chat can't take them back.",
];

/** A section for a dialog that reviews what runs on me. */
export class Withdrawal {
  #client = null;
  #listening = null;
  #stop = h("button", { type: "button", "aria-describedby": "stop-means", onclick: () => this.#stopped() }, "Stop from now");
  #erase = h("button", {
    type: "button", "aria-describedby": "erase-means", "aria-expanded": "false", "aria-controls": "erase-confirm",
    onclick: () => this.#ask(this.#confirm.hidden),
  }, "Erase what I said …");
  #question = h("h4", { id: "erase-question", tabindex: "-1" }, "Erase what you said in this call?");
  #confirm = h(
    "div",
    { id: "erase-confirm", class: "confirm", role: "group", "aria-labelledby": "erase-question", hidden: true },
    this.#question,
    h("p", {}, "What happens:"),
    list(HAPPENS),
    h("p", {}, "What other people may still hold:"),
    list(REMAINS),
    h(
      "div",
      { class: "answers" },
      h("button", { type: "button", "data-erase": "back", onclick: () => this.#ask(false) }, "Do nothing, go back"),
      h("button", { type: "button", "data-erase": "now", onclick: () => this.#erased() }, "Erase everything now"),
    ),
  );
  #told = h("p", { class: "told", role: "status", tabindex: "-1" });

  element = h(
    "section",
    { class: "withdrawal", "aria-labelledby": "withdrawal" },
    h("h3", { id: "withdrawal" }, "Take it back"),
    h("div", { class: "way" }, this.#stop, h("p", { id: "stop-means" },
      "A no to everything from now on. What was shown or kept before stays.")),
    h("div", { class: "way" }, this.#erase, h("p", { id: "erase-means" },
      "A no to everything, and what was made from you in this call is taken back. You see first what that means.")),
    this.#confirm,
    this.#told,
  );

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
    this.#tell(sent ? "Stopped. Nothing of yours is used from now on." : "Stopped on this device. The assistant is told when it can be reached.");
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
    this.#tell(sent ? "Erasing …" : "You are left out. The assistant is told to erase when it can be reached.");
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

function list(lines) {
  return h("ul", {}, ...lines.map((line) => h("li", {}, line)));
}
