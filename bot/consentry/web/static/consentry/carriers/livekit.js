// Carries the bot's messages in a LiveKit room: topic `consentry`, packets and text streams.

const TOPIC = "consentry";
const MAX_CHARS = 64 * 1024;

// Of livekit-client's RoomEvent, whose values are part of its interface.
const CAME = ["participantConnected", "participantActive", "participantNameChanged"];
const LEFT = "participantDisconnected";
const DATA = "dataReceived";
const BACK = "reconnected";
const ENDED = "disconnected";

/**
 * `room`: the app's Room of livekit-client, connected.
 *
 * Packets come with the sender that the server saw. Text streams may be written by an agent in
 * somebody else's name, so what is not signed is taken from packets alone.
 */
export class LiveKitCarrier extends EventTarget {
  #room;
  #listeners = new Map();
  #reading = Promise.resolve();

  constructor(room) {
    super();
    this.#room = room;
    CAME.forEach((event) => this.#listen(event, (who) => this.#came(who)));
    this.#listen(LEFT, ({ identity }) => this.#emit("gone", { id: identity }));
    this.#listen(BACK, () => room.remoteParticipants.forEach((who) => this.#came(who)));
    this.#listen(ENDED, () => this.peers.forEach(({ id }) => this.#emit("gone", { id })));
    this.#listen(DATA, (payload, who, kind, topic) => this.#packet(payload, who, topic));
    room.registerTextStreamHandler(TOPIC, (reader, who) => this.#stream(reader, who.identity));
  }

  get me() {
    return this.#room.localParticipant.identity;
  }

  get peers() {
    return [...this.#room.remoteParticipants.values()].map(({ identity, name }) => ({ id: identity, name }));
  }

  send(id, text) {
    if (this.#room.state !== "connected") return false;
    const options = { reliable: true, topic: TOPIC, destinationIdentities: [id] };
    const sent = this.#room.localParticipant.publishData(new TextEncoder().encode(text), options);
    sent.catch(() => {}); // the room was left meanwhile
    return true;
  }

  close() {
    this.#listeners.forEach((listener, event) => this.#room.off(event, listener));
    this.#listeners.clear();
    this.#room.unregisterTextStreamHandler(TOPIC);
  }

  #listen(event, listener) {
    this.#listeners.set(event, listener);
    this.#room.on(event, listener);
  }

  #came({ identity, name, isLocal }) {
    if (!isLocal) this.#emit("peer", { id: identity, name });
  }

  #packet(payload, who, topic) {
    if (topic !== TOPIC || !who?.identity) return; // nobody vouches for a hidden sender
    this.#emit("message", { from: who.identity, text: new TextDecoder().decode(payload) });
  }

  /** Streams in the order they were opened: a message's `seq` must not be overtaken. */
  #stream(reader, from) {
    const text = this.#read(reader);
    this.#reading = Promise.all([text, this.#reading]).then(([read]) => {
      if (read !== null && !read.startsWith("{")) this.#emit("message", { from, text: read });
    });
  }

  async #read(reader) {
    let text = "";
    try {
      for await (const chunk of reader) {
        text += chunk;
        if (text.length > MAX_CHARS) return null;
      }
    } catch {
      return null; // broken off
    }
    return text;
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
