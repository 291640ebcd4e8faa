"""Takes a photo for a face template: in memory, with its person's yes before anything of it is
looked at."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from consentry.config.people import Chosen
from consentry.errors import ConsentError
from consentry.people.person import Kind
from consentry.people.photos import MAX_PHOTO_BYTES, Looked
from consentry.people.terms import face_offer
from consentry.web.claiming import said_json
from consentry.web.mine.entering import Premises
from consentry.web.mine.pages import Caller, MinePages
from consentry.words.catalog import words


class PhotoDesk:
    """``POST /mine/face``: the bytes of a photo, and in headers the token of the page and the
    version of the terms that it showed. The photo is held here alone, and by the worker that looks
    at it."""

    def __init__(self, premises: Premises, pages: MinePages) -> None:
        self._premises = premises
        self._pages = pages

    def routes(self) -> list[BaseRoute]:
        return [Route("/mine/face", self._premises.guarded(self._take), methods=["POST"])]

    async def _take(self, request: Request) -> Response:
        try:
            return await self._answer(request)
        except ConsentError:  # who was deleted meanwhile
            return self._back("stale")

    async def _answer(self, request: Request) -> Response:
        caller = await self._pages.caller(request)
        if caller is None or not self._may(request, caller):
            return self._back("stale")
        photo = await _body(request)
        photos = self._premises.enrollment.photos
        if photo is None or photos is None:
            return self._unreadable(caller)
        # Taken before the yes is: whatever they say after it counts.
        state = await self._premises.enrollment.people.face_state(caller.person.id)
        proofs = self._premises.enrollment.proofs
        if await proofs.standing(caller.person.id) != face_offer().terms().version:
            await proofs.agreed(caller.person.id, caller.language)
        return await self._made(caller, state, await photos.look(photo))

    def _may(self, request: Request, caller: Caller) -> bool:
        """Whether it is from the page, with a yes to the terms as they are now."""
        sent = caller.visit.sent_by_the_page(request.headers.get("x-consentry-token", ""))
        version = request.headers.get("x-consentry-version")
        may = Chosen.FACE in self._premises.enrollment.allowed and not caller.person.look_alike
        opens = any(way.opens for way in caller.person.chosen if way.kind is not Kind.PIN)
        may = may and opens and caller.visit.visitor.may_enroll
        return sent and may and version == face_offer().terms().version

    async def _made(self, caller: Caller, state: bytes, looked: Looked) -> Response:
        if not looked.readable:
            return self._unreadable(caller)
        if looked.made is None:
            said = words(caller.language)
            return said_json({"advice": [said.say(f"photo.{one}") for one in looked.advice]})
        person, enrollment = caller.person.id, self._premises.enrollment
        enrollment.desk.tickets.forget_person(person)
        kept = await enrollment.people.put_face(person, looked.made, state)
        return self._back("face" if kept else "stale")

    def _unreadable(self, caller: Caller) -> Response:
        return said_json({"advice": [words(caller.language).say("done.no_photo")]})

    def _back(self, outcome: str) -> Response:
        return said_json({"next": f"{self._premises.path}?outcome={outcome}"})


async def _body(request: Request) -> bytes | None:
    """What was sent; ``None`` where it is more than a photo may be. It is never spooled."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_PHOTO_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)
