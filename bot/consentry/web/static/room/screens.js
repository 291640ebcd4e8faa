// One screen at a time: the lobby, the call, or a message with what to do next.

import { h } from "../consentry/dom.js";

const SCREENS = ["lobby", "call", "message"];

export function show(screen) {
  for (const name of SCREENS) document.getElementById(name).hidden = name !== screen;
}

/** `choices` are `[label, act]`; the first is the main one. */
export function showMessage(title, text, choices) {
  document.getElementById("message-title").textContent = title;
  document.getElementById("message-text").textContent = text;
  const buttons = choices.map(([label, act], i) => h(
    "button",
    { type: "button", class: i === 0 ? "primary" : "quiet", onclick: act },
    label,
  ));
  document.getElementById("message-choices").replaceChildren(...buttons);
  show("message");
  document.getElementById("message-title").focus();
}
