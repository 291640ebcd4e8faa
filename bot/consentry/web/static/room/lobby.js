// The page before the call: room, name, and what to bring along.

const ROOM_NAME = /^[a-z0-9-]{1,64}$/;
const NAME_KEY = "consentry.name";

/** What to read when the browser gave no microphone or camera. */
export function deviceText(error, device) {
  switch (error?.name) {
    case "NotAllowedError":
      return `Your browser did not let this page use the ${device}. Allow it beside the address, then try again.`;
    case "NotFoundError":
      return `No ${device} was found on this device.`;
    case "NotReadableError":
      return `The ${device} is in use by another program. Close that one, then try again.`;
    default:
      return `The ${device} could not be started.`;
  }
}

export class Lobby {
  #form;
  #media;
  #enter;
  #room = location.pathname.match(/^\/r\/([^/]+)$/)?.[1] ?? null;

  /** `enter({name, shared, room})` is called when the person may come in; `media` is open by then. */
  constructor(form, media, enter) {
    this.#form = form;
    this.#media = media;
    this.#enter = enter;
    this.#field("room-field").hidden = this.#room !== null;
    this.#field("name").value = sessionStorage.getItem(NAME_KEY) ?? "";
    form.addEventListener("submit", (event) => this.#submit(event));
    this.#field("with-camera").addEventListener("change", (event) => this.#camera(event.target));
    media.addEventListener("change", () => this.#preview());
  }

  get room() {
    return this.#room;
  }

  /** Say what is wrong with the name, and let the person mend it. */
  refuseName(text) {
    this.#problem("name", text);
  }

  #field(id) {
    return this.#form.querySelector(`#${id}`);
  }

  #submit(event) {
    event.preventDefault();
    const name = this.#field("name").value.trim();
    this.#problem("name", name === "" ? "Type the name the others will see." : "");
    if (this.#room === null && !this.#goToRoom()) return;
    if (name === "") return;
    sessionStorage.setItem(NAME_KEY, name);
    const withMicrophone = this.#field("with-microphone").checked;
    this.#enter({ name, shared: this.#field("shared").checked, room: this.#room, withMicrophone });
  }

  /** Take the room's name from the field, and put it into the address without loading anew. */
  #goToRoom() {
    const room = this.#field("room-name").value.trim();
    const good = ROOM_NAME.test(room);
    this.#problem("room-name", good ? "" : "Use 1 to 64 small letters, digits and dashes.", "room-error");
    if (!good || this.#field("name").value.trim() === "") return good;
    history.replaceState(null, "", `/r/${room}`);
    this.#room = room;
    return true;
  }

  #problem(id, text, message = `${id}-error`) {
    const field = this.#field(id);
    this.#field(message).textContent = text;
    field.setAttribute("aria-invalid", String(text !== ""));
    if (text !== "") field.focus();
  }

  async #camera(box) {
    if (!box.checked) {
      this.#media.closeCamera();
      return;
    }
    try {
      await this.#media.openCamera();
    } catch (error) {
      box.checked = false;
      this.#field("camera-error").textContent = deviceText(error, "camera");
    }
  }

  #preview() {
    const preview = this.#field("preview");
    const { camera } = this.#media;
    preview.hidden = camera === null;
    this.#field("camera-error").textContent = "";
    preview.querySelector("video").srcObject = camera && new MediaStream([camera]);
  }
}
