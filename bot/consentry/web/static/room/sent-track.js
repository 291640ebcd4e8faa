// One kind of track on its way to the bot: a copy of mine, on a transceiver, only while it may have it.

/**
 * A picture is decoded about once a second, to see who is there: small ones are enough, but for a
 * face that is to be known again. Browsers that don't know a largest size halve the 640 × 360 that
 * this page asks of a camera.
 */
const SMALL = {
  maxFramerate: 15,
  maxBitrate: 150_000,
  scaleResolutionDownBy: 2,
  scaleResolutionDownTo: { maxWidth: 320, maxHeight: 180 },
};
const FINE = {
  maxFramerate: 15,
  maxBitrate: 400_000,
  scaleResolutionDownBy: 1,
  scaleResolutionDownTo: { maxWidth: 640, maxHeight: 360 },
};
const ENCODING = { audio: {}, video: SMALL };

/** The transceiver starts inactive and without a track. Rejections are told to `failed`. */
export class SentTrack {
  #transceiver;
  #failed;
  #original = null;
  #copy = null;
  #fine = false;

  constructor(connection, kind, failed) {
    const sendEncodings = [ENCODING[kind]];
    this.#transceiver = connection.addTransceiver(kind, { direction: "inactive", sendEncodings });
    this.#failed = failed;
  }

  /**
   * Send a copy of `track`, or nothing if it is null; returns whether an offer is due. What may no
   * longer be sent is off before this returns. `fine`: pictures as large as a face needs.
   */
  send(track, fine = false) {
    const before = this.#transceiver.direction;
    if (fine !== this.#fine) this.#resize(fine);
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

  async #resize(fine) {
    this.#fine = fine;
    try {
      const parameters = this.#transceiver.sender.getParameters();
      parameters.encodings.forEach((encoding) => Object.assign(encoding, fine ? FINE : SMALL));
      await this.#transceiver.sender.setParameters(parameters);
    } catch {
      // Closed meanwhile, or a browser that will not: the pictures stay as large as they are.
    }
  }

  async #replace(copy) {
    try {
      await this.#transceiver.sender.replaceTrack(copy);
    } catch {
      this.#failed(); // closed meanwhile
    }
  }
}
