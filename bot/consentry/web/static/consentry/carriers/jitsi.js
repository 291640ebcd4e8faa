// Carries the bot's messages in a Jitsi conference: JSON of type `consentry`.

const TYPE = "consentry";

// Of lib-jitsi-meet's JitsiConferenceEvents, whose values are part of its interface.
const USER_JOINED = "conference.userJoined";
const USER_LEFT = "conference.userLeft";
const NAME_CHANGED = "conference.displayNameChanged";
const MESSAGE = "conference.endpoint_message_received";

/**
 * `conference`: the app's JitsiConference of lib-jitsi-meet, joined. The bot is told through the
 * room, as in private chat: it need not be at the bridge, and a "no" does not wait for media. It is
 * heard by either way.
 */
export class JitsiCarrier extends EventTarget {
  #conference;
  #listeners = new Map();

  constructor(conference) {
    super();
    this.#conference = conference;
    this.#listen(USER_JOINED, (id) => this.#reached(id));
    this.#listen(NAME_CHANGED, (id) => this.#reached(id));
    this.#listen(USER_LEFT, (id) => this.#emit("gone", { id }));
    this.#listen(MESSAGE, (participant, payload) => this.#heard(participant, payload));
  }

  get me() {
    return this.#conference.myUserId();
  }

  get peers() {
    return this.#conference.getParticipants().map((p) => ({ id: p.getId(), name: p.getDisplayName() }));
  }

  send(id, text) {
    try {
      this.#conference.sendMessage({ type: TYPE, text }, id);
    } catch {
      return false; // the room is left
    }
    return true;
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

  #heard(participant, payload) {
    if (payload?.type === TYPE) this.#emit("message", { from: participant.getId(), text: payload.text });
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
