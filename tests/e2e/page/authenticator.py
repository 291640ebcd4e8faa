"""A device of Chromium's that holds passkeys, and never asks twice."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page

_DEVICE = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
    "hasPrf": True,
}


async def give_authenticator(page: Page, **device: Any) -> None:
    """``page`` has one from now on, as the WebAuthn domain of the DevTools protocol makes them."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": {**_DEVICE, **device}})
