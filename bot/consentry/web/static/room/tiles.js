// The grid of people: picture or initials, name, who speaks, and the caption of what they say.

import { h, setText } from "../consentry/dom.js";

const RATIO = 16 / 10;
const STILL_MS = 1500; // without a frame, the camera counts as off
const BOT_STILL_MS = 5000; // the bot's picture changes rarely, and is sent once a second
const LEVEL_SPEAKING = 0.02; // of a linear 0..1 audio level: above a quiet room's noise
const LEVEL_EVERY_MS = 200;
const CAPTION_MS = 6000;

function initials(name) {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ""].map((w) => [...w][0] ?? "");
  return letters.join("").toUpperCase();
}

/** One of six tints, the same for a name wherever it is shown. */
function tint(name) {
  return [...name].reduce((sum, char) => (sum * 31 + char.codePointAt(0)) % 6151, 7) % 6;
}

/** One person, or the bot. */
class Tile {
  #stream = new MediaStream();
  #video = h("video", { autoplay: true, playsinline: true, "aria-hidden": "true" });
  #caption = h("p", { class: "tile-caption", "aria-hidden": "true" });
  #speaks = h("span", { class: "unseen" });
  #checkedIn = h("p", { class: "checked-in", hidden: true });
  #still = null;
  #stillAfter;
  #captionId = null;
  #captionTimer = null;
  #causes = new Set(); // of the ring: "heard" by this device, "told" by the bot

  constructor(peer, mine) {
    const kind = peer.bot ? "bot, not a person" : peer.shared ? "shared microphone" : null;
    const note = kind === null ? null : h("span", { class: "note" }, kind);
    const name = h("p", { class: "name" }, h("span", {}, mine ? `${peer.name} (you)` : peer.name), note, this.#speaks);
    this.#stillAfter = peer.bot ? BOT_STILL_MS : STILL_MS;
    this.element = h(
      "li",
      { class: `tile${mine ? " mine" : ""}${peer.bot ? " bot" : ""}`, "data-peer": peer.id, "data-tint": tint(peer.name) },
      h("span", { class: "initials", "aria-hidden": "true" }, initials(peer.name)),
      this.#video,
      h("div", { class: "plate" }, this.#checkedIn, name, this.#caption),
    );
    this.#video.muted = mine;
    this.#video.srcObject = this.#stream;
    this.#watch();
  }

  setTrack(kind, track) {
    for (const old of this.#stream.getTracks()) if (old.kind === kind) this.#stream.removeTrack(old);
    if (track !== null) this.#stream.addTrack(track);
    else if (kind === "video") this.element.classList.remove("seen");
  }

  setSpeaking(cause, speaking) {
    if (speaking) this.#causes.add(cause);
    else this.#causes.delete(cause);
    this.element.classList.toggle("speaking", this.#causes.size > 0);
    setText(this.#speaks, this.#causes.size > 0 ? ", speaking" : "");
  }

  /** `mark` is `{name, assurance}` of who is checked in, else undefined. */
  setCheckedIn(mark) {
    this.#checkedIn.hidden = mark === undefined;
    const how = mark?.assurance ? ` (${mark.assurance})` : "";
    setText(this.#checkedIn, mark === undefined ? "" : `✓ Checked in: ${mark.name}${how}`);
  }

  caption(id, text) {
    this.#captionId = id;
    setText(this.#caption, text);
    clearTimeout(this.#captionTimer);
    this.#captionTimer = setTimeout(() => this.#caption.replaceChildren(), CAPTION_MS);
  }

  retract(ids) {
    if (ids.includes(this.#captionId)) this.#caption.replaceChildren();
  }

  remove() {
    clearTimeout(this.#still);
    clearTimeout(this.#captionTimer);
    this.#video.srcObject = null;
    this.element.remove();
  }

  /** Show the picture while frames come; a camera that is off leaves its last one standing. */
  #watch() {
    this.#video.requestVideoFrameCallback?.(() => {
      if (this.#video.srcObject === null) return;
      this.element.classList.toggle("seen", this.#stream.getVideoTracks().length > 0);
      clearTimeout(this.#still);
      this.#still = setTimeout(() => this.element.classList.remove("seen"), this.#stillAfter);
      this.#watch();
    });
  }
}

export class Tiles {
  #list;
  #tiles = new Map();
  #marks = new Map(); // who is checked in
  #resized = new ResizeObserver(() => this.#arrange());

  /** `level(id)` is what is heard of a person now, 0 to 1. */
  constructor(list, level) {
    this.#list = list;
    this.#resized.observe(list);
    setInterval(() => this.#listen(level), LEVEL_EVERY_MS);
  }

  add(peer, mine = false) {
    const tile = new Tile(peer, mine);
    this.#tiles.set(peer.id, tile);
    tile.setCheckedIn(this.#marks.get(peer.id));
    this.#list.append(tile.element);
    this.#arrange();
    return tile;
  }

  get(id) {
    return this.#tiles.get(id);
  }

  remove(id) {
    this.#tiles.get(id)?.remove();
    this.#tiles.delete(id);
    this.#arrange();
  }

  clear() {
    [...this.#tiles.keys()].forEach((id) => this.remove(id));
  }

  /** The bot's word on who speaks. */
  speaking(ids) {
    this.#tiles.forEach((tile, id) => tile.setSpeaking("told", ids.has(id)));
  }

  /** Who is checked in, by id: `{name, assurance}`. */
  checkedIn(marks) {
    this.#marks = marks;
    this.#tiles.forEach((tile, id) => tile.setCheckedIn(marks.get(id)));
  }

  retract(ids) {
    this.#tiles.forEach((tile) => tile.retract(ids));
  }

  /** What this device hears itself, so that nobody's ring tells whether they agreed to anything. */
  #listen(level) {
    this.#tiles.forEach((tile, id) => tile.setSpeaking("heard", level(id) > LEVEL_SPEAKING));
  }

  /** As many columns as make the tiles largest. */
  #arrange() {
    const { clientWidth: width, clientHeight: height } = this.#list;
    const count = this.#tiles.size;
    const sizes = Array.from({ length: count }, (_, i) => {
      const columns = i + 1;
      const rows = Math.ceil(count / columns);
      return Math.min(width / columns, (height / rows) * RATIO);
    });
    const columns = sizes.indexOf(Math.max(...sizes)) + 1;
    this.#list.style.setProperty("--columns", String(columns || 1));
    this.#list.style.setProperty("--rows", String(Math.ceil(count / (columns || 1)) || 1));
  }
}
