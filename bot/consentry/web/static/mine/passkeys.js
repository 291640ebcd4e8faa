// Passkeys: what the server asks is passed to the browser, and what the browser answers is passed back.

const encode = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const decode = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

export const supported = "credentials" in navigator && "PublicKeyCredential" in window;

/** Ask the server at `url` for a challenge. */
export async function challenge(url, token) {
  const body = new URLSearchParams(token ? { token } : {});
  const answer = await fetch(url, { method: "POST", body });
  if (!answer.ok) throw new Error("no challenge");
  return answer.json();
}

/** Make a passkey. The answer is JSON as the server reads it, with the PRF's secret if there is one. */
export async function make({ options }) {
  const credential = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: decode(options.challenge),
      user: { ...options.user, id: decode(options.user.id) },
      excludeCredentials: (options.excludeCredentials ?? []).map((one) => ({ ...one, id: decode(one.id) })),
      extensions: extensions(options),
    },
  });
  const { response } = credential;
  return {
    text: json(credential, {
      attestationObject: encode(response.attestationObject),
      clientDataJSON: encode(response.clientDataJSON),
    }),
    hasSecret: Boolean(results(credential)),
    givesSecret: Boolean(credential.getClientExtensionResults().prf?.enabled),
  };
}

/** Show a passkey; `signal` calls it off. */
export async function show({ options }, signal) {
  const credential = await navigator.credentials.get({
    signal,
    publicKey: { ...options, challenge: decode(options.challenge), allowCredentials: [], extensions: extensions(options) },
  });
  const { response } = credential;
  return json(credential, {
    authenticatorData: encode(response.authenticatorData),
    clientDataJSON: encode(response.clientDataJSON),
    signature: encode(response.signature),
    userHandle: response.userHandle ? encode(response.userHandle) : null,
  });
}

const extensions = ({ extensions: asked }) => ({ prf: { eval: { first: decode(asked.prf.eval.first) } } });

const results = (credential) => credential.getClientExtensionResults().prf?.results?.first;

function json(credential, response) {
  const first = results(credential);
  const clientExtensionResults = first ? { prf: { results: { first: encode(first) } } } : {};
  return JSON.stringify({
    id: credential.id,
    rawId: encode(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults,
  });
}
