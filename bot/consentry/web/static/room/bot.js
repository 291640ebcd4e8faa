// The connection to the bot: its messages, and my microphone only while it may have it.

import { Candidates } from "./candidates.js";

const CHANNEL = "consentry";

/**
 * The audio transceiver starts inactive and without a track. A copy of the microphone is put on
 * it while `client.mayReceive("audio")`, and taken off before anybody is told when that ends.
 * Event `state` with the connection's state.
 */
export class BotConnection extends EventTarget {
  #connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  #candidates;
  #signal;
  #media;
  #client;
  #channel;
  #audio;
  #copy = null;
  #offerWaits = false;
  #answered = null; // resolves the wait for the answer to our offer
  #ended = new AbortController();

  constructor({ signal, media, client, me }) {
    super();
    this.#signal = signal;
    this.#media = media;
    this.#client = client;
    this.#candidates = new Candidates(this.#connection, signal);
    this.#channel = this.#connection.createDataChannel(CHANNEL);
    this.#audio = this.#connection.addTransceiver("audio", { direction: "inactive" });
    const { signal: ended } = this.#ended;
    this.#connection.addEventListener("connectionstatechange", () => this.#stateChanged());
    this.#channel.addEventListener("open", () => client.connect(this.#channel, me));
    this.#channel.addEventListener("close", () => this.#lost());
    client.addEventListener("consent", () => this.#apply(), { signal: ended });
    media.addEventListener("change", () => this.#apply(), { signal: ended });
    this.#negotiate();
  }

  /** Whether a track of mine is on the connection. */
  get sending() {
    return this.#copy !== null;
  }

  async receive({ description, candidate }) {
    try {
      if (description?.type === "answer") {
        await this.#connection.setRemoteDescription(description);
        await this.#candidates.flush();
        this.#answered?.();
      } else if (candidate !== undefined) {
        await this.#candidates.add(candidate);
      }
    } catch {
      this.#emit("failed"); // an answer that is none
    }
  }

  close() {
    this.#takeOff();
    this.#ended.abort();
    this.#connection.close();
    this.#answered?.();
    this.#client.disconnect();
  }

  /** Make the wire agree with consent. Taking off is synchronous; the offer follows. */
  #apply() {
    const microphone = this.#media.microphone;
    const wanted = microphone !== null && this.#client.mayReceive("audio");
    if (wanted && this.#copy === null) {
      this.#copy = microphone.clone();
      this.#audio.direction = "sendonly";
      this.#put(this.#copy);
      this.#negotiate();
    } else if (!wanted && this.#copy !== null) {
      this.#takeOff();
      this.#negotiate();
    }
    if (this.#copy !== null) this.#copy.enabled = microphone.enabled;
  }

  #takeOff() {
    if (this.#copy === null) return;
    this.#copy.enabled = false; // silent from here on, whatever becomes of the rest
    this.#copy.stop();
    this.#copy = null;
    this.#put(null);
    this.#audio.direction = "inactive";
  }

  async #put(track) {
    try {
      await this.#audio.sender.replaceTrack(track);
    } catch {
      this.#emit("failed"); // closed meanwhile
    }
  }

  /** Offer, wait for the answer, and offer again if something changed meanwhile. */
  async #negotiate() {
    this.#offerWaits = true;
    if (this.#answered !== null) return;
    try {
      while (this.#offerWaits && !this.#ended.signal.aborted) {
        this.#offerWaits = false;
        await this.#offer();
      }
    } catch {
      this.#emit("failed");
    } finally {
      this.#answered = null;
    }
  }

  async #offer() {
    const answer = new Promise((resolve) => { this.#answered = resolve; });
    await this.#connection.setLocalDescription();
    const { type, sdp } = this.#connection.localDescription;
    this.#signal({ description: { type, sdp } });
    await answer;
  }

  #stateChanged() {
    if (this.#connection.connectionState === "failed") this.#lost();
    else this.#emit(this.#connection.connectionState);
  }

  #lost() {
    if (this.#ended.signal.aborted) return;
    this.#client.disconnect();
    this.#emit("failed");
  }

  #emit(state) {
    if (!this.#ended.signal.aborted) {
      this.dispatchEvent(new CustomEvent("state", { detail: { state } }));
    }
  }
}
