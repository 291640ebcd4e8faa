"""Pages made from templates, in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse

from consentry.words.catalog import LANGUAGES, Words, accepted, first_spoken, words

LANGUAGE_COOKIE = "consentry_language"


def read_language(request: Request, chosen: str | None = None, otherwise: str | None = None) -> str:
    """What the reader of a page reads: what they chose on it or in the call, then what their
    browser says, ``otherwise`` this."""
    asked, kept = request.query_params.get("language"), request.cookies.get(LANGUAGE_COOKIE)
    browser = accepted(request.headers.get("accept-language", ""))
    return first_spoken((asked, chosen, kept, *browser, otherwise))


class Rendering:
    """Fills templates. ``root`` is the path under which the server is reached from outside."""

    def __init__(self, root: str = "") -> None:
        self.root = root
        loader = FileSystemLoader(Path(__file__).with_name("templates"))
        self._templates = Environment(loader=loader, autoescape=True, trim_blocks=True)
        self._templates.globals["root"] = root
        self._templates.globals["languages"] = [(c, words(c).say("self.name")) for c in LANGUAGES]
        self._templates.globals["iso"] = _iso

    def page(
        self, template: str, language: str, status: int = 200, **values: object
    ) -> HTMLResponse:
        """``template`` in ``language``; what is on it is its reader's alone, and stored nowhere."""
        said: Words = words(language)
        html = self._templates.get_template(template).render(words=said, say=said.say, **values)
        headers = {"Cache-Control": "no-store", "Content-Language": language}
        return HTMLResponse(html, status, headers)


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
