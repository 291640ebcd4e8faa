// This device's microphone and camera. Event `change` when a track came, went or was muted.

const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const CAMERA = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 24 } };

export class LocalMedia extends EventTarget {
  #microphone = null;
  #camera = null;
  #muted = false;

  get microphone() {
    return this.#microphone;
  }

  get camera() {
    return this.#camera;
  }

  get muted() {
    return this.#muted || this.#microphone === null;
  }

  /** The track that other people get, or null; `kind` is "audio" or "video". */
  track(kind) {
    return kind === "audio" ? this.#microphone : this.#camera;
  }

  /** Ask the browser for the microphone; throws what getUserMedia throws. */
  async openMicrophone() {
    if (this.#microphone !== null) return;
    this.#microphone = await this.#open({ audio: MICROPHONE });
    this.#microphone.addEventListener("ended", () => this.#lost("audio"));
    this.mute(false);
  }

  async openCamera() {
    if (this.#camera !== null) return;
    this.#camera = await this.#open({ video: CAMERA });
    this.#camera.addEventListener("ended", () => this.#lost("video"));
    this.#changed();
  }

  closeCamera() {
    this.#camera?.stop();
    this.#camera = null;
    this.#changed();
  }

  mute(muted) {
    this.#muted = muted;
    if (this.#microphone !== null) this.#microphone.enabled = !muted;
    this.#changed();
  }

  close() {
    this.#microphone?.stop();
    this.#camera?.stop();
    this.#microphone = this.#camera = null;
    this.#changed();
  }

  async #open(constraints) {
    // Without a secure context there is no mediaDevices at all; that reads as "denied".
    if (!navigator.mediaDevices) throw new DOMException("no secure context", "NotAllowedError");
    const stream = await navigator.mediaDevices.getUserMedia(constraints);
    return stream.getTracks()[0];
  }

  #lost(kind) {
    if (kind === "audio") this.#microphone = null;
    else this.#camera = null;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
