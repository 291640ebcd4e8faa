// Checking in from a call: the button that opens my page for it, and who is checked in, on the tiles or in the room.

import { setText } from "../consentry/dom.js";

const WINDOW = "popup,width=520,height=760";

export class CheckInControl {
  #open = document.getElementById("check-in-open");
  #prompts = document.getElementById("check-in");
  #camera = document.getElementById("check-in-camera");
  #inRoom = document.getElementById("in-room");
  #media;
  #announcer;
  #tiles;
  #page = null; // the window with my page
  #client = null;
  #following = null;
  #listed = new Set(); // ids of who was checked in when last told
  #there = new Set(); // names of who was in the room then

  constructor(media, announcer, tiles) {
    this.#media = media;
    this.#announcer = announcer;
    this.#tiles = tiles;
    this.#open.addEventListener("click", (event) => this.#opened(event));
    this.#camera.querySelector("button").addEventListener("click", () => void this.#startCamera());
    media.addEventListener("change", () => this.#update());
  }

  /** `client` is null when there is no bot. */
  follow(client) {
    this.#following?.abort();
    this.#client = client;
    this.#prompts.client = client;
    this.#list();
    this.#update();
    if (client === null) return;
    this.#following = new AbortController();
    const { signal } = this.#following;
    const on = (type, act) => client.addEventListener(type, () => act(), { signal });
    on("consent", () => this.#update());
    on("checked_in", () => this.#list());
    on("check_in_prompt", () => this.#backHere());
    on("check_in", () => this.#backHere());
  }

  #update() {
    const page = this.#client?.notice?.check_in ?? "";
    this.#open.hidden = !/^https?:\/\//.test(page);
    if (!this.#open.hidden) this.#open.href = page;
    this.#camera.hidden = this.#media.camera !== null;
  }

  /** In a window of its own, so that the call stays in view; where there is none, in a tab. */
  #opened(event) {
    this.#page = window.open(this.#open.href, "consentry-check-in", WINDOW);
    if (this.#page !== null) event.preventDefault();
  }

  /** It goes on in the call. */
  #backHere() {
    if (this.#page === null) return;
    this.#page.close();
    this.#page = null;
    window.focus();
  }

  async #startCamera() {
    try {
      await this.#media.openCamera();
    } catch {
      setText(this.#camera.querySelector("p"), "The browser did not allow the camera.");
    }
  }

  #list() {
    const people = this.#client?.checkedIn ?? new Map();
    this.#tiles.checkedIn(people);
    for (const [id, { name }] of people) {
      if (!this.#listed.has(id)) this.#announcer.say(`${name} is checked in.`);
    }
    this.#listed = new Set(people.keys());
    this.#listRoom(this.#client?.inRoom ?? []);
  }

  /** Those who are in the room are no tile's. */
  #listRoom(people) {
    const names = people.map(({ name, assurance }) => (assurance ? `${name} (${assurance})` : name));
    this.#inRoom.hidden = people.length === 0;
    setText(this.#inRoom, people.length === 0 ? "" : `✓ In the room: ${names.join(", ")}`);
    for (const { name } of people) {
      if (!this.#there.has(name)) this.#announcer.say(`${name} is in the room.`);
    }
    this.#there = new Set(people.map(({ name }) => name));
  }
}
