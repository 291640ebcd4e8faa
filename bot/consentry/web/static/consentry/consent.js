// <consentry-consent>: asks for answers when the notice holds something new, and shows them all on review().

import { ClientLink, h, setText, shadow } from "./dom.js";
import { languageOf, marked, wordsFor } from "./say.js";
import { CONSENT, TOKENS } from "./style.js";
import { Receipts } from "./receipts.js";
import { Withdrawal } from "./withdrawal.js";

const DEVICES = ["audio", "video"];
const FOLLOWED = ["consent", "connected", "disconnected"];

/** One sentence on when a purpose starts, or that it has. */
function startText(client, terms) {
  const { say } = wordsFor(client);
  const standing = client.standing(terms.name);
  const seconds = client.remaining(terms.name);
  if (["running", "refused", "paused"].includes(standing)) return say(`dialog.${standing}`);
  if (client.answer(terms.name) === "yes") return say("dialog.agreed");
  if (terms.mode !== "notice") return say("dialog.opt_in");
  if (seconds === null) return say("dialog.notice", { seconds: terms.grace_seconds });
  return seconds > 0 ? say("dialog.grace", { seconds: Math.ceil(seconds) }) : say("dialog.starting");
}

/** "Your camera is sent to the assistant for Covered cameras."; null where it is not. */
function sentText(client, medium) {
  if (!client.mayReceive(medium)) return null;
  const { say, listed } = wordsFor(client);
  return say(`dialog.sent_${medium}`, { titles: listed(client.using(medium).map(({ title }) => title)) });
}

/** Show `anchor` with `address`, if that is one. */
function leadTo(anchor, address) {
  anchor.hidden = !/^https?:\/\//.test(address ?? "");
  if (!anchor.hidden) anchor.href = address;
}

/** A purpose's terms and the two answers. */
class Card {
  #start = h("p", { class: "start" });
  #buttons;
  #words;
  #mark;

  constructor(terms, client, decide) {
    const id = `purpose-${terms.name}`;
    this.terms = terms;
    this.language = languageOf(client);
    this.#words = wordsFor(client);
    this.#mark = marked(terms.language, client);
    this.#buttons = ["yes", "no"].map((answer) => this.#button(answer, decide));
    this.choice = h(
      "div",
      { class: "answers", role: "group", "aria-labelledby": id },
      ...this.#buttons,
    );
    const biometric = h("span", { class: "biometric" }, this.#words.say("dialog.biometric"));
    this.element = h(
      "section",
      { class: "purpose", "aria-labelledby": id, "data-purpose": terms.name },
      h("div", { class: "title" }, h("h3", { id, ...this.#mark }, terms.title), terms.biometric ? biometric : null),
      h("p", { class: "sentence", ...this.#mark }, terms.sentence),
      this.#facts(),
      this.#start,
      this.choice,
    );
  }

  #facts() {
    const { say, listed } = this.#words;
    const { why, data, media, retention, recipients } = this.terms;
    const devices = listed(DEVICES.filter((m) => media.includes(m)).map((m) => say(`dialog.${m}`)));
    const uses = devices === "" ? data : say("dialog.uses", { data, devices });
    const rows = Object.entries({ why, data: uses, retention, recipients }).flatMap(([name, text]) => [
      h("dt", {}, say(`dialog.${name}`)), h("dd", this.#mark, text),
    ]);
    return h("dl", {}, ...rows);
  }

  #button(answer, decide) {
    const { say } = this.#words;
    const text = say(`dialog.${answer}`);
    return h("button", {
      type: "button", "data-answer": answer, "aria-pressed": "false",
      "aria-label": say("dialog.choice", { answer: text, title: this.terms.title }),
      onclick: () => decide(this.terms.name, answer),
    }, text);
  }

  /** Whether it shows these terms in the language that is read now. */
  shows(terms, client) {
    const { name, version } = this.terms;
    return name === terms.name && version === terms.version && this.language === languageOf(client);
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
  #receipts = new Receipts();
  #fingerprint = h("code");
  #page = h("a", { target: "_blank", rel: "noopener noreferrer", hidden: true });
  #checkIn = h("a", { target: "_blank", rel: "noopener noreferrer", hidden: true });
  #close = h("button", { class: "close", type: "button", onclick: () => this.close() }, "×");
  #keyLabel = h("span");
  #later = h("button", { class: "later", type: "button", onclick: () => this.close() });
  #dialog;
  #seen = new IntersectionObserver((entries) => this.#onScreen(entries), { threshold: 1 });

  constructor() {
    super();
    const key = h("p", {}, this.#keyLabel, " ", this.#fingerprint);
    this.#dialog = h(
      "dialog",
      { "aria-labelledby": "heading", "aria-describedby": "lead", onkeydown: (e) => this.#trap(e) },
      h("div", { class: "scroll" }, h("header", {}, this.#heading, this.#close), this.#lead, this.#list, this.#withdrawal.element),
      h("footer", {}, key, this.#page, this.#checkIn, this.#receipts.element, h("slot", { name: "more" }), this.#later),
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
    this.#receipts.follow(client);
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
      if (!purposes.some((terms) => card.shows(terms, this.client))) this.#drop(name, card);
    }
    for (const terms of purposes) {
      if (this.#cards.has(terms.name)) continue;
      const card = new Card(terms, this.client, (purpose, answer) => this.#decide(purpose, answer));
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
    const { say } = wordsFor(client);
    const bot = client?.notice?.bot ?? say("dialog.assistant");
    this.#dialog.lang = languageOf(client);
    setText(this.#heading, this.#reviewing ? say("dialog.review") : say("dialog.asks", { bot }));
    setText(this.#lead, this.#reviewing ? this.#state(purposes) : say("dialog.lead"));
    setText(this.#later, say(this.#reviewing ? "dialog.done" : "dialog.later"));
    setText(this.#keyLabel, say("dialog.key"));
    setText(this.#fingerprint, client?.fingerprint ?? say("dialog.unknown"));
    setText(this.#page, say("dialog.page"));
    this.#close.setAttribute("aria-label", say("dialog.close"));
    this.#withdrawal.speak();
    this.#receipts.speak();
    this.#withdrawal.element.hidden = !this.#reviewing || !client?.connected;
    setText(this.#checkIn, say("dialog.check_in"));
    leadTo(this.#page, client?.notice?.link);
    leadTo(this.#checkIn, client?.notice?.check_in);
  }

  #state(purposes) {
    const { say } = wordsFor(this.client);
    if (purposes.length === 0) return say("dialog.nothing_on");
    const sent = DEVICES.map((m) => sentText(this.client, m)).filter((t) => t !== null);
    return `${sent.join(" ") || say("dialog.not_sent")} ${say("dialog.change")}`;
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
    if (event.key !== "Tab" || !this.#dialog.open) return; // the focus leaves a closed dialog a moment later
    const stops = [...this.#dialog.querySelectorAll("button, a[href]")].filter((stop) => stop.getClientRects().length > 0);
    const at = this.shadowRoot.activeElement;
    const onward = event.shiftKey ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING;
    if (stops.some((stop) => at?.compareDocumentPosition(stop) & onward)) return;
    event.preventDefault();
    stops.at(event.shiftKey ? -1 : 0).focus();
  }
}
