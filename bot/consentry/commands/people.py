"""``consentry people``: who may check in. What they choose, they choose on their own page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from consentry.bot import office_of
from consentry.commands.options import ConfigOption
from consentry.config.loading import DEFAULT_PATH, load_config
from consentry.config.sections import Config
from consentry.errors import ConfigError, ConsentError, SetupError
from consentry.ledger.log import log_of
from consentry.people.person import Kind, Person
from consentry.people.proofs import Proofs
from consentry.people.registry import People
from consentry.store.opening import store_of

T = TypeVar("T")

app = typer.Typer(
    name="people",
    help="Who may check in: they enroll themselves, by an invitation.",
    no_args_is_help=True,
)

PersonId = Annotated[str, typer.Argument(help="Their id: `consentry people list` names all.")]


@app.command()
def invite(
    name: Annotated[str, typer.Argument(help="What they are called.")],
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Make an invitation for somebody to enroll. It lasts a week, or until they chose a way."""

    async def work(register: Register) -> tuple[Person, str]:
        return await register.people.invite(name)

    settings = _settings(config)
    person, token = asyncio.run(_with(settings, work))
    typer.echo(f"{person.id}: send them this, and nobody else:")
    typer.echo(enrollment_url(settings, token))


@app.command()
def link(person: PersonId, config: ConfigOption = DEFAULT_PATH) -> None:
    """A new invitation for somebody who lost their ways. The one before it ends."""

    async def work(register: Register) -> str:
        return await register.people.invite_again(person)

    settings = _settings(config)
    token = asyncio.run(_with(settings, work))
    typer.echo(enrollment_url(settings, token))


@app.command(name="list")
def show(config: ConfigOption = DEFAULT_PATH) -> None:
    """Everybody, with their ways to check in."""

    async def work(register: Register) -> list[Person]:
        return await register.people.known()

    known = asyncio.run(_with(_settings(config), work))
    for person in known:
        typer.echo(_line(person))
    if not known:
        typer.echo("Nobody is enrolled or invited.")


@app.command()
def delete(
    person: PersonId,
    receipt: Annotated[
        Path, typer.Option(help="Where their last receipt is written to; it is theirs to have.")
    ],
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Delete somebody: their keys are destroyed, so that no copy of their face template or of
    anything else opens any more, and the ledger says so."""

    async def work(register: Register) -> str | None:
        if await register.people.person(person) is None:
            # Rows without a key are nobody's any more; they go too.
            if await register.people.delete(person):
                return None
            raise ConsentError("there is nobody with that id; `consentry people list` names all")
        issued = await register.proofs.erase(person)
        return issued.jws if issued else None

    _check_that_it_can_be_written(receipt)
    jws = asyncio.run(_with(_settings(config), work))
    typer.echo(f"{person} is deleted, and the keys are destroyed.")
    if jws is not None:
        receipt.write_text(jws, encoding="ascii")
        typer.echo(f"{receipt}: the receipt, for them")


class Register:
    """The register, and its proofs."""

    def __init__(self, people: People, proofs: Proofs) -> None:
        self.people = people
        self.proofs = proofs


def enrollment_url(config: Config, token: str) -> str:
    """Where somebody enrolls. ConfigError where nobody could reach it."""
    room = config.room
    url = config.web.public_url or room.public_url or f"http://localhost:{room.port}"
    return f"{url}/enroll#{token}"


def _settings(path: Path) -> Config:
    config = load_config(path)
    if config.people is None:
        raise ConfigError(f"{path}: add a section `people: {{}}`, so that people can enroll")
    return config


async def _with(config: Config, work: Callable[[Register], Awaitable[T]]) -> T:
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(store_of(config.storage))
        office = None
        if config.ledger.enabled:
            log = await stack.enter_async_context(log_of(store))
            office = office_of(config, store, log)
        people = People(store)
        return await work(Register(people, Proofs(store, people, office)))


def _check_that_it_can_be_written(path: Path) -> None:
    if path.exists() or not path.parent.is_dir():
        raise SetupError(f"{path}: name a file that is not there yet, in a folder that is")


def _line(person: Person) -> str:
    ways = [_counted(kind, len(person.of(kind))) for kind in Kind if person.of(kind)]
    ways += ["face"] if person.face else []
    ways += ["look-alike"] if person.look_alike else []
    since = datetime.fromtimestamp(person.created, UTC).date().isoformat()
    return f"{person.id}  {since}  {person.name}  {', '.join(ways) or 'no way to check in'}"


def _counted(kind: Kind, count: int) -> str:
    return kind.value if count == 1 else f"{count} {kind.value}s"
