// Meets the bot in a call on any stack: says hello, trusts the first key shown, reads what it signs.

import { ConsentryClient } from "../consentry.js";

const TAG = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/; // BCP 47, as far as the bot takes it
const AGAIN_MS = [1000, 2000, 4000, 8000, 16_000, 30_000]; // the bot may not know me yet
const KEY = /^[A-Za-z0-9_-]{43}$/; // 32 bytes, base64url
const CODE = /^[0-9A-Z]{4,16}$/;

/** My client has consentry.js, and this is what I read. */
function hello() {
  const { language } = navigator;
  return JSON.stringify({ type: "hello", ...(TAG.test(language) && language.length <= 35 && { language }) });
}

/** What a bot says that is not signed: a card `{key, you}` or a `{code}`; null where `text` is neither. */
function readOpening(text) {
  if (!text.startsWith("{") || text.length > 1000) return null;
  try {
    const { type, key, you, code } = JSON.parse(text);
    if (type === "code") return CODE.test(code) ? { code } : null;
    const sound = type === "card" && KEY.test(key) && ["string", "undefined"].includes(typeof you);
    return sound ? { key, you } : null;
  } catch {
    return null;
  }
}

/**
 * The bot of one call, met over a carrier (carriers/): an EventTarget with
 *
 * - `me`: my id, as the stack's server asserts it to everybody;
 * - `peers`: everybody else now, a list of `{id, name}`;
 * - `send(id, text)`: one text to one person; false where it could not be sent;
 * - CustomEvents `peer` `{id, name}` (came, was renamed, or can be reached again), `gone` `{id}`
 *   and `message` `{from, text}`, where the server vouches for `from`;
 * - `prove(code)`, where the stack does not say who of the call somebody in its chat is: show the
 *   bot's code where it can see whose it is;
 * - `close()`: stop listening.
 *
 * Trust on first use: the first card of somebody called `bot` counts, and its key is the only
 * one while they are there. Its fingerprint stands in the notice. When they have left, another
 * bot is met as a stranger is: with a client of its own, in which nothing was answered.
 *
 * Events: `met`, with the ConsentryClient as `detail`, for each new key; `stranger`, with
 * `{id, count}`, when somebody else claimed to be the bot and was refused.
 */
export class Introduction extends EventTarget {
  #carrier;
  #isBot;
  #now;
  #bot = null; // who introduced themselves, while they are there
  #key = null;
  #greeting = new Map(); // id → timer of the next hello
  #following = new AbortController();

  /** The ConsentryClient of the bot met last, or null. */
  client = null;

  /** How often somebody was refused who claimed to be the bot. */
  strangers = 0;

  /** `bot`: the bot's name in the call, or a function that tells it from `{id, name}`. */
  constructor(carrier, { bot = "Consentry", now } = {}) {
    super();
    this.#carrier = carrier;
    this.#isBot = typeof bot === "function" ? bot : ({ name }) => name === bot;
    this.#now = now;
    const { signal } = this.#following;
    carrier.addEventListener("peer", ({ detail }) => this.#came(detail), { signal });
    carrier.addEventListener("gone", ({ detail }) => this.#left(detail.id), { signal });
    carrier.addEventListener("message", ({ detail }) => this.#heard(detail), { signal });
    carrier.peers.forEach((peer) => this.#came(peer));
  }

  /** Stop: the client is disconnected, and the carrier closed. */
  close() {
    this.#following.abort();
    [...this.#greeting.keys()].forEach((id) => this.#hush(id));
    this.client?.disconnect();
    this.#bot = null;
    this.#carrier.close();
  }

  #came(peer) {
    if (!this.#isBot(peer)) return;
    this.#hush(peer.id);
    this.#greet(peer.id, 0);
  }

  #greet(id, tries) {
    this.#carrier.send(id, hello());
    if (tries === AGAIN_MS.length) return;
    this.#greeting.set(id, setTimeout(() => this.#greet(id, tries + 1), AGAIN_MS[tries]));
  }

  #hush(id) {
    clearTimeout(this.#greeting.get(id));
    this.#greeting.delete(id);
  }

  #left(id) {
    this.#hush(id);
    if (id !== this.#bot) return;
    this.#bot = null;
    this.client.disconnect();
  }

  #heard({ from, text }) {
    if (typeof text !== "string") return;
    const opening = readOpening(text);
    if (opening?.key !== undefined) this.#shown(from, opening);
    else if (opening !== null) this.#asked(from, opening.code);
    else if (from === this.#bot) void this.client.receive(text);
    else if (!text.startsWith("{")) this.#refuse(from); // what claims to be signed; JSON is other people's
  }

  /** Whether `id` may be the bot: nobody else is, and they are called so. */
  #mayBe(id) {
    return this.#bot === null && this.#carrier.peers.some((p) => p.id === id && this.#isBot(p));
  }

  /** A code is shown for the bot alone: with somebody else's, they could pass for me. */
  #asked(id, code) {
    if (id === this.#bot || this.#mayBe(id)) this.#carrier.prove?.(code);
    else this.#refuse(id);
  }

  #shown(id, { key, you = this.#carrier.me }) {
    if (!this.#mayBe(id) && (id !== this.#bot || key !== this.#key)) {
      this.#refuse(id);
      return;
    }
    this.#hush(id);
    if (id !== this.#bot || you !== this.client.me) this.#meet(id, key, you);
  }

  #meet(id, key, you) {
    const known = key === this.#key;
    if (!known) this.client = new ConsentryClient({ key, ...(this.#now && { now: this.#now }) });
    this.#bot = id;
    this.#key = key;
    this.client.connect({ send: (text) => this.#carrier.send(id, text) }, you);
    if (!known) this.dispatchEvent(new CustomEvent("met", { detail: this.client }));
  }

  #refuse(id) {
    this.strangers += 1;
    this.dispatchEvent(new CustomEvent("stranger", { detail: { id, count: this.strangers } }));
  }
}
