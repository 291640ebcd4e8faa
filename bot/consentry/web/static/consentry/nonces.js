// Which nonces of the bot's notice my answers used up, and which yes waits for the next one.

export class Nonces {
  #used = new Map(); // purpose → {nonce, answer}
  #held = new Set(); // purposes whose yes waits for a nonce

  /** An answer went out under `terms`: the bot takes no yes with their nonce any more. */
  spend(purpose, { nonce = null } = {}, answer) {
    this.#held.delete(purpose);
    if (nonce !== null) this.#used.set(purpose, { nonce, answer });
  }

  /**
   * Whether a yes to `terms` is to be sent now. Not if it was sent already; and after a no it is
   * held until the notice has another nonce, which the bot sends at once.
   */
  takesYes(purpose, { nonce = null } = {}) {
    const used = this.#used.get(purpose);
    if (nonce === null || used?.nonce !== nonce) return true;
    if (used.answer === "no") this.#held.add(purpose);
    return false;
  }

  /** Purposes whose yes was held, and is no more. */
  release() {
    const held = [...this.#held];
    this.#held.clear();
    return held;
  }

  clear() {
    this.#used.clear();
    this.#held.clear();
  }
}
