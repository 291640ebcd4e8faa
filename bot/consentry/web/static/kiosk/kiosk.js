// The kiosk's page: which screen is shown, and what is sent. It keeps nothing of anybody.

import { showAudience } from "./audience.js";
import { Camera } from "./camera.js";
import { Claims } from "./claims.js";
import { Line } from "./line.js";
import { Meetings } from "./meetings.js";

const WELCOME_MS = 15_000;
const ALONE_MS = 60_000; // untouched, before it asks whether somebody is still there
const ON_PHONE_MS = 150_000; // likewise, where they went on with their phone
const ANSWER_MS = 20_000;

const $ = (id) => document.getElementById(id);
const { root, zone } = document.body.dataset;

class Kiosk {
  #line = new Line(`${location.origin.replace("http", "ws")}${root}/kiosk/ws`);
  #camera = new Camera($("camera"));
  #meetings = new Meetings($("meetings"), $("start").dataset, zone);
  #claims = null;
  #chosen = null;
  #screen = null;
  #later = null;
  #asked = null;
  #isLost = false;

  run() {
    this.#line.addEventListener("frame", ({ detail }) => this.#receive(detail));
    this.#line.addEventListener("down", () => this.#lost(true));
    this.#line.addEventListener("up", () => this.#lost(false));
    this.#listen();
    this.#tick();
    this.#show("start");
    this.#line.open();
  }

  #listen() {
    $("meetings").addEventListener("click", ({ target }) => {
      const id = target.closest("button")?.dataset.meeting;
      if (id) this.#begin(id);
    });
    $("without").addEventListener("click", () => this.#begin(null));
    $("passkey")?.addEventListener("click", () => this.#byPasskey());
    $("pin-form")?.addEventListener("submit", (event) => this.#byPin(event));
    $("keypad")?.addEventListener("click", (event) => this.#key(event));
    $("face")?.addEventListener("click", () => this.#wantFace(true));
    $("no-face")?.addEventListener("click", () => this.#wantFace(false));
    $("stop-look").addEventListener("click", () => this.#begin(this.#chosen));
    for (const button of document.querySelectorAll(".leave")) button.addEventListener("click", () => this.#leave());
    $("still").addEventListener("close", () => this.#stayed());
    for (const act of ["pointerdown", "keydown"]) document.addEventListener(act, () => this.#touched());
    document.addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && !$("still").open && this.#screen !== "start") this.#leave();
    });
  }

  // What the server says.

  #receive(frame) {
    switch (frame.type) {
      case "meetings":
        return this.#list(frame);
      case "visit":
        this.#claims = new Claims(root, frame.visit);
        $("code").src = frame.code;
        return showAudience($("audience"), frame.audience);
      case "phone":
        this.#say($("said").dataset.phone);
        return this.#touched(ON_PHONE_MS);
      case "look":
        return this.#look();
      case "prompt":
        return this.#prompt(frame);
      case "use_code":
        return this.#useCode($("said").dataset.useCode);
      case "welcome":
        return this.#welcome(frame);
      case "start":
        return this.#restart();
      default:
        return undefined; // of a later version
    }
  }

  #list({ meetings, old }) {
    $("none").hidden = meetings.length > 0;
    $("choose").hidden = meetings.length === 0;
    $("old").hidden = !old;
    this.#meetings.show(meetings);
  }

  #lost(lost) {
    this.#isLost = lost;
    $("lost").hidden = !lost;
    document.body.classList.toggle("is-lost", lost);
    if (lost && this.#screen !== "start" && this.#screen !== "welcome") this.#restart();
  }

  // A visit, from the first touch.

  #begin(id) {
    if (this.#isLost) return;
    this.#forget();
    this.#chosen = id;
    const meeting = id === null ? null : this.#meetings.find(id);
    $("chosen").textContent = meeting ? `${this.#meetings.when(meeting)}, ${this.#meetings.title(meeting)}.` : "";
    this.#line.send({ type: "begin", meeting: id });
    this.#show("ways");
  }

  #wantFace(wanted) {
    this.#say("");
    document.body.classList.toggle("wants-face", wanted);
    this.#line.send({ type: "face", wanted });
    $("ways").querySelector("h1").focus();
  }

  async #byPasskey() {
    this.#asked = new AbortController();
    $("passkey").disabled = true;
    const { signal } = this.#asked;
    const outcome = (await this.#claims?.byPasskey(signal)) ?? "trouble";
    $("passkey").disabled = false;
    if (!signal.aborted) this.#answer($("passkey-error"), outcome);
  }

  async #byPin(event) {
    event.preventDefault();
    const [number, pin] = [$("number"), $("pin")];
    const empty = [number, pin].find((input) => input.value.trim() === "");
    if (empty) return empty.focus();
    const outcome = (await this.#claims?.byPin(number.value, pin.value)) ?? "trouble";
    pin.value = "";
    this.#answer($("pin-error"), outcome);
    if (outcome === "no") pin.focus();
    return undefined;
  }

  /** The screen follows what the socket says; here is only said what it does not. */
  #answer(error, outcome) {
    if (outcome === "over") this.#restart();
    error.textContent = error.dataset[outcome] ?? "";
  }

  #key({ target }) {
    const button = target.closest("button[type=button]");
    if (!button) return;
    const input = document.activeElement === $("pin") || ($("number").value.length >= 8 && document.activeElement !== $("number")) ? $("pin") : $("number");
    input.value = button.value === "" ? input.value.slice(0, -1) : (input.value + button.value).slice(0, input.maxLength);
    input.focus();
    if (input === $("number") && input.value.length === 8 && button.value !== "") $("pin").focus();
  }

  // Before the camera.

  async #look() {
    $("prompt").textContent = $("prompt").dataset.wait;
    this.#show("look");
    if (!(await this.#camera.start((picture) => this.#line.sendPicture(picture)))) {
      this.#begin(this.#chosen);
      this.#say($("said").dataset.cameraNo);
    }
  }

  #prompt({ kind, number }) {
    const text = $("prompts").querySelector(`[data-kind="${CSS.escape(kind)}"]`)?.textContent ?? "";
    $("prompt").textContent = text.replace("{number}", number ?? "");
  }

  #useCode(text) {
    this.#camera.stop();
    document.body.classList.remove("wants-face");
    this.#show("ways");
    this.#say(text);
  }

