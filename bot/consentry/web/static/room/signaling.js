// The room's WebSocket: frames in and out, and a new try when the server is gone.

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 15_000;
const FINAL_ERRORS = new Set(["room_full", "not_allowed", "bad_name", "room_closed"]);

/**
 * Events: `frame` with the frame as `detail`; `lost` with `{seconds}` until the next try, and
 * `refused` with `{code, text}`, after which there is none.
 */
export class Signaling extends EventTarget {
  #url;
  #join;
  #socket = null;
  #retry = null;
  #delay = FIRST_RETRY_MS;
  #ended = false;

  constructor(url, join) {
    super();
    this.#url = url;
    this.#join = join;
  }

  open() {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener("open", () => this.send({ type: "join", ...this.#join }));
    socket.addEventListener("message", ({ data }) => this.#receive(data));
    socket.addEventListener("close", () => this.#closed(socket));
  }

  /** False where there is no server to send to. */
  send(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  retryNow() {
    if (this.#retry === null) return;
    clearTimeout(this.#retry);
    this.#retry = null;
    this.open();
  }

  close() {
    this.#ended = true;
    clearTimeout(this.#retry);
    this.send({ type: "leave" });
    this.#socket?.close();
  }

  #receive(data) {
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return; // no frame of this protocol
    }
    if (frame?.type === "welcome") this.#delay = FIRST_RETRY_MS;
    if (frame?.type === "error" && FINAL_ERRORS.has(frame.code)) {
      this.#ended = true;
      this.#socket.close();
      this.#emit("refused", { code: frame.code, text: String(frame.text) });
    } else if (typeof frame?.type === "string") {
      this.#emit("frame", frame);
    }
  }

  #closed(socket) {
    if (this.#ended || socket !== this.#socket) return;
    const delay = this.#delay;
    this.#delay = Math.min(delay * 2, LONGEST_RETRY_MS);
    this.#retry = setTimeout(() => this.retryNow(), delay);
    this.#emit("lost", { seconds: delay / 1000 });
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
