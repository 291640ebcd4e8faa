// The connection to one other person: audio and video both ways.

import { Candidates } from "./candidates.js";

/** Events: `track` with `{track}`, `state` with the connection's state. */
export class PersonConnection extends EventTarget {
  #connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  #candidates;
  #signal;
  #media;
  #offers;
  #ended = new AbortController();
  #steps = Promise.resolve();

  /** `signal` sends `{description}` or `{candidate}`; `offers`: I joined later than they did. */
  constructor({ signal, media, offers }) {
    super();
    this.#signal = signal;
    this.#media = media;
    this.#offers = offers;
    this.#candidates = new Candidates(this.#connection, signal);
    this.#connection.addEventListener("track", ({ track }) => this.#emit("track", { track }));
    this.#connection.addEventListener("connectionstatechange", () => this.#stateChanged());
    media.addEventListener("change", () => this.#sendTracks(), { signal: this.#ended.signal });
    if (offers) this.#step(() => this.#firstOffer());
  }

  /** Sample level of what is heard now, 0 to 1. */
  get level() {
    const receiver = this.#connection.getReceivers().find(({ track }) => track.kind === "audio");
    return receiver?.getSynchronizationSources()[0]?.audioLevel ?? 0;
  }

  /** What the other side signaled; nonsense is ignored. */
  receive({ description, candidate }) {
    this.#step(async () => {
      if (description?.type === "offer" && !this.#offers) await this.#answer(description);
      else if (description?.type === "answer" && this.#offers) await this.#accept(description);
      else if (candidate !== undefined) await this.#candidates.add(candidate);
    });
  }

  close() {
    this.#ended.abort();
    this.#connection.close();
  }

  /** One negotiation step after the other. */
  #step(work) {
    this.#steps = this.#steps.then(work).catch(() => this.#emit("state", { state: "failed" }));
  }

  async #firstOffer() {
    for (const kind of ["audio", "video"]) {
      this.#connection.addTransceiver(kind, { direction: "sendrecv" });
    }
    await this.#sendTracks();
    await this.#offer();
  }

  async #offer() {
    await this.#connection.setLocalDescription();
    this.#signal({ description: plain(this.#connection.localDescription) });
  }

  async #answer(description) {
    await this.#connection.setRemoteDescription(description);
    for (const transceiver of this.#connection.getTransceivers()) transceiver.direction = "sendrecv";
    await this.#sendTracks();
    await this.#candidates.flush();
    await this.#connection.setLocalDescription();
    this.#signal({ description: plain(this.#connection.localDescription) });
  }

  async #accept(description) {
    await this.#connection.setRemoteDescription(description);
    await this.#candidates.flush();
  }

  async #sendTracks() {
    for (const { sender, receiver } of this.#connection.getTransceivers()) {
      const track = this.#media.track(receiver.track.kind);
      if (sender.track !== track) await sender.replaceTrack(track);
    }
  }

  #stateChanged() {
    const state = this.#connection.connectionState;
    this.#emit("state", { state });
    if (state !== "failed" || !this.#offers) return;
    this.#connection.restartIce();
    this.#step(() => this.#offer());
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function plain({ type, sdp }) {
  return { type, sdp };
}
