// What the bot said to show, as it stands: revisions replace, retractions remove.

export class Screen {
  /** By message id: `{id, at, about, ...body}`. */
  captions = new Map();
  summaries = new Map();
  notes = new Map();

  /** Ids of who speaks now. */
  speaking = new Set();

  /** Who is checked in, by participant: `{name, assurance}`. */
  checkedIn = new Map();

  /** Who checked in at the kiosk: a list of `{name, assurance}`. */
  inRoom = [];

  #speakingIn = null; // id of the message that says so

  take({ kind, id, at, about, body }) {
    const item = { id, at, about, ...body };
    switch (kind) {
      case "caption": this.captions.set(id, item); break;
      case "summary": this.summaries.set(id, item); break;
      case "note": this.notes.set(id, item); break;
      case "checked_in": this.#list(body); break;
      case "speaking": this.#speak(id, body.speakers); break;
      case "retraction": body.ids.forEach((each) => this.#remove(each)); break;
    }
  }

  /** Captions in the order of their words. */
  get transcript() {
    return [...this.captions.values()].sort((a, b) => a.start - b.start);
  }

  #list({ people, in_room: inRoom }) {
    this.inRoom = inRoom.map(({ name, assurance }) => ({ name, assurance }));
    this.checkedIn = new Map(people.map(({ participant, name, assurance }) => [participant, { name, assurance }]));
  }

  #speak(id, speakers) {
    this.#speakingIn = id;
    this.speaking = new Set(speakers.map((speaker) => speaker.id));
  }

  #remove(id) {
    this.captions.delete(id);
    this.summaries.delete(id);
    this.notes.delete(id);
    if (id === this.#speakingIn) this.speaking = new Set();
  }
}
