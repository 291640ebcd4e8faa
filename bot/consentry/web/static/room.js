// The room's page: from the lobby into the call, and out again.

import { defineElements } from "./consentry-elements.js";
import { Announcer } from "./room/announce.js";
import { Call } from "./room/call.js";
import { CallView } from "./room/call-view.js";
import { deviceText, Lobby } from "./room/lobby.js";
import { LocalMedia } from "./room/media.js";
import { show, showMessage } from "./room/screens.js";

const REFUSALS = {
  room_full: ["This room is full", "Eight people are in it. Try again when somebody has left."],
  room_closed: ["The room was closed", "Whoever runs the server closed it. What was said here is not kept by this page."],
  not_allowed: ["You can't come in here", "The room's server turned this page away."],
};

const byId = (id) => document.getElementById(id);

defineElements();
const media = new LocalMedia();
const view = new CallView(media, new Announcer(byId("announce"), byId("toasts")), leave);
const lobby = new Lobby(byId("join"), media, enter);
let call = null;

async function enter(who) {
  if (!who.withMicrophone || (await openMicrophone(who))) join(who);
}

/** False where the person has to choose first. */
async function openMicrophone(who) {
  try {
    await media.openMicrophone();
    return true;
  } catch (error) {
    showMessage("No microphone", deviceText(error, "microphone"), [
      ["Try again", () => enter(who)],
      ["Join and listen", () => join(who)],
      ["Back", () => show("lobby")],
    ]);
    return false;
  }
}

function join(who) {
  const url = new URL(`/r/${who.room}/ws`, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const { name, shared } = who;
  const frame = { name, shared, language: language(), receives: true, bot: null };
  call = new Call({ url, join: frame, media });
  call.addEventListener("refused", ({ detail }) => refused(detail, who));
  view.start(call, who);
  show("call");
}

/** What this person reads (BCP 47), where the browser says it in a form the room takes. */
function language() {
  return /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$/.test(navigator.language) ? navigator.language : null;
}

function refused({ code, text }, who) {
  view.stop();
  if (code === "bad_name") {
    media.close();
    show("lobby");
    lobby.refuseName(text);
    return;
  }
  const [title, explanation] = REFUSALS[code] ?? REFUSALS.not_allowed;
  showMessage(title, explanation, [["Try again", () => enter(who)], ["Back", backToLobby]]);
}

function leave(who) {
  call.leave();
  view.stop();
  media.close();
  showMessage("You left the call", "Your microphone and camera are off, and nothing runs on you.", [
    ["Join again", () => enter(who)],
    ["Back", backToLobby],
  ]);
}

function backToLobby() {
  media.close();
  show("lobby");
}

addEventListener("pagehide", () => call?.leave());
show("lobby");
