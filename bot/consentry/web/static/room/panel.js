// The side panel: three tabs beside the call, a sheet from below on a phone.

const WIDE = "(min-width: 900px)";

export class Panel {
  #panel;
  #toggle;
  #unread;
  #tabs;
  #missed = 0;

  constructor({ panel, toggle, close, unread }) {
    this.#panel = panel;
    this.#toggle = toggle;
    this.#unread = unread;
    this.#tabs = [...panel.querySelectorAll('[role="tab"]')];
    for (const tab of this.#tabs) tab.addEventListener("click", () => this.select(tab));
    panel.querySelector('[role="tablist"]').addEventListener("keydown", (event) => this.#arrows(event));
    toggle.addEventListener("click", () => this.show(panel.hidden));
    close.addEventListener("click", () => this.#closed());
    panel.addEventListener("keydown", (event) => event.key === "Escape" && this.#closed());
    this.show(matchMedia(WIDE).matches);
  }

  show(shown) {
    this.#panel.hidden = !shown;
    document.body.classList.toggle("with-panel", shown);
    this.#toggle.setAttribute("aria-expanded", String(shown));
    this.#read();
  }

  /** Open with the tab named "chat", "transcript" or "summary". */
  open(name) {
    this.show(true);
    this.select(this.#tabs.find((tab) => tab.getAttribute("aria-controls") === name));
  }

  select(tab) {
    for (const other of this.#tabs) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", String(chosen));
      other.tabIndex = chosen ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
    }
    this.#read();
  }

  /** A chat line came; counted on the button while the chat is not in view. */
  message() {
    this.#missed += 1;
    this.#read();
  }

  #read() {
    const chat = document.getElementById("chat");
    if (!this.#panel.hidden && !chat.hidden) this.#missed = 0;
    this.#unread.hidden = this.#missed === 0;
    this.#unread.textContent = this.#missed > 0 ? `${this.#missed} new` : "";
  }

  #closed() {
    this.show(false);
    this.#toggle.focus();
  }

  /** Arrow keys between tabs (ARIA Authoring Practices, "Tabs"). */
  #arrows(event) {
    const at = this.#tabs.indexOf(document.activeElement);
    const last = this.#tabs.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at <= 0 ? last : at - 1, Home: 0, End: last };
    if (at === -1 || !(event.key in to)) return;
    event.preventDefault();
    this.select(this.#tabs[to[event.key]]);
    this.#tabs[to[event.key]].focus();
  }
}