  #welcome({ name, meeting, next }) {
    this.#forget();
    $("greeting").textContent = $("greeting").dataset.text.replace("{name}", () => name);
    $("meeting").textContent = meeting ? `${this.#meetings.when(meeting)}, ${this.#meetings.title(meeting)}` : "";
    $("next").textContent = next
      ? $("next").dataset.text.replace("{meeting}", () => this.#meetings.title(next)).replace("{time}", this.#meetings.time(next.start))
      : "";
    this.#show("welcome");
  }

  // Back to the start.

  #leave() {
    this.#line.send({ type: "leave" });
    this.#restart();
  }

  #restart() {
    this.#forget();
    // The next one finds the language of this device, not that of whoever was here.
    if (location.search !== "" && !this.#isLost) location.replace(location.pathname);
    else this.#show("start");
  }

  #forget() {
    this.#asked?.abort();
    this.#camera.stop();
    this.#claims = null;
    this.#chosen = null;
    document.body.classList.remove("wants-face");
    $("pin-form")?.reset();
    $("code").removeAttribute("src");
    for (const id of ["greeting", "meeting", "next", "chosen", "audience", "said", "pin-error", "passkey-error"]) $(id)?.replaceChildren();
  }

  // Screens and time.

  #show(screen) {
    this.#screen = screen;
    for (const main of document.querySelectorAll("main")) main.hidden = main.id !== screen;
    $("still").close();
    scrollTo(0, 0);
    $(screen).querySelector("h1").focus();
    this.#touched();
  }

  #say(text) {
    $("said").textContent = text;
  }

  #touched(patience = ALONE_MS) {
    clearTimeout(this.#later);
    if ($("still").open) return;
    if (this.#screen === "welcome") this.#later = setTimeout(() => this.#leave(), WELCOME_MS);
    if (this.#screen === "start" && location.search !== "") this.#later = setTimeout(() => this.#restart(), ALONE_MS);
    if (this.#screen === "ways") this.#later = setTimeout(() => this.#stillThere(), patience);
  }

  #stillThere() {
    $("still").showModal();
    this.#later = setTimeout(() => this.#leave(), ANSWER_MS);
  }

  #stayed() {
    clearTimeout(this.#later);
    this.#touched();
  }

  #tick() {
    $("clock").textContent = this.#meetings.time(Date.now() / 1000);
    setTimeout(() => this.#tick(), 1000);
  }
}

new Kiosk().run();
