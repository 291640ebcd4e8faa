// The transcript: one line per caption, in the order of the words; revisions replace, retractions remove.

import { h, setText } from "../consentry/dom.js";
import { toWebVtt } from "./webvtt.js";

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

class Line {
  #time = h("span", { class: "time" });
  #name = h("b");
  #text = h("span", { class: "text" });
  #gap = h("span", { class: "gap", hidden: true }, "some words were lost");

  constructor(id) {
    this.element = h("li", { "data-id": id, tabindex: "-1" }, this.#time, h("div", {}, this.#name, this.#text, this.#gap));
  }

  update(caption) {
    this.start = caption.start;
    setText(this.#time, clock(caption.start));
    setText(this.#name, caption.name);
    setText(this.#text, caption.text);
    this.#gap.hidden = !caption.gap;
    this.element.classList.toggle("unfinished", !caption.final);
  }
}

export class Transcript {
  #list;
  #empty;
  #download;
  #lines = new Map(); // caption id → Line
  #client = null;
  #following = null;

  constructor({ list, empty, download }) {
    this.#list = list;
    this.#empty = empty;
    this.#download = download;
    download.addEventListener("click", () => this.#save());
  }

  /**
   * Show what `client` has and gets; null keeps what is shown. Lines of another bot go when a new
   * one comes: nobody could take them back any more.
   */
  follow(client) {
    if (client === null || client === this.#client) return;
    this.#following?.abort();
    this.#following = new AbortController();
    const { signal } = this.#following;
    this.#client = client;
    this.#retract([...this.#lines.keys()]);
    client.captions.forEach((caption) => this.#put(caption));
    client.addEventListener("caption", ({ detail }) => this.#put({ id: detail.id, ...detail.body }), { signal });
    client.addEventListener("retraction", ({ detail }) => this.#retract(detail.body.ids), { signal });
  }

  /** The id of the line a summary means; its segments may be named without their plugin. */
  find(segment) {
    if (this.#lines.has(segment)) return segment;
    return [...this.#lines.keys()].find((id) => id.endsWith(`/${segment}`)) ?? null;
  }

  start(id) {
    return this.#lines.get(id)?.start ?? 0;
  }

  /** Bring lines into view and mark them. */
  highlight(ids) {
    this.#lines.forEach((line, id) => line.element.classList.toggle("marked", ids.includes(id)));
    const first = this.#lines.get(ids[0])?.element;
    first?.scrollIntoView({ block: "center" });
    first?.focus({ preventScroll: true });
  }

  #put(caption) {
    const atEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 60;
    const known = this.#lines.get(caption.id);
    const line = known ?? new Line(caption.id);
    const moved = line.start !== caption.start;
    line.update(caption);
    this.#lines.set(caption.id, line);
    if (known === undefined || moved) this.#place(line);
    if (atEnd) this.#list.scrollTop = this.#list.scrollHeight;
    this.#counted();
  }

  /** Most lines are the newest: look from the end. */
  #place(line) {
    line.element.remove();
    let before = this.#list.lastElementChild;
    while (before && this.#lines.get(before.dataset.id).start > line.start) before = before.previousElementSibling;
    if (before === null) this.#list.prepend(line.element);
    else before.after(line.element);
  }

  #retract(ids) {
    for (const id of ids) {
      this.#lines.get(id)?.element.remove();
      this.#lines.delete(id);
    }
    this.#counted();
  }

  #counted() {
    this.#empty.hidden = this.#lines.size > 0;
    this.#download.disabled = this.#lines.size === 0;
  }

  #save() {
    const file = new Blob([toWebVtt(this.#client.transcript)], { type: "text/vtt" });
    const url = URL.createObjectURL(file);
    h("a", { href: url, download: "transcript.vtt" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 0);
  }
}
