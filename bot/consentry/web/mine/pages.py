"""One's own page: ways to check in that can be made and deleted, the receipt, and the way out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from consentry.config.people import Chosen
from consentry.errors import ConsentError
from consentry.people.person import Kind, Person
from consentry.people.pin import digits, is_pin
from consentry.people.terms import face_offer
from consentry.web.claiming import challenge
from consentry.web.forms import back_to, fields_of, file_of
from consentry.web.mine.arrivals import in_words
from consentry.web.mine.entering import Entering, Premises, speak
from consentry.web.mine.visits import Visit
from consentry.web.rendering import read_language
from consentry.words.catalog import spoken, words

OUTCOMES = frozenset(
    {
        "begun",
        "opened",
        "passkey",
        "pin",
        "bad_pin",
        "pin_on",
        "by_pin",
        "removed",
        "many",
        "face",
        "face_deleted",
        "twin",
        "no_twin",
        "left",
        "arrivals",
        "language",
        "stale",
    }
)
"""What the address may say came of an act; the words are ``done.<outcome>``."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody on their own page."""

    visit: Visit
    person: Person
    language: str


Serve = Callable[[Request, Caller, Mapping[str, str]], Awaitable[Response]]
"""With the fields of a form; those of none where there is no form."""


class MinePages:
    """``/mine``: everything on it is the visitor's own."""

    def __init__(self, premises: Premises, entering: Entering) -> None:
        self._premises = premises
        self._entering = entering
        self._people = premises.enrollment.people
        self._path = premises.path

    def routes(self) -> list[BaseRoute]:
        acts = {
            "/language": self._speak,
            "/pin": self._set_pin,
            "/link": self._enrolling(self._new_link),
            "/remove": self._remove,
            "/look-alike": self._look_alike,
            "/face/delete": self._delete_face,
            "/passkey/challenge": self._ask_for_passkey,
            "/passkey/secret": self._ask_for_secret,
            "/passkey": self._enrolling(self._add_passkey),
            "/left": self._left,
            "/arrivals/delete": self._delete_arrivals,
            "/receipt": self._receipt,
            "/delete": self._delete,
            "/leave": self._leave,
        }
        guarded = self._premises.guarded
        return [
            Route("/mine", guarded(self._show), methods=["GET"]),
            *(
                Route(f"/mine{at}", guarded(self.acted(act)), methods=["POST"])
                for at, act in acts.items()
            ),
        ]

    async def caller(self, request: Request) -> Caller | None:
        """Whose page it is; ``None``: nobody's, and the way in is shown."""
        visit = self._premises.visits.of(request)
        person = await self._people.person(visit.person) if visit else None
        if visit is None or person is None:
            return None
        return Caller(visit, person, read_language(request))

    def acted(self, serve: Serve) -> Callable[[Request], Awaitable[Response]]:
        """``serve`` for a form of the visitor's own page."""

        async def acting(request: Request) -> Response:
            caller = await self.caller(request)
            if caller is None:
                return RedirectResponse(f"{self._premises.root}/i", 303)
            fields = dict(await fields_of(request))
            if not caller.visit.sent_by_the_page(fields.pop("token", "")):
                return back_to(self._path, "stale")
            return await serve(request, caller, fields)

        return acting

    def _enrolling(self, serve: Serve) -> Serve:
        """``serve`` for who may make what lasts."""

        async def enrolling(
            request: Request, caller: Caller, fields: Mapping[str, str]
        ) -> Response:
            if not caller.visit.visitor.may_enroll:
                return back_to(self._path, "by_pin")
            return await serve(request, caller, fields)

        return enrolling

    def page(self, caller: Caller, template: str, values: Mapping[str, object]) -> Response:
        """A page of ``caller``'s."""
        filled: dict[str, Any] = {
            **values,
            "person": caller.person,
            "path": self._path,
            "token": caller.visit.token,
            "may_enroll": caller.visit.visitor.may_enroll,
            "Kind": Kind,
            "Chosen": Chosen,
        }
        return self._premises.rendering.page(template, caller.language, **filled)

    async def _show(self, request: Request) -> Response:
        if (caller := await self.caller(request)) is None:
            return self._entering.page(request)
        asked = request.query_params.get("outcome")
        said = words(caller.language).say(f"done.{asked}") if asked in OUTCOMES else None
        return await self._view(caller, said)

    async def _view(self, caller: Caller, said: str | None, link: str | None = None) -> Response:
        offer, enrollment = face_offer(), self._premises.enrollment
        arrivals = await self._people.roll.of(caller.person.id)
        values = {
            "outcome": said,
            "arrivals": in_words(arrivals, words(caller.language)),
            "listed": self._premises.calls.lists(caller.person.id),
            "link": link,
            "allowed": enrollment.allowed,
            "purpose": offer.shown(offer.terms().version, caller.language),
            "receipt": await enrollment.proofs.receipt(caller.person.id) is not None,
        }
        return self.page(caller, "mine.html", values)

    # Ways.

    async def _set_pin(
        self, request: Request, caller: Caller, fields: Mapping[str, str]
    ) -> Response:
        pin = digits(fields.get("pin", ""))
        if Chosen.PIN not in self._premises.enrollment.allowed or not is_pin(pin):
            return back_to(self._path, "bad_pin")
        self._premises.visits.end_others(caller.visit)
        kept = await self._premises.enrollment.desk.hashing.hash(pin)
        try:
            await self._people.set_pin(caller.person.id, kept)
        except ConsentError:
            return back_to(self._path, "many")
        return await self._chosen(caller, "pin")

    async def _new_link(
        self, request: Request, caller: Caller, fields: Mapping[str, str]
    ) -> Response:
        """It is shown in the answer, this once: what is kept can't show it."""
        if Chosen.LINK not in self._premises.enrollment.allowed:
            return back_to(self._path, "stale")
        self._premises.visits.end_others(caller.visit)
        try:
            token = await self._people.new_link(caller.person.id)
        except ConsentError:
            return back_to(self._path, "many")
        if caller.person.of(Kind.LINK):
            await self._premises.enrollment.proofs.settle(caller.person.id)
        await self._people.end_invitation(caller.person.id)
        fresh = await self.caller(request)
        url = f"{self._premises.enrollment.address.url}/i#{token}"
        return await self._view(fresh or caller, None, url)

    async def _remove(
        self, request: Request, caller: Caller, fields: Mapping[str, str]
    ) -> Response:
        self._premises.visits.end_others(caller.visit)
        self._premises.enrollment.desk.tickets.forget_person(caller.person.id)
        await self._people.remove_way(caller.person.id, fields.get("way", ""))
        await self._premises.enrollment.proofs.settle(caller.person.id)
        return back_to(self._path, "removed")

    async def _ask_for_passkey(
        self, request: Request, caller: Caller, fields: Mapping[str, str]
    ) -> Response:
        return challenge(await self._premises.enrollment.desk.passkeys.to_make(caller.person))

    async def _ask_for_secret(
        self, request: Request, caller: Caller, fields: Mapping[str, str]
    ) -> Response:
        """Of browsers whose passkeys give their secret when they are shown, not when made."""
        return challenge(self._premises.enrollment.desk.passkeys.to_show())

    async def _add_passkey(
        self, request: Request, caller: Caller, fields: Mapping[str, str]
    ) -> Response:
        passkeys = self._premises.enrollment.desk.passkeys
        made = passkeys.made(fields.get("challenge", ""), fields.get("credential", ""))
        if made is None or Chosen.PASSKEY not in self._premises.enrollment.allowed:
            return back_to(self._path, "stale")
        if made.opener is None and fields.get("assertion"):
            made = passkeys.with_secret(made, fields.get("second", ""), fields["assertion"])
        try:
            await self._people.add_passkey(caller.person.id, made)
        except ConsentError:
            return back_to(self._path, "many")
        return await self._chosen(caller, "passkey")

    async def _chosen(self, caller: Caller, outcome: str) -> Response:
        """They have a way: the invitation has done its work."""
        await self._people.end_invitation(caller.person.id)
        return back_to(self._path, outcome)

    # The face.

    async def _look_alike(
        self, request: Request, caller: Caller, fields: Mapping[str, str]
    ) -> Response:
        has = fields.get("has") == "yes"
        self._premises.enrollment.desk.tickets.forget_person(caller.person.id)
        await self._people.declare_look_alike(caller.person.id, has)
        if has:
            await self._premises.enrollment.proofs.withdraw(caller.person.id)
        return back_to(self._path, "twin" if has else "no_twin")

    async def _delete_face(
        self, request: Request, caller: Caller, fields: Mapping[str, str]
    ) -> Response:
        self._premises.enrollment.desk.tickets.forget_person(caller.person.id)
        await self._premises.enrollment.proofs.withdraw(caller.person.id)
        return back_to(self._path, "face_deleted")

    # When they came.

    async def _left(self, request: Request, caller: Caller, fields: Mapping[str, str]) -> Response:
        await self._premises.calls.depart(caller.person.id)
        return back_to(self._path, "left")

    async def _delete_arrivals(
        self, request: Request, caller: Caller, fields: Mapping[str, str]
    ) -> Response:
        await self._people.roll.erase(caller.person.id)
        return back_to(self._path, "arrivals")

    # Everything.

    async def _receipt(
        self, request: Request, caller: Caller, fields: Mapping[str, str]
    ) -> Response:
        issued = await self._premises.enrollment.proofs.receipt(caller.person.id)
        if issued is None:
            return back_to(self._path, "stale")
        return file_of(issued.jws.encode(), "receipt.jws", "application/jose")

    async def _delete(
        self, request: Request, caller: Caller, fields: Mapping[str, str]
    ) -> Response:
        if fields.get("sure") != "yes":
            return back_to(self._path, "stale")
        enrollment = self._premises.enrollment
        enrollment.desk.tickets.forget_person(caller.person.id)
        issued = await enrollment.proofs.erase(caller.person.id)
        self._premises.visits.end(caller.person.id)
        jws = issued.jws if issued else None
        return self._premises.rendering.page("mine_deleted.html", caller.language, jws=jws)

    async def _leave(self, request: Request, caller: Caller, fields: Mapping[str, str]) -> Response:
        self._premises.visits.end_one(caller.visit)
        return self._entering.page(request, "enter.left")

    async def _speak(self, request: Request, caller: Caller, fields: Mapping[str, str]) -> Response:
        language = spoken(fields.get("language"))
        if language is None:
            return back_to(self._path, "stale")
        response = back_to(self._path, "language")
        speak(response, self._premises.root, language)
        return response
