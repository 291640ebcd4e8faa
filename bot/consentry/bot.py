"""A bot as configured: its plugins, its engines, and the plan of each call it joins."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Self
from urllib.parse import urlsplit

from consentry.call.plan import Plan
from consentry.checkin.check import FaceWork
from consentry.checkin.desk import FaceDesk
from consentry.config.loading import make_plugins
from consentry.config.people import Chosen
from consentry.config.sections import Config
from consentry.consent.ledger import MemoryLedger
from consentry.consent.notice import Offer
from consentry.consent.owner import OwnerCode
from consentry.consent.purpose import ENGLISH, Mode, Purpose
from consentry.engines.face.loading import face_version, prepare, spec_of
from consentry.engines.language import OpenAILanguageModel
from consentry.engines.models import pin_of
from consentry.engines.speech import WhisperSpeech, preparation
from consentry.engines.voice_activity import SileroVad
from consentry.engines.whisper import WhisperSpec
from consentry.errors import JoinRefused, SetupError
from consentry.ledger.log import Log, log_of
from consentry.loop_lag import LoopLag
from consentry.metrics import Metrics
from consentry.people.enrollment import Enrollment, FaceWorkers, enrolling
from consentry.plugin import CallInfo, Context, Plugin
from consentry.receipts.building import Issuer
from consentry.receipts.call import CallReceipts, Office
from consentry.receipts.call import Link as PageLink
from consentry.registry import version_of
from consentry.store.archive import Archive
from consentry.store.calls import CallFacts
from consentry.store.opening import Store, store_of
from consentry.store.sweeper import Sweeper
from consentry.tile.fonts import Fonts
from consentry.tile.publisher import TileOptions
from consentry.tracing import exporting, silent
from consentry.words.catalog import first_spoken, words
from consentry.workers import Workers

log = logging.getLogger(__name__)

Link = Callable[[str, str], str | None]
"""From a call's id and a participant's id to their personal page."""

REMEMBERED = timedelta(days=1)
"""How long a call is known of that left nothing behind, at least."""
NewLink = Callable[[str, str], Awaitable[str | None]]
"""The same, to a new address: the one before it ends."""


async def _no_page(call: str, person: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class CallOptions:
    """What differs between the calls of one bot."""

    title: str
    today: date
    link: Link = lambda call, person: None
    renew_link: NewLink = _no_page
    alone_for: float | None = None
    """Seconds without anybody after which the bot leaves; None: it waits for ever."""
    owner_code: OwnerCode | None = None
    """None: a new one for each call."""
    stack: str = "room"
    """Where the call is; the ledger says so."""
    address: str | None = None
    """Where it is there: the next call at the same address is known to follow this one."""


class Bot:
    """Engines and plugins of one configuration, shared by all its calls.

    Entering starts the workers where a plugin needs them; their models load in the background
    (:meth:`warm_up` waits for that). PluginError where an enabled plugin can't be loaded,
    SetupError where the font of the tile can't be.
    """

    def __init__(self, config: Config, metrics: Metrics | None = None) -> None:
        self.config = config
        self.metrics = metrics or Metrics()
        self._plugins = make_plugins(config)
        self._spec = WhisperSpec(f"whisper-{config.speech.model}", config.speech.threads)
        self._workers = Workers(
            config.speech.processes if self._needs("speech") else 1,
            prepare=preparation(self._spec) if self._needs("speech") else None,
        )
        self._tracer = silent()
        self._running = AsyncExitStack()
        self._voice_activity: SileroVad | None = None
        self._language_model: OpenAILanguageModel | None = None
        self.store: Store | None = None
        """What is kept, while the bot runs; None where nothing is."""
        self._office: Office | None = None
        """Hands out receipts, where a ledger is kept."""
        self.enrollment: Enrollment | None = None
        """Who may check in, while the bot runs; None where nobody may."""
        self._faces = face_workers_of(config)
        self.face_checks: FaceDesk | None = None
        """Where tries to check in by face begin, while the bot runs; None where there are none."""
        self._fonts = Fonts(config.tile.font) if config.tile.enabled else None

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            self._tracer = stack.enter_context(exporting(self.config.tracing.endpoint))
            self._workers.tracer = self._tracer
            await stack.enter_async_context(self._workers)
            lag = LoopLag(self.metrics)
            if (metrics := self.config.metrics).enabled:
                stack.enter_context(self.metrics.serving(metrics.host, metrics.port, lag.health))
            if self._faces is not None:
                await stack.enter_async_context(self._faces.workers)
            if self._keeps_calls():
                await self._open_store(stack)
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            stack.callback(tasks.create_task(lag.run(), name="loop-lag").cancel)
            self._load_engines()
            self._running = stack.pop_all()
        return self

    async def _open_store(self, stack: AsyncExitStack) -> None:
        store = self.store = await stack.enter_async_context(store_of(self.config.storage))
        store.try_writing()
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        keeps = (plugin.purpose.keep or REMEMBERED for plugin in self._plugins)
        sweeper = Sweeper(store, max((REMEMBERED, *keeps)))
        stack.callback(tasks.create_task(sweeper.run(), name="sweeper").cancel)
        if self.config.ledger.enabled:
            log = await stack.enter_async_context(log_of(store))
            self._office = office_of(self.config, store, log)
        if self.config.people is not None:
            register = enrolling(self.config, store, self._office, self._faces)
            self.enrollment = await stack.enter_async_context(register)
            if self._faces is not None:
                work = FaceWork(self._faces.workers, self._faces.spec, self.metrics)
                now = asyncio.get_running_loop().time
                desk = self.enrollment.desk
                self.face_checks = FaceDesk(work, desk, secrets.SystemRandom(), now)

    def receipts(self, archive: Archive, link: PageLink) -> CallReceipts | None:
        """The ledger of the call whose ``archive`` it is, and people's receipts; ``link`` gives
        their pages. None where no ledger is kept."""
        return None if self._office is None else self._office.receipts(archive, link)

    def _load_engines(self) -> None:
        if self._needs("voice_activity"):
            self._voice_activity = SileroVad()
        if (endpoint := self.config.language_model) is not None:
            key = endpoint.api_key.get_secret_value() if endpoint.api_key else None
            self._language_model = OpenAILanguageModel(
                endpoint.base_url, endpoint.model, api_key=key, timeout=endpoint.timeout
            )

    async def __aexit__(self, *exc: object) -> None:
        await self._running.aclose()

    async def warm_up(self) -> None:
        """Wait until the models are loaded; ModelMissing or ModelCorrupt where they can't be."""
        await self._workers.warm_up()
        if self._faces is not None:
            await self._faces.workers.warm_up()

    @asynccontextmanager
    async def calling(self, options: CallOptions) -> AsyncIterator[Plan]:
        """The plan of a new call, whose beginning and end are written down. One that the block
        fails in did not end: it was cut off, as by a crash.

        Where the last call in that room was cut off, what people refused in it is not known:
        whatever would begin after a notice takes everybody's yes then.
        """
        plan = self.plan(options)
        if self.store is None:
            yield plan
            return
        cut_off = await self._begin(self.store, plan, options)
        try:
            yield _opt_in(plan) if cut_off else plan
        except JoinRefused:
            await self._end(self.store, plan.call)  # nobody was met in it
            raise
        await self._end(self.store, plan.call)

    async def _end(self, store: Store, call: str) -> None:
        try:
            await store.calls.end(call)
        except SetupError as exc:
            log.error("the end of a call could not be written down: %s", exc)

    async def _begin(self, store: Store, plan: Plan, options: CallOptions) -> bool:
        room = store.calls.room(options.stack, options.address) if options.address else None
        language = self.config.call.language
        day = options.today.isoformat()
        try:
            return await store.calls.begin(CallFacts(plan.call, options.title, day, language, room))
        except SetupError as exc:
            log.error("the beginning of a call could not be written down: %s", exc)
            return True  # as good as not knowing

    @property
    def keeps(self) -> timedelta:
        """The longest that anything is kept which a plugin of its stores."""
        return max((p.purpose.keep or timedelta() for p in self._plugins), default=timedelta())

    def plan(self, options: CallOptions) -> Plan:
        """A new call. Plugins are made anew for each: no call sees another's state."""
        call = f"c-{secrets.token_hex(8)}"
        info = CallInfo(
            id=call,
            title=options.title,
            date=options.today,
            language=self.config.call.language,
            vocabulary=tuple(self.config.call.vocabulary),
        )
        archive = self.store.archive(call) if self.store else None
        link = partial(options.link, call)
        receipts = self.receipts(archive, link) if archive else None
        return Plan(
            call=call,
            bot=self.config.bot.name,
            plugins=[
                (plugin, offer_of(plugin, self.config)) for plugin in make_plugins(self.config)
            ],
            context=partial(self._context, info, archive),
            link=link,
            renew_link=partial(options.renew_link, call),
            language=info.language,
            alone_for=options.alone_for,
            owner_code=options.owner_code or OwnerCode(),
            ledger=receipts or MemoryLedger(),
            receipts=receipts,
            archive=archive,
            tracer=self._tracer,
            stack=options.stack,
            forget_ticket=self._forget_ticket,
            loaded={plugin.name: self._version(plugin) for plugin in self._plugins},
        )

    def _version(self, plugin: Plugin) -> str:
        """What runs where ``plugin`` does: its package's version, and those of its models."""
        roles = plugin.needs.engines | plugin.needs.optional_engines
        parts = [version_of(plugin.name)]
        if "speech" in roles:
            parts.append(pin_of(self._spec.model))
        if "voice_activity" in roles:
            parts.append(pin_of("silero-vad"))
        if "language_model" in roles and (endpoint := self.config.language_model) is not None:
            parts.append(endpoint.model)
        if "face" in roles and self._faces is not None:
            parts.append(face_version(self._faces.spec))
        return "; ".join(parts)

    def tile(self, link: str | None) -> TileOptions | None:
        """The bot's picture in a call whose public page is ``link``; None if there is to be
        none."""
        if self._fonts is None:
            return None
        rate = self.config.tile.frames_per_second
        return TileOptions(self.config.bot.name, link, self._fonts, rate)

    def _context(self, info: CallInfo, archive: Archive | None, name: str) -> Context:
        plugin = next(p for p in self._plugins if p.name == name)
        roles = plugin.needs.engines | plugin.needs.optional_engines
        vad = self._voice_activity
        vault = archive.vault(name, plugin.purpose.keep) if archive else None
        return Context(
            call=info,
            run=self._workers.run,
            speech=self._speech() if "speech" in roles else None,
            voice_activity=vad.stream if vad and "voice_activity" in roles else None,
            language_model=self._language_model if "language_model" in roles else None,
            vault=vault if "vault" in roles else None,
            faces=self.face_checks if "face" in roles else None,
        )

    def _forget_ticket(self, ticket: str) -> None:
        if self.enrollment is not None:
            self.enrollment.desk.forget(ticket)

    def _speech(self) -> WhisperSpeech:
        return WhisperSpeech(self._workers, self._spec, self._tracer)

    def _keeps_calls(self) -> bool:
        """Whether there is a store: what begins after a notice has to know of a call that was cut
        off, even where nothing else is kept."""
        notices = any(entry.mode is Mode.NOTICE for entry in self.config.plugins.values())
        enrolled = self.config.people is not None
        return self.config.ledger.enabled or self._needs("vault") or notices or enrolled

    def _needs(self, role: str) -> bool:
        return any(role in p.needs.engines | p.needs.optional_engines for p in self._plugins)


