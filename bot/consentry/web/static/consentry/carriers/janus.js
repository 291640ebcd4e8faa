// Carries the bot's messages in a Janus TextRoom: whispers that hold `{"consentry": text}`.

const OURS = "consentry-"; // what our transactions begin with

/**
 * `handle`: the app's TextRoom plugin handle of janus.js, whose data channel is open and which has
 * joined `room` as `me`. Its `ondata` is listened in on; set your own before. `publisher`: the
 * VideoRoom handle that publishes. Janus does not say who in the one room is whom in the other, so
 * the bot gives a code, which is shown there, in the description of my tracks.
 */
export class JanusCarrier extends EventTarget {
  #handle;
  #room;
  #publisher;
  #names = new Map(); // username → display
  #theirs;
  #ours;
  #requests = 0;

  constructor(handle, { room, me, publisher }) {
    super();
    this.#handle = handle;
    this.#room = room;
    this.#publisher = publisher;
    this.me = me;
    this.#theirs = handle.ondata;
    this.#ours = (text, ...rest) => {
      if (!this.#heard(text)) this.#theirs?.call(handle, text, ...rest);
    };
    handle.ondata = this.#ours;
    this.#write({ textroom: "listparticipants" });
  }

  get peers() {
    const others = [...this.#names].filter(([id]) => id !== this.me);
    return others.map(([id, name]) => ({ id, name }));
  }

  send(id, text) {
    return this.#write({ textroom: "message", to: id, text: JSON.stringify({ consentry: text }) });
  }

  prove(code) {
    const sent = this.#publisher.webrtcStuff.pc.getTransceivers().filter((t) => t.sender.track !== null);
    const descriptions = sent.slice(0, 1).map(({ mid }) => ({ mid, description: `#${code}` }));
    this.#publisher.send({ message: { request: "configure", descriptions } });
  }

  close() {
    if (this.#handle.ondata === this.#ours) this.#handle.ondata = this.#theirs;
  }

  #write(request) {
    const transaction = `${OURS}${(this.#requests += 1)}`;
    try {
      this.#handle.data({ text: JSON.stringify({ ...request, room: this.#room, transaction }) });
    } catch {
      return false; // the data channel is gone
    }
    return true;
  }

  /** Whether `text` was for us alone. */
  #heard(text) {
    const said = parseObject(text);
    if (said === null) return false;
    if (String(said.transaction).startsWith(OURS)) {
      said.participants?.forEach((person) => this.#came(person)); // the answer to the first
      return true;
    }
    if (said.room !== undefined && said.room !== this.#room) return false;
    switch (said.textroom) {
      case "join": this.#came(said); return false;
      case "leave":
      case "kicked": this.#left(said.username); return false;
      case "destroyed": [...this.#names.keys()].forEach((id) => this.#left(id)); return false;
      case "message": return this.#whispered(said);
    }
    return false;
  }

  #came({ username, display }) {
    if (typeof username !== "string" || username === this.me) return;
    this.#names.set(username, display ?? username);
    this.#emit("peer", { id: username, name: display ?? username });
  }

  #left(username) {
    if (this.#names.delete(username)) this.#emit("gone", { id: username });
  }

  #whispered({ from, whisper, text }) {
    const inner = parseObject(text)?.consentry;
    if (typeof inner !== "string") return false;
    if (whisper === true && from !== this.me) this.#emit("message", { from, text: inner });
    return true;
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** The object that `text` is in JSON, or null. */
function parseObject(text) {
  if (typeof text !== "string" || !text.startsWith("{")) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
