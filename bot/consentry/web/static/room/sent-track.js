// One kind of track on its way to the bot: a copy of mine, on a transceiver, only while it may have it.

/**
 * A picture is decoded about once a second, to see who is there: small ones are enough. Browsers
 * that don't know a largest size halve the 640 × 360 that this page asks of a camera.
 */
const ENCODING = {
  audio: {},
  video: {
    maxFramerate: 15,
    maxBitrate: 150_000,
    scaleResolutionDownBy: 2,
    scaleResolutionDownTo: { maxWidth: 320, maxHeight: 180 },
  },
};

/** The transceiver starts inactive and without a track. Rejections are told to `failed`. */
export class SentTrack {
  #transceiver;
  #failed;
  #original = null;
  #copy = null;

  constructor(connection, kind, failed) {
    const sendEncodings = [ENCODING[kind]];
    this.#transceiver = connection.addTransceiver(kind, { direction: "inactive", sendEncodings });
    this.#failed = failed;
  }

  /**
   * Send a copy of `track`, or nothing if it is null; returns whether an offer is due. What may no
   * longer be sent is off before this returns.
   */
  send(track) {
    const before = this.#transceiver.direction;
    if (track !== this.#original) {
      this.#takeOff();
      if (track !== null) this.#put(track);
    }
    if (this.#copy !== null) this.#copy.enabled = track.enabled;
    return this.#transceiver.direction !== before;
  }

  #put(track) {
    this.#original = track;
    this.#copy = track.clone();
    this.#transceiver.direction = "sendonly";
    this.#replace(this.#copy);
  }

  #takeOff() {
    if (this.#copy === null) return;
    this.#copy.enabled = false; // silent and black from here on, whatever becomes of the rest
    this.#copy.stop();
    this.#original = this.#copy = null;
    this.#transceiver.direction = "inactive";
    this.#replace(null);
  }

  async #replace(copy) {
    try {
      await this.#transceiver.sender.replaceTrack(copy);
    } catch {
      this.#failed(); // closed meanwhile
    }
  }
}
