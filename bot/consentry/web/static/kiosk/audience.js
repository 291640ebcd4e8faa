// Who learns that somebody checks in here, said before they do.

/** `element` has the words for each in its data. */
export function showAudience(element, { call, how, kept }) {
  const { call: seen, how: seenHow, kept: keeps } = element.dataset;
  const said = [call && (how ? seenHow : seen), kept && keeps];
  element.textContent = said.filter(Boolean).join(" ");
}
