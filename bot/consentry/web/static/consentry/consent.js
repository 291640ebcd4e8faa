// <consentry-consent>: asks for answers when the notice holds something new, and shows them all on review().

import { ClientLink, h, setText, shadow } from "./dom.js";
import { CONSENT, TOKENS } from "./style.js";
import { Withdrawal } from "./withdrawal.js";

const DEVICES = { audio: "microphone", video: "camera" };
const FOLLOWED = ["consent", "connected", "disconnected"];

/** One sentence on when a purpose starts, or that it has. */
function startText(client, terms) {
  const standing = client.standing(terms.name);
  const seconds = client.remaining(terms.name);
  if (standing === "running") return "On: it runs on you now.";
  if (standing === "refused") return "Off: you said no.";
  if (standing === "paused") return "Paused until the owner of this call is confirmed again.";
  if (client.answer(terms.name) === "yes") return "You said yes. It is starting.";
  if (terms.mode !== "notice") return "Starts only if you say yes.";
  if (seconds === null) {
    return `Starts ${terms.grace_seconds} seconds after you have seen this, unless you say no.`;
  }
  return seconds > 0 ? `Starts in ${Math.ceil(seconds)} s unless you say no.` : "It is starting.";
}

/** "Your camera is sent to the assistant for Covered cameras."; null where it is not. */
function sentText(client, medium) {
  if (!client.mayReceive(medium)) return null;
  const titles = client.using(medium).map(({ title }) => title);
  const named = [titles.slice(0, -1).join(", "), titles.at(-1)].filter((part) => part !== "");
  return `Your ${DEVICES[medium]} is sent to the assistant for ${named.join(" and ")}.`;
}

/** A purpose's terms and the two answers. */
class Card {
  #start = h("p", { class: "start" });
  #buttons;

  constructor(terms, decide) {
    const id = `purpose-${terms.name}`;
    this.terms = terms;
    this.#buttons = ["yes", "no"].map((answer) => this.#button(answer, decide));
    this.choice = h(
      "div",
      { class: "answers", role: "group", "aria-labelledby": id },
      ...this.#buttons,
    );
    const mark = h("span", { class: "biometric" }, "Biometric: identifies you by your body");
    this.element = h(
      "section",
      { class: "purpose", "aria-labelledby": id, "data-purpose": terms.name },
      h("div", { class: "title" }, h("h3", { id }, terms.title), terms.biometric ? mark : null),
      h("p", { class: "sentence" }, terms.sentence),
      this.#facts(),
      this.#start,
      this.choice,
    );
  }

  #facts() {
    const { why, data, media, retention, recipients } = this.terms;
    const devices = Object.keys(DEVICES).filter((m) => media.includes(m)).map((m) => DEVICES[m]);
    const uses = devices.length > 0 ? `${data} (${devices.join(" and ")})` : data;
    const facts = { "What for": why, Uses: uses, "How long": retention, "Who sees it": recipients };
    const rows = Object.entries(facts).flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)]);
    return h("dl", {}, ...rows);
  }

  #button(answer, decide) {
    const text = answer === "yes" ? "Yes" : "No";
    return h("button", {
      type: "button", "data-answer": answer, "aria-pressed": "false",
      "aria-label": `${text}, ${this.terms.title}`, onclick: () => decide(this.terms.name, answer),
    }, text);
  }

  update(client) {
    setText(this.#start, startText(client, this.terms));
    const answer = client.standing(this.terms.name) === "refused" ? "no" : client.answer(this.terms.name);
    for (const button of this.#buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.answer === answer));
    }
  }
}

/**
 * Dispatches `answered` with `{purpose, title, answer}`. Closing it, by Esc or a button, answers
 * nothing. A slot `more` is for an app's own links.
 */
export class ConsentElement extends HTMLElement {
  #link = new ClientLink();
  #cards = new Map(); // purpose → Card
  #asked = new Map(); // purpose → version it was asked for
  #me = undefined; // who was asked
  #reviewing = false;
  #ticking = null;
  #heading = h("h2", { id: "heading", tabindex: "-1", autofocus: true });
  #lead = h("p", { class: "lead", id: "lead" });
  #list = h("div");
  #withdrawal = new Withdrawal();
  #fingerprint = h("code");
  #page = h("a", { target: "_blank", rel: "noopener noreferrer", hidden: true }, "Your personal page");
  #later = h("button", { class: "later", type: "button", onclick: () => this.close() });
  #dialog;
  #seen = new IntersectionObserver((entries) => this.#onScreen(entries), { threshold: 1 });

