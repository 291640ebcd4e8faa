// Who learns that somebody checks in here, said before they do.

/** `element` has the words for each in its data. */
export function showAudience(element, { call, how }) {
  const { call: seen, how: seenHow } = element.dataset;
  element.textContent = call ? (how ? seenHow : seen) : "";
}
