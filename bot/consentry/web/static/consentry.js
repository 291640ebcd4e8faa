// Reads a Consentry bot's messages, keeps what they say, and sends what the person decides.

import { isMessage } from "./consentry/bodies.js";
import { REASONS, Refusal, Verifier } from "./consentry/jws.js";
import { Nonces } from "./consentry/nonces.js";
import { Screen } from "./consentry/screen.js";

const WIRE_VERSION = 1;
const MAX_CONTROL_CHARS = 16 * 1024;

const MOVES_CONSENT = new Set(["notice", "status", "want", "reply"]);
const ERASED = new Set(["erased", "not_erased"]);
const NOT_TAKEN = new Set(["stale_notice", "too_fast"]); // codes of replies

/**
 * One bot, as one participant's device sees it.
 *
 * Events (all CustomEvent): each kind of message (`notice`, `status`, `want`, `caption`,
 * `speaking`, `summary`, `retraction`, `note`, `reply`, `receipt`, `check_in_prompt`, `check_in`,
 * `checked_in`, `plugin_state`) with the message as `detail`; `consent` when anything changed that `standing` or `mayReceive` are made of, said
 * before anything is sent, so a listener can take a track off first; `refused` with
 * `{reason, count}`; `connected` and `disconnected`.
 */
export class ConsentryClient extends EventTarget {
  #verifier = new Verifier();
  #now;
  #channel = null;
  #me = null;
  #call = null;
  #lastSeq = 0;
  #revisions = new Map();
  #personal = new Set(); // ids of messages to me alone
  #answers = new Map(); // purpose → {answer, version}
  #shown = new Map(); // purpose → {version, at}
  #nonces = new Nonces();
  #reading = Promise.resolve();
  #timers = new Set();
  #firstStatus = false; // the next status is the first of its connection
  #erasing = false; // I asked for it, and was not told yet what came of it
  #screen = new Screen();

  /** The last body of its kind, or null. */
  notice = null;
  status = null;
  want = null;

  refused = Object.fromEntries(REASONS.map((reason) => [reason, 0]));

  /**
   * `key`: the bot's public key (base64url of 32 bytes), from a source you trust as much as
   * your own signaling. `now`: seconds, monotonic.
   */
  constructor({ key, now = () => performance.now() / 1000 }) {
    super();
    this.#now = now;
    /** Resolves to whether this browser can check the bot's messages; if not, none is taken. */
    this.supported = this.#verifier.load(key).then((works) => this.#loaded(works));
  }

  /** True once it is known that nothing of this bot's can be checked here. */
  unsupported = false;

