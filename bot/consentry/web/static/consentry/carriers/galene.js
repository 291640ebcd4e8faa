// Carries the bot's messages in a Galene group: user messages of kind `consentry`.

const KIND = "consentry";

/**
 * `connection`: the app's ServerConnection, which has joined its group. Its `onuser`,
 * `onusermessage` and `onclose` are listened in on; set your own before.
 */
export class GaleneCarrier extends EventTarget {
  #connection;
  #restore = [];

  constructor(connection) {
    super();
    this.#connection = connection;
    this.#listen("onuser", (id, kind) => this.#changed(id, kind));
    this.#listen("onusermessage", (...message) => this.#heard(...message));
    this.#listen("onclose", () => this.#lost());
  }

  get me() {
    return this.#connection.id;
  }

  get peers() {
    const others = Object.entries(this.#connection.users).filter(([id]) => id !== this.me);
    return others.map(([id, { username }]) => ({ id, name: username }));
  }

  send(id, text) {
    try {
      this.#connection.userMessage(KIND, id, text);
    } catch {
      return false; // the socket is closed
    }
    return true;
  }

  close() {
    this.#restore.forEach((restore) => restore());
    this.#restore = [];
  }

  /** Galene has one callback of each name: ours first, then the app's unless ours took it. */
  #listen(name, listener) {
    const connection = this.#connection;
    const theirs = connection[name];
    const both = function (...args) {
      return listener(...args) === true ? undefined : theirs?.apply(this, args);
    };
    connection[name] = both;
    this.#restore.push(() => {
      if (connection[name] === both) connection[name] = theirs;
    });
  }

  #changed(id, kind) {
    if (id === this.me) return;
    const peer = this.peers.find((other) => other.id === id);
    if (kind === "delete" || peer === undefined) this.#emit("gone", { id });
    else if (kind === "add") this.#emit("peer", peer);
  }

  #heard(from, dest, username, time, privileged, kind, error, value) {
    if (kind !== KIND) return false;
    if (from !== null && from !== this.me && !error) this.#emit("message", { from, text: value });
    return true;
  }

  #lost() {
    this.peers.forEach(({ id }) => this.#emit("gone", { id }));
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
