// The kiosk's WebSocket: frames both ways, and a new try whenever the network is gone.

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
const SILENT_MS = 40_000; // the server says something every 15 s

/** Events: `frame` with the frame as `detail`; `up` and `down`. */
export class Line extends EventTarget {
  #url;
  #socket = null;
  #retry = null;
  #delay = FIRST_RETRY_MS;
  #watch = null;

  constructor(url) {
    super();
    this.#url = url;
    window.addEventListener("online", () => this.#retryNow());
    window.addEventListener("offline", () => this.#drop());
  }

  open() {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#heard();
    socket.addEventListener("open", () => {
      this.#delay = FIRST_RETRY_MS;
      this.dispatchEvent(new Event("up"));
    });
    socket.addEventListener("message", ({ data }) => {
      this.#heard();
      this.dispatchEvent(new CustomEvent("frame", { detail: JSON.parse(data) }));
    });
    socket.addEventListener("close", () => this.#closed(socket));
  }

  send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  /** A picture, unless the one before is still on its way. */
  sendPicture(blob) {
    if (this.#socket?.readyState === WebSocket.OPEN && this.#socket.bufferedAmount === 0) this.#socket.send(blob);
  }

  #heard() {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#drop(), SILENT_MS);
  }

  /** A socket whose network is gone would say so after minutes. */
  #drop() {
    const socket = this.#socket;
    socket?.close();
    this.#closed(socket);
  }

  #closed(socket) {
    if (socket !== this.#socket || socket === null) return;
    this.#socket = null;
    clearTimeout(this.#watch);
    this.#retry = setTimeout(() => this.#retryNow(), this.#delay);
    this.#delay = Math.min(this.#delay * 2, LONGEST_RETRY_MS);
    this.dispatchEvent(new Event("down"));
  }

  #retryNow() {
    if (this.#socket !== null) return;
    clearTimeout(this.#retry);
    this.open();
  }
}
