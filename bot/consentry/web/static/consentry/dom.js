// Builds DOM from data: text only ever becomes text nodes.

/** `h("button", {class: "x", "aria-pressed": "false", onclick}, "Yes")`; null and false are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** Change an element's text only where it differs, so that nothing is announced twice. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A shadow root with its styles; constructed sheets pass a policy that forbids inline ones. */
export function shadow(host, ...css) {
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = css.map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  return root;
}

/** An element's link to its client: listens while it has one, and lets go of the one before. */
export class ClientLink {
  #listening = null;

  client = null;

  /** Call `listener` on each of the client's `types`, and once now. */
  follow(client, types, listener) {
    this.#listening?.abort();
    this.client = client;
    this.#listening = client && new AbortController();
    for (const type of client ? types : []) {
      client.addEventListener(type, listener, { signal: this.#listening.signal });
    }
    listener();
  }
}
