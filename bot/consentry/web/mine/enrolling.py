"""All pages of enrollment together, and the address that passkeys are good for."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.routing import BaseRoute

from consentry.web.arriving import ArrivalPages
from consentry.web.mine.entering import Entering, Premises
from consentry.web.mine.pages import MinePages
from consentry.web.mine.photo import PhotoDesk

LOOPBACK = "127.0.0.1"


class EnrollingPages:
    """``/enroll``, ``/i`` and ``/mine``, and where people check in to a call."""

    def __init__(self, premises: Premises, arrivals: ArrivalPages) -> None:
        self._premises = premises
        entering = Entering(premises)
        pages = MinePages(premises, entering)
        photos = PhotoDesk(premises, pages)
        own = (*entering.routes(), *pages.routes(), *photos.routes())
        self._routes = [*own, *arrivals.routes()]

    def served_at(self, url: str) -> None:
        """This is where people reach the pages. A passkey is bound to a name: on one machine that
        is ``localhost``, for no browser binds one to an address of numbers."""
        local = urlsplit(url).hostname == LOOPBACK
        named = url.replace(LOOPBACK, "localhost", 1) if local else url
        self._premises.enrollment.address.url = named.rstrip("/")

    def routes(self) -> list[BaseRoute]:
        return self._routes