  #loaded(works) {
    this.unsupported = !works;
    this.#emit("consent");
    return works;
  }

  get fingerprint() {
    return this.#verifier.fingerprint;
  }

  get connected() {
    return this.#channel !== null;
  }

  get me() {
    return this.#me;
  }

  /**
   * Read from and write to `channel` (an RTCDataChannel, or whatever has `send(string)` and
   * "message" events) as participant `me`. With another `me` it starts with no answers: coming
   * back to a call counts as new; a connection that only broke and was made again does not.
   */
  connect(channel, me) {
    this.disconnect();
    if (me !== this.#me) this.#startAnew();
    this.#channel = channel;
    this.#me = me;
    this.#firstStatus = true;
    channel.addEventListener?.("message", this.#onMessage);
    this.#emit("connected");
  }

  #startAnew() {
    this.#erasing = false;
    this.#answers.clear();
    this.#shown.clear();
    this.#personal.forEach((id) => this.#revisions.delete(id));
    this.#personal.clear();
  }

  /** Nothing may be received from then on; what was said so far stays. */
  disconnect() {
    if (this.#channel === null) return;
    this.#channel.removeEventListener?.("message", this.#onMessage);
    this.#channel = null;
    this.notice = this.status = this.want = null;
    this.#screen.speaking.clear();
    this.#nonces.clear();
    this.#timers.forEach(clearTimeout);
    this.#timers.clear();
    this.#emit("consent");
    this.#emit("disconnected");
  }

  #onMessage = (event) => void this.receive(event.data);

  /** Read one message from any source; resolves to whether it was taken. Order is kept. */
  receive(text) {
    const channel = this.#channel;
    const taken = this.#reading.then(() => this.#read(text, channel));
    this.#reading = taken.catch(() => false);
    return taken;
  }

  async #read(text, channel) {
    try {
      await this.supported;
      const payload = await this.#verifier.payload(text);
      if (channel !== this.#channel) throw new Refusal("replayed"); // outlived its connection
      this.#check(payload);
      this.#take(payload);
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.refused[error.reason] += 1;
      this.#emit("refused", { reason: error.reason, count: this.refused[error.reason] });
      return false;
    }
  }

  #check(payload) {
    if (payload.v !== WIRE_VERSION) throw new Refusal("version");
    if (!isMessage(payload)) throw new Refusal("malformed");
    if (this.#call !== null && payload.call !== this.#call) throw new Refusal("foreign");
    if (payload.seq <= this.#lastSeq) throw new Refusal("replayed");
    if (payload.to !== null && !payload.to.includes(this.#me)) throw new Refusal("foreign");
    if (payload.kind === "notice" && payload.body.fingerprint !== this.fingerprint) {
      throw new Refusal("forged");
    }
    this.#call = payload.call;
    this.#lastSeq = payload.seq;
    if (payload.revision < (this.#revisions.get(payload.id) ?? 0)) throw new Refusal("stale");
  }

  #take({ kind, id, revision, about, to, at, body }) {
    this.#revisions.set(id, revision);
    if (to !== null) this.#personal.add(id);
    const message = { kind, id, revision, about, to, at, body };
    this.#screen.take(message);
    switch (kind) {
      case "notice": this.#takeNotice(body); break;
      case "status": this.#takeStatus(body); break;
      case "want": this.want = body; break;
      case "reply": this.#takeReply(body.code); break;
    }
    if (MOVES_CONSENT.has(kind)) this.#emit("consent");
    this.#emit(kind, message);
  }

  #takeReply(code) {
    if (NOT_TAKEN.has(code)) this.#forgetPending();
    if (ERASED.has(code)) this.#erasing = false;
  }

  #takeNotice(body) {
    this.notice = body;
    const held = this.#nonces.release().filter((purpose) => this.answer(purpose) === "yes");
    for (const purpose of held) this.#tell(purpose, "yes");
  }

  /** A purpose that stops running on me takes my yes with it: it does not run again by itself. */
  #takeStatus(body) {
    const before = this.status?.purposes ?? {};
    for (const [purpose, state] of Object.entries(before)) {
      if (state === "running" && body.purposes[purpose] !== "running") this.#forgetYes(purpose);
    }
    this.status = body;
    if (this.#firstStatus) this.#reconcile(body.purposes);
    this.#firstStatus = false;
  }

  /** What was answered into a connection that was gone: a "no" is said again, a "yes" asked for. */
  #reconcile(told) {
    for (const [purpose, { answer }] of [...this.#answers]) {
      const waits = ["asked", "grace", "running"].includes(told[purpose]);
      if (answer === "no" && waits) this.#tell(purpose, "no");
      if (answer === "yes" && told[purpose] === "asked") this.#answers.delete(purpose);
    }
    if (this.#erasing) this.#send({ type: "erase" });
  }

  #forgetYes(purpose) {
    if (this.#answers.get(purpose)?.answer === "yes") this.#answers.delete(purpose);
    this.#shown.delete(purpose);
  }

  /** An answer of mine did not count: a yes that nothing came of is to be given again. */
  #forgetPending() {
    this.#nonces.clear();
    for (const { name } of this.notice?.purposes ?? []) {
      if (this.answer(name) === "yes" && this.standing(name) !== "running") this.#answers.delete(name);
    }
  }

  /** The terms of a purpose that the owner turned on, or undefined. */
  terms(purpose) {
    return this.notice?.purposes.find((terms) => terms.name === purpose);
  }

  /** What I answered on this device, `yes`, `no`, or null; a yes to other terms is none. */
  answer(purpose) {
    const own = this.#answers.get(purpose);
    if (own === undefined) return null;
    return own.answer === "no" || own.version === this.terms(purpose)?.version ? own.answer : null;
  }

  /**
   * What a purpose is to me: `off`, `asked`, `grace`, `running`, `refused` or `paused`. The
   * bot's word, but never further than this device's own record of what I was shown and said.
   */
  standing(purpose) {
    const terms = this.terms(purpose);
    const told = this.status?.purposes[purpose];
    if (terms === undefined || told === undefined || told === "off") return "off";
    if (this.answer(purpose) === "no") return "refused";
    if (told === "running" && !this.#agreed(terms)) return "asked";
    return told;
  }

  #agreed(terms) {
    if (this.answer(terms.name) === "yes") return true;
    if (terms.mode !== "notice" || terms.biometric) return false;
    return this.remaining(terms.name) === 0;
  }

  /** Seconds until a purpose in `notice` mode may start on me; null where no grace was begun. */
  remaining(purpose) {
    const terms = this.terms(purpose);
    const shown = this.#shown.get(purpose);
    if (terms?.mode !== "notice" || shown?.version !== terms.version) return null;
    return Math.max(0, shown.at + terms.grace_seconds - this.#now());
  }

  /**
   * Whether the bot may get my `audio` or `video` now: it wants it, and something I agreed to runs
   * whose terms say that it takes that.
   */
  mayReceive(medium) {
    if (this.#channel === null || this.want?.[medium] !== true) return false;
    return this.using(medium).length > 0;
  }

  /** Terms of the purposes that run on me and take `audio` or `video` from this device. */
  using(medium) {
    const uses = ({ name, media }) => media.includes(medium) && this.standing(name) === "running";
    return this.notice?.purposes.filter(uses) ?? [];
  }

  /** Purposes whose present terms wait for my answer. */
  get open() {
    const asks = ({ name }) => ["asked", "grace"].includes(this.standing(name));
    return this.notice?.purposes.filter((t) => asks(t) && this.answer(t.name) === null) ?? [];
  }

  /** Say that the terms of these purposes are on the screen. Starts their grace period. */
  noticed(purposes) {
    const versions = {};
    for (const terms of purposes.map((name) => this.terms(name))) {
      if (terms === undefined || this.#shown.get(terms.name)?.version === terms.version) continue;
      versions[terms.name] = terms.version;
      this.#shown.set(terms.name, { version: terms.version, at: this.#now() });
      if (terms.mode === "notice") this.#afterGrace(terms.grace_seconds);
    }
    if (Object.keys(versions).length === 0) return false;
    this.#emit("consent");
    return this.#send({ type: "noticed", versions });
  }

  #afterGrace(seconds) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#emit("consent");
    }, seconds * 1000);
    this.#timers.add(timer);
  }

  /** Answer `yes` or `no`. A no is in force here before this returns, whether or not it arrives. */
  decide(purpose, answer) {
    if (answer !== "yes" && answer !== "no") throw new TypeError('answer "yes" or "no"');
    if (this.terms(purpose) === undefined && answer === "yes") return false;
    this.#record(purpose, answer);
    return this.#tell(purpose, answer);
  }

  /** Send an answer. A yes quotes the nonce of my notice. */
  #tell(purpose, answer) {
    const terms = this.terms(purpose);
    if (answer === "yes" && !this.#nonces.takesYes(purpose, terms)) return this.connected;
    const quoted = answer === "yes" && terms?.nonce ? { nonce: terms.nonce } : {};
    const version = terms?.version ?? "unknown";
    const sent = this.#send({ type: "decide", purpose, answer, version, ...quoted });
    if (sent) this.#nonces.spend(purpose, terms, answer);
    return sent;
  }

  #refused(purpose) {
    this.#record(purpose, "no");
    this.#nonces.spend(purpose, this.terms(purpose), "no");
  }

  #record(purpose, answer) {
    this.#answers.set(purpose, { answer, version: this.terms(purpose)?.version });
    this.#emit("consent");
  }

  /**
   * A no to everything, in force here before this returns; and what was made from me in this call
   * is erased. The bot replies `erased`, or `not_erased` where it could not be deleted yet. False
   * where the bot can't be reached: it is told when it can.
   */
  erase() {
    this.#erasing = true;
    for (const { name } of this.notice?.purposes ?? []) this.#refused(name);
    return this.#send({ type: "erase" });
  }

  /** The language that the bot is to speak to me from now on (BCP 47). */
  speak(language) {
    return this.#send({ type: "language", language });
  }

  /** Prove that I own the call. */
  owner(code) {
    return this.#send({ type: "owner", code });
  }

  /** Owner: turn a purpose on for the call. */
  enable(purpose) {
    return this.#send({ type: "enable", purpose });
  }

  /** Owner: turn a purpose off for everybody; on this device it is off at once. */
  disable(purpose) {
    this.#turnedOff(purpose);
    return this.#send({ type: "disable", purpose });
  }

  #turnedOff(purpose) {
    if (!this.status?.owner) return;
    this.#forgetYes(purpose);
    this.#emit("consent");
  }

  /** Ask a plugin for its result now. */
  request(plugin) {
    return this.#send({ type: "request", plugin });
  }

  /** What could be typed in chat (`/no captions`). An answer in it counts here as well. */
  command(text) {
    const [verb, name] = text.trim().toLowerCase().split(/\s+/);
    const terms = this.notice?.purposes ?? [];
    if (verb === "/forget" && name === "me") return this.erase();
    const named = name === "all" ? terms.map((t) => t.name) : [name];
    for (const purpose of named.filter((known) => this.terms(known) !== undefined)) {
      if (verb === "/no") this.#refused(purpose);
      if (verb === "/yes" && name !== "all") return this.decide(purpose, "yes");
      if (verb === "/off") this.#turnedOff(purpose);
    }
    return this.#send({ type: "command", text });
  }

  #send(control) {
    const text = JSON.stringify(control);
    const state = this.#channel?.readyState;
    if (this.#channel === null || (state !== undefined && state !== "open")) return false;
    if (text.length > MAX_CONTROL_CHARS) return false;
    return this.#channel.send(text) !== false;
  }

  /** Captions in the order of their words. */
  get transcript() { return this.#screen.transcript; }

  /** By message id: `{id, at, about, ...body}`. */
  get captions() { return this.#screen.captions; }
  get summaries() { return this.#screen.summaries; }
  get notes() { return this.#screen.notes; }

  /** Who is checked in, by participant: `{name, assurance}`; `assurance` is null but for the owner. */
  get checkedIn() { return this.#screen.checkedIn; }

  /** Who checked in at the room's kiosk, and is in the room: a list of `{name, assurance}`. */
  get inRoom() { return this.#screen.inRoom; }

  /** Ids of who speaks now. */
  get speaking() { return this.#screen.speaking; }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
