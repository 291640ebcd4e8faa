// Who somebody says they are, told to the server: on the kiosk's screen, and on their own phone.

import { show, supported } from "../mine/passkeys.js";

/** Makes claims in one visit. Each gives an outcome: what the server said, or `trouble`. */
export class Claims {
  #root;
  #visit;

  constructor(root, visit) {
    this.#root = root;
    this.#visit = visit;
  }

  /** What the visit is about; with an `outcome`, there is none, or it can't be said. */
  about() {
    return this.#post("visit", {});
  }

  byPin(number, pin) {
    return this.#claim({ way: "pin", number, pin });
  }

  byLink(token) {
    return this.#claim({ way: "link", token });
  }

  /** The browser asks for a passkey; an outcome `none` where it knows of no such thing. */
  async byPasskey(signal) {
    if (!supported) return "none";
    const asked = await this.#post("passkey", {});
    if (!asked.options) return asked.outcome;
    try {
      const assertion = await show(asked, signal);
      return await this.#claim({ way: "passkey", challenge: asked.challenge, assertion });
    } catch {
      return "no"; // they turned it down, or took too long
    }
  }

  async #claim(claim) {
    return (await this.#post("claim", { claim })).outcome ?? "trouble";
  }

  async #post(path, body) {
    try {
      const answer = await fetch(`${this.#root}/kiosk/${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ visit: this.#visit, ...body }),
      });
      return await answer.json();
    } catch {
      return { outcome: "trouble" };
    }
  }
}
