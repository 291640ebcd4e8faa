// Defines the elements that draw a ConsentryClient: consent dialog, badge, captions and check-in.

import { BadgeElement } from "./consentry/badge.js";
import { CaptionsElement } from "./consentry/captions.js";
import { CheckInElement } from "./consentry/check-in.js";
import { ConsentElement } from "./consentry/consent.js";

export { badgeText } from "./consentry/badge.js";

/** Call once, before or after the elements are in the page. */
export function defineElements(registry = customElements) {
  registry.define("consentry-consent", ConsentElement);
  registry.define("consentry-badge", BadgeElement);
  registry.define("consentry-captions", CaptionsElement);
  registry.define("consentry-check-in", CheckInElement);
}
