// The connection to the bot: its messages, and my microphone and camera only while it may have them.

import { Candidates } from "./candidates.js";
import { SentTrack } from "./sent-track.js";

const CHANNEL = "consentry";

/**
 * A copy of the microphone is sent while `client.mayReceive("audio")`, one of the camera while
 * `client.mayReceive("video")`, and taken off before anybody is told when that ends.
 * Event `state` with the connection's state; `picture` with `{track}` where the bot shows itself.
 */
export class BotConnection extends EventTarget {
  #connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  #candidates;
  #signal;
  #media;
  #client;
  #channel;
  #sent; // kind → SentTrack
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
    this.#sent = new Map(["audio", "video"].map((kind) => [kind, this.#transceiver(kind)]));
    this.#connection.addTransceiver("video", { direction: "recvonly" }); // the bot's own picture
    this.#connection.addEventListener("track", ({ track }) => this.#pictured(track));
    const { signal: ended } = this.#ended;
    this.#connection.addEventListener("connectionstatechange", () => this.#stateChanged());
    this.#channel.addEventListener("open", () => client.connect(this.#channel, me));
    this.#channel.addEventListener("close", () => this.#lost());
    client.addEventListener("consent", () => this.#apply(), { signal: ended });
    media.addEventListener("change", () => this.#apply(), { signal: ended });
    this.#negotiate();
  }

  #transceiver(kind) {
    return new SentTrack(this.#connection, kind, () => this.#emit("failed"));
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
    this.#sent.forEach((sent) => sent.send(null));
    this.#ended.abort();
    this.#connection.close();
    this.#answered?.();
    this.#client.disconnect();
  }

  /** Make the wire agree with consent. Taking off is synchronous; the offer follows. */
  #apply() {
    const fine = this.#client.want?.fine === true;
    const due = [...this.#sent].map(([kind, sent]) => sent.send(this.#allowed(kind), fine && kind === "video"));
    if (due.includes(true)) this.#negotiate();
  }

  #allowed(kind) {
    return this.#client.mayReceive(kind) ? this.#media.track(kind) : null;
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

  #pictured(track) {
    if (!this.#ended.signal.aborted) this.dispatchEvent(new CustomEvent("picture", { detail: { track } }));
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
