// The buttons under the call: microphone, camera, owner, leave.

import { setText } from "../consentry/dom.js";
import { deviceText } from "./lobby.js";

function face(button, icon, text) {
  button.querySelector("use").setAttribute("href", `/static/icons.svg#${icon}`);
  setText(button.querySelector("span"), text);
}

export class Controls {
  #media;
  #announcer;
  #microphone = document.getElementById("microphone");
  #camera = document.getElementById("camera");

  /** `acts` holds what `owner` and `leave` do. */
  constructor(media, announcer, acts) {
    this.#media = media;
    this.#announcer = announcer;
    this.#microphone.addEventListener("click", () => this.#toggleMicrophone());
    this.#camera.addEventListener("click", () => this.#toggleCamera());
    document.getElementById("owner-open").addEventListener("click", acts.owner);
    document.getElementById("leave").addEventListener("click", acts.leave);
    media.addEventListener("change", () => this.#update());
    this.#update();
  }

  async #toggleMicrophone() {
    if (this.#media.microphone !== null) this.#media.mute(!this.#media.muted);
    else await this.#open("microphone", () => this.#media.openMicrophone());
  }

  async #toggleCamera() {
    if (this.#media.camera !== null) this.#media.closeCamera();
    else await this.#open("camera", () => this.#media.openCamera());
  }

  async #open(device, open) {
    try {
      await open();
    } catch (error) {
      this.#announcer.show(deviceText(error, device));
    }
  }

  #update() {
    const { microphone, muted, camera } = this.#media;
    const listening = microphone === null ? "Start microphone" : "Unmute";
    face(this.#microphone, muted ? "mic-off" : "mic", muted ? listening : "Mute");
    face(this.#camera, camera === null ? "camera-off" : "camera", camera === null ? "Start camera" : "Stop camera");
    this.#microphone.classList.toggle("off", muted);
    this.#camera.classList.toggle("off", camera === null);
  }
}
