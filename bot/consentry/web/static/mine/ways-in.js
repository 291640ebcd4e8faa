// The ways to show who one is: a passkey, and a link whose secret stands after the # of the address.

import { challenge, show, supported } from "./passkeys.js";
import { remembered } from "./remembered.js";

for (const form of document.querySelectorAll("form[data-passkey]")) offerPasskey(form);
for (const form of document.querySelectorAll("form[data-link]")) offerLink(form);

function offerPasskey(form) {
  const button = form.querySelector("button");
  button.disabled = !supported;
  form.addEventListener("submit", async (event) => {
    if (form.elements.assertion.value) return;
    event.preventDefault();
    const said = form.querySelector(".error");
    said.textContent = "";
    button.disabled = true;
    try {
      const asked = await challenge(form.dataset.passkey, form.elements.token?.value);
      form.elements.assertion.value = await show(asked);
      form.elements.challenge.value = asked.challenge;
      form.submit();
    } catch {
      said.textContent = form.dataset.failed;
      button.disabled = false;
      button.focus();
    }
  });
}

function offerLink(form) {
  const given = location.hash.slice(1);
  const kept = given ? null : remembered();
  const value = given || kept;
  if (!value) return;
  form.elements.link.value = value;
  if (kept) {
    const hint = form.querySelector(".hint");
    hint.textContent = form.dataset.remembered;
    hint.hidden = false;
  }
}

if (location.hash) {
  // Another language is another page, which is to know the link too.
  for (const link of document.querySelectorAll(".languages a")) link.hash = location.hash;
  // It is to stand in no history, and not to be seen over a shoulder.
  history.replaceState(null, "", location.pathname + location.search);
}
