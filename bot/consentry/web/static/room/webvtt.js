// A transcript as WebVTT (W3C, https://www.w3.org/TR/webvtt1/) with voice tags.

function timestamp(seconds) {
  const ms = Math.max(0, Math.round(seconds * 1000));
  const pad = (value, width = 2) => String(value).padStart(width, "0");
  const clock = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60];
  return `${clock.map((part) => pad(part)).join(":")}.${pad(ms % 1000, 3)}`;
}

/** Cue text is one line without markup of its own. */
function escape(text) {
  const plain = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return plain.replace(/\s+/g, " ").trim();
}

/** `lines` are captions `{name, text, start, end, final}` in order; unfinished ones are left out. */
export function toWebVtt(lines) {
  const cues = lines.filter((line) => line.final).map((line) => {
    const end = Math.max(line.end, line.start + 0.001); // a cue ends after it starts
    return `${timestamp(line.start)} --> ${timestamp(end)}\n<v ${escape(line.name)}>${escape(line.text)}</v>`;
  });
  const note = "NOTE\nMade by a machine from the voices of people who agreed to it. It may be wrong.";
  return `${["WEBVTT", note, ...cues].join("\n\n")}\n`;
}
