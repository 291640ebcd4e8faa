// The room's meetings as buttons, and the clock; in the room's own time.

export class Meetings {
  #list;
  #day;
  #time;
  #texts;
  #shown = [];

  /** `texts` are `{now, allDay, unnamed}`; `zone` is the room's (IANA). */
  constructor(list, texts, zone) {
    this.#list = list;
    this.#texts = texts;
    const language = document.documentElement.lang;
    this.#day = new Intl.DateTimeFormat(language, { dateStyle: "short", timeZone: zone });
    this.#time = new Intl.DateTimeFormat(language, { timeStyle: "short", timeZone: zone });
  }

  time(seconds) {
    return this.#time.format(new Date(seconds * 1000));
  }

  when(meeting) {
    if (meeting.all_day) return this.#texts.allDay;
    const [start, end] = [meeting.start, meeting.end].map((seconds) => new Date(seconds * 1000));
    const withinADay = this.#day.format(start) === this.#day.format(end); // or each would come with its date
    return withinADay ? this.#time.formatRange(start, end) : `${this.time(meeting.start)} – ${this.time(meeting.end)}`;
  }

  title(meeting) {
    return meeting.title ?? this.#texts.unnamed;
  }

  find(id) {
    return this.#shown.find((meeting) => meeting.id === id) ?? null;
  }

  /** Draw anew what changed; a button that has the focus keeps it. */
  show(meetings) {
    this.#shown = meetings;
    const focused = document.activeElement?.dataset?.meeting;
    this.#list.replaceChildren(...meetings.map((meeting) => this.#item(meeting)));
    if (focused) this.#list.querySelector(`[data-meeting="${CSS.escape(focused)}"]`)?.focus();
  }

  #item(meeting) {
    const button = document.createElement("button");
    button.dataset.meeting = meeting.id;
    button.append(span("when", this.when(meeting)), " ", span("what", this.title(meeting)));
    if (meeting.start * 1000 <= Date.now() && !meeting.all_day) button.append(" ", span("now", this.#texts.now));
    if (meeting.place) button.append(" ", span("place", meeting.place));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }
}

function span(name, text) {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = text;
  return element;
}
