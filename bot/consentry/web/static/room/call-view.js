// The call on the screen: hands what happens in it to tiles, panel, badge, dialog and captions.

import { setText } from "../consentry/dom.js";
import { Chat } from "./chat.js";
import { CheckInControl } from "./check-in.js";
import { Controls } from "./controls.js";
import { OwnerDialog } from "./owner.js";
import { Panel } from "./panel.js";
import { Summaries } from "./summary.js";
import { Tiles } from "./tiles.js";
import { Transcript } from "./transcript.js";

const byId = (id) => document.getElementById(id);
const OWNER_REPLIES = new Set(["owner_confirmed", "wrong_code", "owner_locked", "not_owner"]);

const PROBLEMS = new Set(["unknown_purpose", "stale_notice", "too_fast", "not_owner"]);

export class CallView {
  #media;
  #announcer;
  #call = null;
  #who = null;
  #mine = null; // my own tile
  #botTile = null; // id of the bot, where it shows itself
  #tiles = new Tiles(byId("tiles"), (id) => this.#call?.level(id) ?? 0);
  #consent = byId("consent");
  #badge = byId("badge");
  #captions = byId("captions");
  #owner = new OwnerDialog(byId("owner"));
  #panel = new Panel({
    panel: byId("panel"), toggle: byId("panel-toggle"), close: byId("panel-close"), unread: byId("unread"),
  });
  #chat = new Chat({
    list: byId("messages"), form: byId("chat-form"), input: byId("chat-text"), say: (text) => this.#say(text),
  });
  #transcript = new Transcript({ list: byId("lines"), empty: byId("lines-empty"), download: byId("download") });
  #summaries = new Summaries({
    box: byId("summaries"), empty: byId("summary-empty"), ask: byId("summarize"),
    transcript: this.#transcript, open: (ids) => this.#showLines(ids),
  });
  #checkIn;
  #following = null;

  constructor(media, announcer, leave) {
    this.#media = media;
    this.#announcer = announcer;
    this.#checkIn = new CheckInControl(media, announcer, this.#tiles);
    new Controls(media, announcer, { owner: () => this.#owner.open(), leave: () => leave(this.#who) });
    this.#consent.addEventListener("answered", ({ detail: { title, answer } }) => {
      announcer.say(`${title}: you said ${answer}.`); // the eye has the badge
    });
    media.addEventListener("change", () => this.#mine?.setTrack("video", media.camera));
  }

  /** Show `call`, which `who` has just begun to join. */
  start(call, who) {
    this.#call = call;
    this.#who = who;
    document.title = `${who.room} · Consentry`;
    setText(byId("room-title"), who.room);
    this.#state("Joining …");
    const on = (type, act) => call.addEventListener(type, ({ detail }) => act(detail));
    on("welcome", (detail) => this.#welcome(detail));
    on("lost", ({ seconds }) => this.#lost(seconds));
    on("joined", ({ peer }) => this.#joined(peer));
    on("left", ({ peer }) => this.#left(peer));
    on("track", ({ peer, track }) => this.#tiles.get(peer.id)?.setTrack(track.kind, track));
    on("chat", (detail) => this.#chatted(detail));
    on("bot", ({ client }) => this.#botChanged(client));
    on("picture", ({ peer, track }) => this.#pictured(peer, track));
  }

  stop() {
    this.#botChanged(null);
    this.#tiles.clear();
    this.#mine = null;
    this.#call = null;
    byId("call").classList.remove("captioned");
    document.title = "Consentry";
  }

  #welcome({ id }) {
    this.#tiles.clear();
    this.#mine = this.#tiles.add({ id, name: this.#who.name, shared: this.#who.shared }, true);
    this.#mine.setTrack("video", this.#media.camera);
    this.#state("Connected");
  }

  #lost(seconds) {
    this.#state("Connection lost");
    this.#announcer.show(`The server can't be reached. Trying again in ${seconds} seconds.`);
  }

  /** The bot shows itself: its picture stands among the people's, and says that it is none. */
  #pictured(peer, track) {
    const tile = this.#tiles.get(peer.id) ?? this.#tiles.add(peer);
    tile.setTrack("video", track);
    this.#botTile = peer.id;
  }

  #state(text) {
    setText(byId("state"), text);
    byId("state").classList.toggle("good", text === "Connected");
  }

  #joined(peer) {
    this.#tiles.add(peer);
    this.#announcer.say(`${peer.name} is here.`);
  }

  #left(peer) {
    this.#tiles.remove(peer.id);
    this.#announcer.say(`${peer.name} has left.`);
  }

  #say(text) {
    const sent = this.#call?.say(text) ?? false;
    if (!sent) this.#announcer.show("Not sent: the server can't be reached.");
    return sent;
  }

  #chatted({ peer, text, mine }) {
    const name = mine ? "You" : peer.name;
    this.#chat.add({ name, text, kind: mine ? "mine" : peer.bot ? "bot" : "" });
    if (mine) return;
    this.#panel.message();
    this.#announcer.say(`Message from ${name}: ${text}`);
  }

  /** `client` is null when there is no bot. */
  #botChanged(client) {
    for (const part of [this.#consent, this.#badge, this.#captions]) part.client = client;
    for (const part of [this.#chat, this.#transcript, this.#summaries, this.#owner, this.#checkIn]) part.follow(client);
    byId("owner-open").hidden = client === null;
    if (client === null && this.#botTile !== null) this.#tiles.remove(this.#botTile);
    this.#tiles.speaking(new Set());
    this.#following?.abort();
    this.#following = null;
    if (client !== null) this.#follow(client);
  }

  #follow(client) {
    this.#following = new AbortController();
    const on = (type, act) => {
      client.addEventListener(type, ({ detail }) => act(detail?.body, detail?.id), { signal: this.#following.signal });
    };
    on("caption", ({ participant, text }, id) => this.#captioned(participant, text, id));
    on("speaking", () => this.#tiles.speaking(client.speaking));
    on("disconnected", () => this.#tiles.speaking(new Set()));
    on("retraction", ({ ids }) => this.#tiles.retract(ids));
    on("summary", () => this.#announcer.show("A new summary is in the side panel."));
    on("note", ({ title }) => this.#announcer.say(title));
    on("plugin_state", ({ title, state }) => this.#pluginState(title, state));
    on("reply", (body) => this.#replied(body));
  }

  /** Room for captions is made once, so that tiles don't jump with every line. */
  #captioned(participant, text, id) {
    byId("call").classList.add("captioned");
    this.#tiles.get(participant)?.caption(id, text);
  }

  #pluginState(title, state) {
    const texts = { running: "runs again", restarting: "stopped and is being restarted", failed: "stopped" };
    if (Object.hasOwn(texts, state)) this.#announcer.show(`${title} ${texts[state]}.`);
  }

  /** Answers to the owner's code are shown in its dialog; "ok" needs no words. */
  #replied({ code, text }) {
    if (code === "ok" || (byId("owner").open && OWNER_REPLIES.has(code))) return;
    this.#chat.reply(text);
    if (PROBLEMS.has(code)) this.#announcer.show(text);
    else this.#announcer.say(text);
    this.#panel.message();
  }

  #showLines(ids) {
    this.#panel.open("transcript");
    this.#transcript.highlight(ids);
  }
}