  constructor() {
    super();
    const close = h("button", {
      class: "close", type: "button", "aria-label": "Close without an answer", onclick: () => this.close(),
    }, "×");
    const key = h("p", {}, "The assistant's key ", this.#fingerprint);
    this.#dialog = h(
      "dialog",
      { "aria-labelledby": "heading", "aria-describedby": "lead", onkeydown: (e) => this.#trap(e) },
      h("div", { class: "scroll" }, h("header", {}, this.#heading, close), this.#lead, this.#list, this.#withdrawal.element),
      h("footer", {}, key, this.#page, h("slot", { name: "more" }), this.#later),
    );
    this.#dialog.addEventListener("close", () => this.#closed());
    shadow(this, TOKENS, CONSENT).append(this.#dialog);
  }

  get client() {
    return this.#link.client;
  }

  set client(client) {
    this.#asked.clear();
    this.#withdrawal.follow(client);
    this.#link.follow(client, FOLLOWED, () => this.#update());
  }

  get opened() {
    return this.#dialog.open;
  }

  /** Open with every purpose that is turned on, to look at and to change. */
  review() {
    this.#reviewing = true;
    this.#show();
  }

  /** Close without an answer. */
  close() {
    this.#dialog.close();
  }

  #purposes() {
    const all = this.client?.notice?.purposes ?? [];
    if (this.#reviewing) return all.filter((t) => this.client.standing(t.name) !== "off");
    const kept = (t) => this.#asked.get(t.name) === t.version && this.#cards.has(t.name);
    const open = new Set(this.client?.open ?? []);
    return open.size === 0 ? [] : all.filter((t) => open.has(t) || kept(t));
  }

  #update() {
    if (this.client?.me !== this.#me) this.#asked.clear(); // coming back counts as new
    this.#me = this.client?.me;
    const open = this.client?.open ?? [];
    const news = open.filter((t) => this.#asked.get(t.name) !== t.version);
    if (!this.#dialog.open && news.length === 0) return;
    const other = this.#dialog.open ? null : document.querySelector("dialog[open]");
    if (other !== null) {
      // The owner may be turning on the next purpose: ask when that is done, not on top of it.
      other.addEventListener("close", () => this.#update(), { once: true });
      return;
    }
    if (!this.#reviewing && open.length === 0) this.close();
    else this.#show();
  }

  #show() {
    const purposes = this.#purposes();
    purposes.forEach((terms) => this.#asked.set(terms.name, terms.version));
    this.#arrange(purposes);
    this.#describe(purposes);
    this.#cards.forEach((card) => card.update(this.client));
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#ticking ??= setInterval(() => this.#tick(), 250);
  }

  /** Keep the cards whose terms stand, so that focus and scroll position stay. */
  #arrange(purposes) {
    for (const [name, card] of this.#cards) {
      if (purposes.includes(card.terms)) continue;
      const same = purposes.find((t) => t.name === name && t.version === card.terms.version);
      if (same === undefined) this.#drop(name, card);
    }
    for (const terms of purposes) {
      if (this.#cards.has(terms.name)) continue;
      const card = new Card(terms, (purpose, answer) => this.#decide(purpose, answer));
      this.#cards.set(terms.name, card);
      this.#list.append(card.element);
      this.#seen.observe(card.choice);
    }
  }

  #drop(name, card) {
    this.#seen.unobserve(card.choice);
    card.element.remove();
    this.#cards.delete(name);
  }

  #describe(purposes) {
    const { client } = this;
    const bot = client?.notice?.bot ?? "The assistant";
    setText(this.#heading, this.#reviewing ? "What runs on you" : `${bot} asks you first`);
    setText(this.#lead, this.#reviewing ? this.#state(purposes) : "Answer as you like: you stay in the "
      + "call and keep talking either way, and nobody else is shown what you said.");
    this.#withdrawal.element.hidden = !this.#reviewing || !client?.connected;
    setText(this.#later, this.#reviewing ? "Done" : "Decide later");
    setText(this.#fingerprint, client?.fingerprint ?? "unknown");
    const link = client?.notice?.link ?? "";
    this.#page.hidden = !/^https?:\/\//.test(link);
    if (!this.#page.hidden) this.#page.href = link;
  }

  #state(purposes) {
    if (purposes.length === 0) return "Nothing is turned on in this call.";
    const sent = Object.keys(DEVICES).map((m) => sentText(this.client, m)).filter((t) => t !== null);
    return `${sent.join(" ") || "Nothing of yours is sent to the assistant."} One click changes it.`;
  }

  #onScreen(entries) {
    const seen = entries.filter((entry) => entry.isIntersecting).map((entry) => entry.target);
    const names = [...this.#cards.values()].filter((c) => seen.includes(c.choice)).map((c) => c.terms.name);
    if (names.length > 0) this.client?.noticed(names);
  }

  #decide(purpose, answer) {
    const { title } = this.#cards.get(purpose).terms;
    this.client.decide(purpose, answer);
    this.dispatchEvent(new CustomEvent("answered", { detail: { purpose, title, answer } }));
  }

  #tick() {
    this.#cards.forEach((card) => card.update(this.client));
  }

  #closed() {
    this.#reviewing = false;
    this.#withdrawal.reset();
    clearInterval(this.#ticking);
    this.#ticking = null;
    [...this.#cards].forEach(([name, card]) => this.#drop(name, card));
  }

  /** Tab goes round within the dialog, not out into the browser. */
  #trap(event) {
    if (event.key !== "Tab") return;
    const stops = [...this.#dialog.querySelectorAll("button, a[href]")].filter((stop) => stop.getClientRects().length > 0);
    const at = this.shadowRoot.activeElement;
    const onward = event.shiftKey ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING;
    if (stops.some((stop) => at?.compareDocumentPosition(stop) & onward)) return;
    event.preventDefault();
    stops.at(event.shiftKey ? -1 : 0).focus();
  }
}
