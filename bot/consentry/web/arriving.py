"""A participant's page to check in: by passkey, PIN or link, and by face for those who like."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from consentry.call.checkins import CheckInStep
from consentry.config.people import Chosen
from consentry.people.enrollment import Enrollment
from consentry.web.claiming import challenge, claim_of
from consentry.web.door import Door, Guest, Serve
from consentry.web.forms import fields_of
from consentry.words.catalog import words

_LEADS_TO = {step: f"arrive.{step.value}" for step in CheckInStep}


class ArrivalPages:
    """``/me/<link>/checkin``. What was wrong with a claim is never said, nor whose it would be."""

    def __init__(self, door: Door, enrollment: Enrollment) -> None:
        self._door = door
        self._enrollment = enrollment

    def routes(self) -> list[BaseRoute]:
        def route(path: str, method: str, serve: Serve) -> Route:
            opened = self._door.opened(serve, left=True)
            return Route(f"/me/{{token}}/checkin{path}", opened, methods=[method])

        return [
            route("", "GET", self._show),
            route("", "POST", self._check_in),
            route("/challenge", "POST", self._challenge),
        ]

    async def _show(self, request: Request, guest: Guest) -> Response:
        session = guest.session
        on = session is not None and session.checks_in and session.present(guest.person)
        return self._page(guest, None if on else "arrive.off", on=on)

    async def _check_in(self, request: Request, guest: Guest) -> Response:
        fields = await fields_of(request)
        if not guest.visit.sent_by_the_page(fields.get("token", "")):
            return self._page(guest, "outcome.expired_form")
        step = await self._step(guest, fields)
        done = step in (CheckInStep.CHECKED_IN, CheckInStep.TRYING, CheckInStep.ASKED)
        if step is None:
            return self._page(guest, "enter.nothing")
        return self._page(guest, _LEADS_TO[step], on=not done and step is not CheckInStep.OFF)

    async def _step(self, guest: Guest, fields: Mapping[str, str]) -> CheckInStep | None:
        """What a claim led to; ``None``: it does not hold."""
        desk, session, claim = self._enrollment.desk, guest.session, claim_of(fields)
        if session is None or not session.checks_in:
            return CheckInStep.OFF
        claimed = await desk.claim(claim) if claim else None
        if claimed is None:
            return None
        if fields.get("by") != "face":
            desk.forget(claimed.ticket)  # nobody is to be compared
            return await session.check_in(guest.person, claimed)
        by_face = claimed.by_face()
        if by_face.assurance != "face":
            return CheckInStep.USE_CODE
        return await session.check_in(guest.person, by_face)

    async def _challenge(self, request: Request, guest: Guest) -> Response:
        return challenge(self._enrollment.desk.passkeys.to_show())

    def _page(self, guest: Guest, said: str | None, *, on: bool = True) -> Response:
        values = {
            "outcome": said and words(guest.language).say(said),
            "allowed": self._enrollment.allowed,
            "Chosen": Chosen,
            "on": on,
        }
        return self._door.page(guest, "arrive.html", values)
