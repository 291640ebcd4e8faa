// Carries the bot's messages in a Jitsi conference: endpoint messages of type `consentry`.

const TYPE = "consentry";

// Of lib-jitsi-meet's JitsiConferenceEvents, whose values are part of its interface.
const USER_JOINED = "conference.userJoined";
const USER_LEFT = "conference.userLeft";
const NAME_CHANGED = "conference.displayNameChanged";
const CHANNEL_OPENED = "conference.dataChannelOpened";
const MESSAGE = "conference.endpoint_message_received";

/** `conference`: the app's JitsiConference of lib-jitsi-meet, joined. */
export class JitsiCarrier extends EventTarget {
  #conference;
  #listeners = new Map();

  constructor(conference) {
    super();
    this.#conference = conference;
    this.#listen(USER_JOINED, (id) => this.#reached(id));
    this.#listen(NAME_CHANGED, (id) => this.#reached(id));
    this.#listen(CHANNEL_OPENED, () => this.peers.forEach(({ id }) => this.#reached(id)));
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
      this.#conference.sendEndpointMessage(id, { type: TYPE, text });
    } catch {
      return false; // the channel to the bridge is not open
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
