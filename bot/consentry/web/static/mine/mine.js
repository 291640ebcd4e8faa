// One's own page: making a passkey, copying a link, taking a photo.

import { challenge, make, show, supported } from "./passkeys.js";
import { takePhotos } from "./photo.js";

const REMEMBERED = "consentry-link";

for (const button of document.querySelectorAll("[data-script]")) button.disabled = false;

const form = document.querySelector("form[data-make]");
if (form) {
  const button = form.querySelector("button");
  button.disabled = !supported;
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    const said = form.querySelector(".error");
    said.textContent = "";
    button.disabled = true;
    try {
      await makePasskey(form.elements);
      form.submit();
    } catch {
      said.textContent = form.dataset.failed;
      button.disabled = false;
      button.focus();
    }
  });
}

async function makePasskey(fields) {
  const token = fields.token.value;
  const asked = await challenge(form.dataset.make, token);
  const made = await make(asked);
  if (made.givesSecret && !made.hasSecret) {
    // Some give their secret only when they are shown.
    const again = await challenge(form.dataset.show, token);
    fields.assertion.value = await show(again).catch(() => "");
    fields.second.value = again.challenge;
  }
  fields.challenge.value = asked.challenge;
  fields.credential.value = made.text;
}

const copy = document.querySelector("[data-copy]");
copy?.addEventListener("click", async () => {
  const field = document.getElementById(copy.dataset.copy);
  field.select();
  await navigator.clipboard.writeText(field.value);
  copy.textContent = copy.dataset.said;
});

const remember = document.querySelector("[data-remember]");
remember?.addEventListener("change", () => {
  const { value } = document.getElementById(remember.dataset.remember);
  if (remember.checked) localStorage.setItem(REMEMBERED, value.split("#")[1]);
  else localStorage.removeItem(REMEMBERED);
});

const photo = document.getElementById("photo");
if (photo) takePhotos(photo);
