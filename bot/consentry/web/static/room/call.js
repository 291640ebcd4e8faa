// One call: who is in it, and a connection to each of them and to the bot.

import { ConsentryClient } from "../consentry.js";
import { BotConnection } from "./bot.js";
import { PersonConnection } from "./person.js";
import { Signaling } from "./signaling.js";

const BOT_RETRY_MS = 3000;

/**
 * Events: `welcome` with `{id}`; `joined` and `left` with `{peer}` (people alone); `chat` with
 * `{peer, text, id, mine}`; `track` with `{peer, track}`; `bot` with `{client, peer}`, both null
 * when it is gone; `picture` with `{peer, track}`, what the bot shows of itself; `botstate` and
 * `state` with `{state}`; `lost` and `refused` as of Signaling.
 */
export class Call extends EventTarget {
  #signaling;
  #media;
  #me = null;
  #peers = new Map(); // id → peer
  #people = new Map(); // id → PersonConnection
  #clients = new Map(); // by bot and key: a call's captions outlive my reconnection
  #bot = null; // {peer, client, connection}
  #botRetry = null;

  constructor({ url, join, media }) {
    super();
    this.#media = media;
    this.#signaling = new Signaling(url, join);
    this.#signaling.addEventListener("frame", ({ detail }) => this.#frame(detail));
    this.#signaling.addEventListener("lost", ({ detail }) => this.#emit("lost", detail));
    this.#signaling.addEventListener("refused", ({ detail }) => this.#refused(detail));
    this.#signaling.open();
  }

  get client() {
    return this.#bot?.client ?? null;
  }

  /** What is heard of a person now, 0 to 1. */
  level(id) {
    return this.#people.get(id)?.level ?? 0;
  }

  /** A line for everybody; one that starts with `/` is a command for the bot alone. */
  say(text) {
    if (text.startsWith("/") && this.client?.command(text)) return true;
    return this.#signaling.send({ type: "chat", text });
  }

  retryNow() {
    this.#signaling.retryNow();
  }

  leave() {
    this.#signaling.close();
    this.#hangUp();
  }

  #frame(frame) {
    switch (frame.type) {
      case "welcome": this.#welcome(frame); break;
      case "joined": this.#joined(frame.peer, false); break;
      case "left": this.#left(frame.id); break;
      case "signal": this.#signal(frame); break;
      case "reconnect": this.#reconnect(frame); break;
      case "chat": this.#chat(frame); break;
    }
  }

  #welcome({ id, peers }) {
    this.#hangUp(); // of a connection before this one
    this.#me = id;
    this.#emit("welcome", { id });
    for (const peer of peers) this.#joined(peer, true);
  }

  #joined(peer, before) {
    this.#peers.set(peer.id, peer);
    if (peer.bot) this.#botJoined(peer);
    else this.#personJoined(peer, before);
  }

  #personJoined(peer, before) {
    const connection = new PersonConnection({
      signal: (body) => this.#send(peer.id, body), media: this.#media, offers: before,
    });
    this.#people.set(peer.id, connection);
    this.#emit("joined", { peer });
    connection.addEventListener("track", ({ detail }) => this.#emit("track", { peer, ...detail }));
    connection.addEventListener("state", ({ detail }) => this.#emit("state", { peer, ...detail }));
  }

  #botJoined(peer) {
    const which = `${peer.id} ${peer.key}`;
    const client = this.#clients.get(which) ?? new ConsentryClient({ key: peer.key ?? "" });
    this.#clients.set(which, client);
    this.#bot = { peer, client, connection: null };
    this.#emit("bot", { client, peer });
    this.#connectBot();
  }

  #connectBot() {
    const { peer, client } = this.#bot;
    this.#bot.connection?.close();
    const connection = new BotConnection({
      signal: (body) => this.#send(peer.id, body), media: this.#media, client, me: this.#me,
    });
    this.#bot.connection = connection;
    connection.addEventListener("state", ({ detail }) => this.#botState(connection, detail));
    connection.addEventListener("picture", ({ detail }) => this.#emit("picture", { peer, ...detail }));
  }

  #botState(connection, { state }) {
    this.#emit("botstate", { state });
    if (state !== "failed" || connection !== this.#bot?.connection) return;
    clearTimeout(this.#botRetry);
    this.#botRetry = setTimeout(() => this.#bot && this.#connectBot(), BOT_RETRY_MS);
  }

  #left(id) {
    const peer = this.#peers.get(id);
    this.#peers.delete(id);
    if (peer?.bot) this.#botLeft();
    this.#people.get(id)?.close();
    if (this.#people.delete(id)) this.#emit("left", { peer });
  }

  #botLeft() {
    clearTimeout(this.#botRetry);
    this.#bot?.connection?.close();
    this.#bot = null;
    this.#emit("bot", { client: null, peer: null });
  }

  #signal({ from, description, candidate }) {
    const connection = this.#bot?.peer.id === from ? this.#bot.connection : this.#people.get(from);
    connection?.receive({ description: description ?? undefined, candidate });
  }

  /** Nothing of mine arrives at the bot: another connection, where consent is asked for anew. */
  #reconnect({ from }) {
    if (this.#bot === null || from !== this.#bot.peer.id) return;
    clearTimeout(this.#botRetry);
    this.#connectBot();
  }

  #chat({ from, text, id }) {
    const peer = this.#peers.get(from) ?? null;
    const mine = from === this.#me;
    if (peer !== null || mine) this.#emit("chat", { peer, text: String(text), id, mine });
  }

  #refused(detail) {
    this.#hangUp();
    this.#emit("refused", detail);
  }

  #hangUp() {
    if (this.#bot !== null) this.#botLeft();
    for (const id of [...this.#people.keys()]) this.#left(id);
    this.#peers.clear();
  }

  #send(to, body) {
    this.#signaling.send({ type: "signal", to, ...body });
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
