// The link that this browser was asked to remember; null where there is none.

export function remembered() {
  try {
    return localStorage.getItem("consentry-link");
  } catch {
    return null; // storage is switched off
  }
}
