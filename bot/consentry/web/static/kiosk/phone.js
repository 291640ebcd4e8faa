// A visitor's own phone: who they say they are goes to the visit whose QR code it scanned.

import { remembered } from "../mine/remembered.js";
import { showAudience } from "./audience.js";
import { Claims } from "./claims.js";

const $ = (id) => document.getElementById(id);
const outcome = $("outcome");
const visit = location.hash.slice(1);
const claims = new Claims(outcome.dataset.root, visit);

function say(what) {
  outcome.textContent = outcome.dataset[what.replace(/_(.)/g, (_, letter) => letter.toUpperCase())] ?? "";
  outcome.hidden = false;
  $("ways").hidden = ["welcome", "look", "over"].includes(what);
  if ($("pin")) $("pin").value = "";
  outcome.focus();
}

async function open() {
  const about = await claims.about();
  if (about.outcome) return say(about.outcome);
  recall();
  $("where").textContent = [about.meeting?.title, about.room].filter(Boolean).map((part) => `${part}.`).join(" ");
  if ($("pin-card")) $("pin-card").hidden = about.face;
  showAudience($("audience"), about.audience);
  $("ways").hidden = false;
  return undefined;
}

/** Fill in the link that this browser was asked to remember. */
function recall() {
  const link = remembered();
  if (!$("link") || !link) return;
  $("link").value = link;
  $("link-hint").textContent = $("link").dataset.remembered;
}

$("passkey")?.addEventListener("click", async () => say(await claims.byPasskey()));
$("link-form")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const link = $("link").value;
  $("link-form").reset();
  say(await claims.byLink(link));
});
$("pin-form")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  say(await claims.byPin($("number").value, $("pin").value));
});
open();
