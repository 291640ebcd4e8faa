"""A page whose person meets the bot over a carrier, and the bot's signed words to them."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page

from consentry.messages import AnyBody, Message, Notice, PurposeTerms, Status
from consentry.signing import Signer
from tests.e2e.page.room import Room

SETTING = """
async () => {
  const { Introduction } = await import("/static/consentry/introduction.js");
  window.met = [];
  window.strangers = [];
  window.introduce = (carrier, options) => {
    window.carrier = carrier;
    window.introduction = new Introduction(carrier, options);
    introduction.addEventListener("met", ({ detail }) => met.push(detail));
    introduction.addEventListener("stranger", ({ detail }) => strangers.push(detail));
  };
}
"""


async def blank(room: Room) -> Page:
    """A page of the room's origin with nothing of it but ``introduce(carrier, options)``."""
    page = await room.page()
    address = f"{room.server.url}/blank"
    await page.route(address, lambda route: route.fulfill(body="", content_type="text/html"))
    await page.goto(address)
    await page.evaluate(SETTING)
    return page


class Voice:
    """What a bot with a key of its own says to ``me``."""

    def __init__(self, me: str, call: str = "c-1") -> None:
        self._me = me
        self.signer = Signer(call)

    @property
    def card(self) -> str:
        return self.signer.card(self._me)

    def signed(self, body: AnyBody) -> str:
        return self.signer.sign(Message(body, id=body.kind, at=0.0, to=frozenset({self._me})))

    def asks(self, *terms: PurposeTerms) -> list[str]:
        """A notice, and a status by which each of these purposes waits for an answer."""
        fields: dict[str, Any] = {"bot": "Consentry", "available": [], "commands": []}
        notice = Notice(fingerprint=self.signer.fingerprint, purposes=list(terms), **fields)
        asked = {t.name: "asked" for t in terms}
        status = Status.model_validate(
            {"purposes": asked, "owner": False, "owner_confirmed": False}
        )
        return [self.signed(notice), self.signed(status)]
