// Shuts the bot out of my tracks at the LiveKit server until I agreed: no trust in the bot is needed.

const MEDIA = { microphone: "audio", camera: "video" }; // by LiveKit's name of the source

// Of livekit-client's RoomEvent. The server is told again of whatever changes who is meant.
const CHANGES = [
  "participantConnected", "participantDisconnected", "localTrackPublished", "localTrackUnpublished", "reconnected",
];

/**
 * From the moment this is made the bot may subscribe to nothing of mine; everybody else to
 * everything. After `follow(client)` it may subscribe to my microphone while
 * `client.mayReceive("audio")`, and to my camera while `client.mayReceive("video")`.
 *
 * `room`: the app's Room of livekit-client; make this before the first track is published, else
 * the bot could have it until then. `bot`: the bot's identity, which the server vouches for, or a
 * function that tells it from `{id, name}`.
 */
export class TrackPermissions {
  #room;
  #isBot;
  #client = null;
  #apply = () => this.#tell();
  #following = new AbortController();

  constructor(room, { bot = "consentry" } = {}) {
    this.#room = room;
    this.#isBot = typeof bot === "function" ? bot : ({ id }) => id === bot;
    CHANGES.forEach((event) => room.on(event, this.#apply));
    this.#tell();
  }

  /** Go by what this ConsentryClient has on record from now on. */
  follow(client) {
    this.#following.abort();
    this.#following = new AbortController();
    this.#client = client;
    client.addEventListener("consent", this.#apply, { signal: this.#following.signal });
    this.#tell();
  }

  /** Stop, and let everybody subscribe again, the bot too. */
  close() {
    this.#following.abort();
    CHANGES.forEach((event) => this.#room.off(event, this.#apply));
    this.#room.localParticipant.setTrackSubscriptionPermissions(true);
  }

  #tell() {
    const others = [...this.#room.remoteParticipants.values()];
    const permissions = others.map(({ identity, name }) =>
      this.#isBot({ id: identity, name })
        ? { participantIdentity: identity, allowAll: false, allowedTrackSids: this.#agreed() }
        : { participantIdentity: identity, allowAll: true });
    this.#room.localParticipant.setTrackSubscriptionPermissions(false, permissions);
  }

  /** Ids of the tracks of mine that the bot may have now. */
  #agreed() {
    const mine = [...this.#room.localParticipant.trackPublications.values()];
    return mine
      .filter(({ source }) => source in MEDIA && this.#client?.mayReceive(MEDIA[source]))
      .map(({ trackSid }) => trackSid);
  }
}
