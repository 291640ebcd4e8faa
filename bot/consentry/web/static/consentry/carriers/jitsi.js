// Carries the bot's messages in a Jitsi conference: JSON of type `consentry`, by bridge or by XMPP.

const TYPE = "consentry";
const BY_XMPP = "jitsi-meet-muc-type"; // what lib-jitsi-meet marks JSON with that goes through the room

// Of lib-jitsi-meet's JitsiConferenceEvents, whose values are part of its interface.
const USER_JOINED = "conference.userJoined";
const USER_LEFT = "conference.userLeft";
const NAME_CHANGED = "conference.displayNameChanged";
const CHANNEL_OPENED = "conference.dataChannelOpened";
const MESSAGE = "conference.endpoint_message_received";

/**
 * `conference`: the app's JitsiConference of lib-jitsi-meet, joined. A bot that the bridge brings
 * sound to is not at the bridge itself, and one that came a moment ago not yet: so each is told by
 * the way they were last heard by, and by both before.
 */
export class JitsiCarrier extends EventTarget {
  #conference;
  #heardBy = new Map(); // id → "bridge" or "xmpp"
  #listeners = new Map();

  constructor(conference) {
    super();
    this.#conference = conference;
    this.#listen(USER_JOINED, (id) => this.#reached(id));
    this.#listen(NAME_CHANGED, (id) => this.#reached(id));
    this.#listen(CHANNEL_OPENED, () => this.peers.forEach(({ id }) => this.#reached(id)));
    this.#listen(USER_LEFT, (id) => this.#left(id));
    this.#listen(MESSAGE, (participant, payload) => this.#heard(participant, payload));
  }

  get me() {
    return this.#conference.myUserId();
  }

  get peers() {
    return this.#conference.getParticipants().map((p) => ({ id: p.getId(), name: p.getDisplayName() }));
  }

  send(id, text) {
    const way = this.#heardBy.get(id);
    const by = (name, send) => (way ?? name) === name && attempt(() => send({ type: TYPE, text }));
    const bridge = by("bridge", (payload) => this.#conference.sendEndpointMessage(id, payload));
    const xmpp = by("xmpp", (payload) => this.#conference.sendMessage(payload, id));
    return bridge || xmpp;
  }

  close() {
    this.#listeners.forEach((listener, event) => this.#conference.off(event, listener));
    this.#listeners.clear();
  }

  #listen(event, listener) {
    this.#listeners.set(event, listener);
    this.#conference.on(event, listener);
  }

  #reached(id) {
    const peer = this.peers.find((other) => other.id === id);
    if (peer !== undefined) this.#emit("peer", peer);
  }

  #left(id) {
    this.#heardBy.delete(id);
    this.#emit("gone", { id });
  }

  #heard(participant, payload) {
    if (payload?.type !== TYPE) return;
    const from = participant.getId();
    this.#heardBy.set(from, BY_XMPP in payload ? "xmpp" : "bridge");
    this.#emit("message", { from, text: payload.text });
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** Whether `send` could. */
function attempt(send) {
  try {
    send();
  } catch {
    return false; // the channel to the bridge is not open, or the room is left
  }
  return true;
}
