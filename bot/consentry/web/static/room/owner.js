// The owner's dialog: the one-time code, then purposes on and off.

import { h, setText } from "../consentry/dom.js";

const CODE_REPLIES = new Set(["wrong_code", "owner_locked", "owner_confirmed", "not_owner"]);

export class OwnerDialog {
  #dialog;
  #parts;
  #client = null;
  #following = null;
  #early = null; // a code that came before the assistant
  #switches = new Map(); // purpose → button

  constructor(dialog) {
    const part = (name) => dialog.querySelector(`#owner-${name}`);
    this.#dialog = dialog;
    this.#parts = {
      form: part("form"), code: part("code"), error: part("error"), send: part("send"),
      purposes: part("purposes"), switches: part("switches"), reply: part("reply"),
    };
    part("close").addEventListener("click", () => dialog.close());
    this.#parts.form.addEventListener("submit", (event) => this.#submit(event));
  }

  open() {
    this.#dialog.showModal();
  }

  follow(client) {
    this.#following?.abort();
    this.#client = client;
    this.#early = null;
    this.#lock(false);
    this.#say("");
    if (client === null) {
      this.#dialog.close();
      return;
    }
    this.#following = new AbortController();
    const { signal } = this.#following;
    client.addEventListener("connected", () => this.#hand(), { signal });
    client.addEventListener("consent", () => this.#update(), { signal });
    client.addEventListener("reply", ({ detail }) => this.#reply(detail.body), { signal });
    this.#update();
  }

  #submit(event) {
    event.preventDefault();
    const code = this.#parts.code.value.trim();
    this.#say(code === "" ? "Type the code first." : "");
    if (code === "") return;
    this.#early = code;
    if (this.#client.connected) this.#hand();
    else setText(this.#parts.error, "The assistant is still connecting. Your code goes to it then.");
  }

  #hand() {
    if (this.#early === null) return;
    this.#client.owner(this.#early);
    this.#early = null;
    this.#say("");
  }

  #reply({ code, text }) {
    if (!CODE_REPLIES.has(code) || !this.#dialog.open) return;
    if (code === "owner_confirmed") {
      this.#parts.code.value = "";
      this.#say("");
      return;
    }
    this.#say(text);
    if (code === "owner_locked") this.#lock(true);
    if (code === "wrong_code") this.#parts.code.select();
  }

  #say(text) {
    setText(this.#parts.error, text);
    setText(this.#parts.reply, text);
    this.#parts.code.setAttribute("aria-invalid", String(text !== ""));
  }

  #lock(locked) {
    this.#parts.code.disabled = locked;
    this.#parts.send.disabled = locked;
  }

  #update() {
    const mine = this.#client.status?.owner ?? false;
    const had = !this.#parts.purposes.hidden;
    this.#parts.form.hidden = mine;
    this.#parts.purposes.hidden = !mine;
    if (mine) this.#draw();
    if (!mine || had) return;
    this.#say("");
    if (this.#dialog.open) this.#switches.values().next().value?.focus();
  }

  /** One switch per purpose; kept across updates so that focus stays. */
  #draw() {
    const { purposes, available } = this.#client.notice ?? { purposes: [], available: [] };
    const terms = new Map([...available, ...purposes].map((t) => [t.name, t]));
    const on = new Set(purposes.map((t) => t.name));
    for (const [name, button] of this.#switches) {
      if (terms.has(name)) continue;
      button.closest("li").remove();
      this.#switches.delete(name);
    }
    for (const [name, t] of [...terms].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!this.#switches.has(name)) this.#add(t);
      this.#switches.get(name).setAttribute("aria-checked", String(on.has(name)));
    }
  }

  #add({ name, title, sentence }) {
    const id = `switch-${name}`;
    const button = h("button", {
      type: "button", role: "switch", class: "switch", "aria-checked": "false",
      "aria-labelledby": id, "aria-describedby": `${id}-what`, onclick: () => this.#toggle(name),
    }, h("span", { class: "knob" }));
    const text = h("div", {}, h("b", { id }, title), h("p", { id: `${id}-what` }, sentence));
    this.#switches.set(name, button);
    this.#parts.switches.append(h("li", {}, text, button));
  }

  /** The switch moves when the bot's next notice says so. */
  #toggle(name) {
    this.#say("");
    const on = this.#switches.get(name).getAttribute("aria-checked") === "true";
    const sent = on ? this.#client.disable(name) : this.#client.enable(name);
    if (!sent) this.#say("The assistant is not connected. Try again in a moment.");
  }
}