def _opt_in(plan: Plan) -> Plan:
    """``plan`` with nothing that begins without a yes."""
    return replace(plan, plugins=[(plugin, offer.careful()) for plugin, offer in plan.plugins])


def office_of(config: Config, store: Store, log: Log) -> Office:
    """What hands out the receipts of this configuration's calls, of which ``log`` tells."""
    return Office(store.database, log, issuer_of(config), store.now)


def face_workers_of(config: Config) -> FaceWorkers | None:
    """What looks at faces, not started yet; None where nobody may use theirs."""
    if Chosen.FACE not in config.chosen:
        return None
    spec = spec_of(config.face)
    return FaceWorkers(Workers(config.face.processes, prepare=partial(prepare, spec)), spec)


def issuer_of(config: Config) -> Issuer:
    """Who issues the receipts of this configuration's calls."""
    controller = config.controller
    return Issuer(
        config.bot.name,
        controller.name,
        controller.contact,
        controller.jurisdiction,
        controller.storage_location,
    )


def offer_of(plugin: Plugin, config: Config) -> Offer:
    """The purpose of ``plugin`` as this configuration runs it."""
    enabled = config.plugins[plugin.name]
    purpose = replace(plugin.purpose, mode=enabled.mode)
    roles = plugin.needs.engines | plugin.needs.optional_engines
    if "language_model" in roles and (model := config.language_model) is not None:
        # Who agrees must know where their words go; another endpoint is another question.
        purpose = _read_by(purpose, urlsplit(model.base_url).hostname or "")
    return Offer(plugin.name, purpose, enabled.mode, enabled.grace, plugin.needs.media)


def _read_by(purpose: Purpose, host: str) -> Purpose:
    """``purpose`` with the language model at ``host`` among the recipients, in each language."""

    def told(language: str) -> str:
        recipients = purpose.words(language).recipients
        return words(first_spoken((language,))).say("terms.model", recipients=recipients, host=host)

    translations = {
        language: replace(translated, recipients=told(language))
        for language, translated in purpose.translations.items()
    }
    return replace(purpose, recipients=told(ENGLISH), translations=translations)
