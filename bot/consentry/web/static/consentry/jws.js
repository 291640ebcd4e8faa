// Checks a bot's messages: JWS in compact form (RFC 7515) with Ed25519 (RFC 8037).

const MAX_CHARS = 256 * 1024;

/** Why messages were not taken, as counted in `client.refused`. */
export const REASONS = [
  "unsupported", // this browser can't check Ed25519, so nothing is believed
  "unsigned", // no compact JWS
  "forged", // signature, algorithm or key id are not the pinned key's
  "malformed", // signed, and not of the shape of its kind
  "version", // a wire version this module does not know
  "foreign", // of another call, or to somebody else
  "replayed", // a `seq` that was passed already
  "stale", // a revision below the one held
];

/** Why a message was not taken. */
export class Refusal extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** The bytes of strict base64url text; throws where it is none. */
export function fromBase64Url(text) {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) throw new TypeError("not base64url");
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  const binary = atob(plain);
  if (btoa(binary).replace(/=+$/, "") !== plain) throw new TypeError("not the one encoding");
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

/** What a person compares: 16 bytes of SHA-256, in groups of four hex digits. */
async function fingerprintOf(publicKey) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", publicKey));
  const hex = Array.from(digest.slice(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.match(/.{4}/g).join(" ");
}

function parseJson(part) {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(fromBase64Url(part));
  const value = JSON.parse(text);
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new TypeError();
  return value;
}

/** One bot's public key. Everything is refused until it could be loaded. */
export class Verifier {
  #key = null;

  fingerprint = null;

  /** Loads `publicKey` (base64url of 32 raw bytes); false where this browser can't check with it. */
  async load(publicKey) {
    try {
      const raw = fromBase64Url(publicKey);
      const key = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
      this.fingerprint = await fingerprintOf(raw);
      this.#key = key;
    } catch {
      return false; // no secure context, no Ed25519 here, or no key at all
    }
    return true;
  }

  /** The payload of `text`; throws Refusal unless this key signed it. */
  async payload(text) {
    if (this.#key === null) throw new Refusal("unsupported");
    if (typeof text !== "string" || text.length > MAX_CHARS) throw new Refusal("unsigned");
    const parts = text.split(".");
    if (parts.length !== 3) throw new Refusal("unsigned");
    if (!(await this.#signed(...parts))) throw new Refusal("forged");
    try {
      return parseJson(parts[1]);
    } catch {
      throw new Refusal("malformed");
    }
  }

  async #signed(header, payload, signature) {
    try {
      const { alg, kid } = parseJson(header);
      if (alg !== "EdDSA" || kid !== this.fingerprint) return false;
      const signed = new TextEncoder().encode(`${header}.${payload}`);
      return await crypto.subtle.verify("Ed25519", this.#key, fromBase64Url(signature), signed);
    } catch {
      return false;
    }
  }
}
