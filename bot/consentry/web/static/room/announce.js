// Short words that pass by: to a screen reader politely, and to the eye for a few seconds.

const SHOWN_MS = 5000;

export class Announcer {
  #region;
  #toasts;

  constructor(region, toasts) {
    this.#region = region;
    this.#toasts = toasts;
  }

  /** Tell a screen reader alone. */
  say(text) {
    const line = document.createElement("p");
    line.textContent = text;
    this.#region.append(line);
    while (this.#region.childElementCount > 5) this.#region.firstElementChild.remove();
  }

  /** Tell everybody at this device. */
  show(text) {
    this.say(text);
    const toast = document.createElement("p");
    toast.textContent = text;
    this.#toasts.append(toast);
    setTimeout(() => toast.remove(), SHOWN_MS);
  }
}
