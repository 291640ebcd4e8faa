// The shapes of the bot's messages, as far as a reader relies on them.

const LINE = { text: "string", segments: ["string"] };
const TERMS = {
  name: "string", title: "string", sentence: "string", data: "string", why: "string",
  retention: "string", recipients: "string", biometric: "boolean", mode: "string",
  grace_seconds: "number", version: "string", media: ["string"], nonce: "string?", language: "string?",
};

const BODIES = Object.freeze({
  notice: {
    bot: "string", fingerprint: "string", purposes: [TERMS], available: [TERMS],
    commands: ["string"], link: "string?", check_in: "string?", language: "string?",
  },
  status: { purposes: "object", owner: "boolean", owner_confirmed: "boolean" },
  want: { audio: "boolean", video: "boolean", fine: "boolean?" },
  caption: {
    participant: "string", name: "string", text: "string", start: "number", end: "number",
    final: "boolean", gap: "boolean", language: "string?",
  },
  speaking: { speakers: [{ id: "string", name: "string" }] },
  summary: {
    abstract: [LINE], decisions: [LINE], questions: [LINE], final: "boolean",
    actions: [{ ...LINE, owner_name: "string?", due: "string?", due_date: "string?" }],
  },
  retraction: { ids: ["string"], reason: "string" },
  note: { plugin: "string", title: "string", text: "string" },
  reply: { code: "string", text: "string" },
  receipt: { jws: "string", states: "object", text: "string", link: "string?" },
  check_in_prompt: { prompt: "string", number: "string?", text: "string" },
  check_in: { verdict: "string", text: "string", link: "string?" },
  checked_in: {
    people: [{ participant: "string", name: "string", assurance: "string?" }],
    in_room: [{ name: "string", assurance: "string?" }], text: "string",
  },
  plugin_state: { plugin: "string", title: "string", state: "string" },
});

const ENVELOPE = {
  v: "number", call: "string", seq: "number", kind: "string", id: "string", revision: "number",
  about: ["string"], at: "number", body: "object",
};

/** Whether `value` is of `shape`: a type's name (`?`: or null), a list of one shape, or fields. */
function fits(value, shape) {
  if (typeof shape === "string") {
    if (shape.endsWith("?")) return value == null || fits(value, shape.slice(0, -1));
    if (shape === "number") return Number.isFinite(value);
    return value !== null && !Array.isArray(value) && typeof value === shape;
  }
  if (Array.isArray(shape)) {
    return Array.isArray(value) && value.every((member) => fits(member, shape[0]));
  }
  if (!fits(value, "object")) return false;
  return Object.entries(shape).every(([field, inner]) => fits(value[field], inner));
}

/** Whether a signed payload is a message of a known kind. */
export function isMessage(payload) {
  if (!fits(payload, ENVELOPE) || !Object.hasOwn(BODIES, payload.kind)) return false;
  if (payload.to !== null && !fits(payload.to, ["string"])) return false;
  const whole = Number.isSafeInteger(payload.seq) && Number.isSafeInteger(payload.revision);
  return whole && payload.body.kind === payload.kind && fits(payload.body, BODIES[payload.kind]);
}
