"""One stay in a room of Janus's and in the text room beside it: who is there, and what is taken."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from consentry.connectors.driver import Happening, Reachable, Setting, Subscription
from consentry.connectors.hearing import Hearing
from consentry.connectors.janus import happenings as janus
from consentry.connectors.janus import words
from consentry.connectors.janus.codes import Codes
from consentry.connectors.janus.connection import Doings
from consentry.connectors.janus.frames import FeedId
from consentry.connectors.janus.media import AtJanus, Media
from consentry.connectors.janus.people import People
from consentry.connectors.janus.signaling import JanusClient
from consentry.connectors.janus.texting import TextCallbacks, Texting
from consentry.connectors.janus.textroom import Came, Ready, TextHappening, Went, Wrote
from consentry.connectors.janus.ties import Outcome, Tied, Ties, Told, Untied
from consentry.events import Joined, Left, Participant, VideoFrame
from consentry.rtc.link import LinkContext

TICKS_PER_REPORT = 20
MAX_ANSWERS = 5
"""Times that one who is not known is told how to be, while they are there."""


@dataclass(frozen=True, slots=True)
class VisitContext:
    """What the stays of one call share."""

    entry: janus.Entry
    setting: Setting
    link: LinkContext
    people: People
    codes: Codes
    hearing: Hearing
    emit: Callable[[Happening], None]
    forget: Callable[[Participant], None]
    """They are not to be reached any more."""


class Visit:
    """The bot in both rooms, in a TaskGroup of the owner's, who calls :meth:`tick` every 50 ms.

    :meth:`receive` takes what Janus says; what it is to be told comes out of :meth:`data_to_send`
    once ``to_send`` was called.
    """

    def __init__(
        self, context: VisitContext, tasks: asyncio.TaskGroup, to_send: Callable[[], None]
    ) -> None:
        self._context = context
        self._setting = context.setting
        self._to_send = to_send
        self._client = JanusClient(context.entry)
        self._ties = Ties(context.codes)
        self._persons: dict[FeedId, janus.Person] = {}
        self._known: dict[FeedId, Participant] = {}
        """Who is in the call, as the session was told."""
        self._wanted: dict[str, Subscription] = {}
        self._answered: Counter[str] = Counter()
        self._lines = itertools.count(1)
        self._ticks = itertools.count(1)
        self._texting: Texting | None = None
        self.settled = asyncio.Event()
        """Set once the bot is in both rooms, or will not be."""
        self.over: asyncio.Future[janus.Over | janus.Lost] = (
            asyncio.get_running_loop().create_future()
        )
        doings = Doings(self._answer, self._refused)
        at_janus = AtJanus(self._take, self._resize, self._drop, doings, self._setting.clock)
        self._media = Media(context.link, at_janus, tasks)
        if context.entry.text_room is not None:
            callbacks = TextCallbacks(
                self._connect_text, self._heard, self._blind, self._setting.clock, doings
            )
            self._texting = Texting(context.entry, context.link, callbacks)
            connection = self._texting.connection
            self._texting_runs = tasks.create_task(connection.run(), name="janus-text")

    def open(self) -> None:
        """Go in."""
        self._client.open()
        self._to_send()

    def close(self) -> None:
        """Leave both rooms, and take no more of anybody."""
        self._client.close()
        self._media.close()
        if self._texting is not None:
            self._texting_runs.cancel()

    def farewell(self) -> None:
        """The stay is over and the call is not: whoever is there next may be anybody."""
        for id_ in self._context.people.present:
            self._farewell(id_)

    def receive(self, text: str | bytes) -> None:
        """Janus says something; SignalingError if it can't be read."""
        for happening in self._client.receive(text):
            self._happened(happening)
        self._to_send()

    def data_to_send(self) -> list[str]:
        """What has to go out now, in order; each is returned once."""
        return self._client.data_to_send()

    def tick(self) -> None:
        """Time passed."""
        for happening in self._client.handle_timeout(self._setting.clock()):
            self._happened(happening)
        self._media.tick()
        if self._texting is not None:
            self._texting.tick()
        if next(self._ticks) % TICKS_PER_REPORT == 0:
            self._media.report()
        self._to_send()

    def lost(self) -> None:
        """The socket is closed."""
        self._finish(janus.Lost())

    def want(self, subscription: Subscription) -> None:
        """Take this and no more."""
        feed = self._context.people.feed(subscription.participant)
        if feed is None or feed not in self._known:
            return
        self._wanted[subscription.participant] = subscription
        self._settle(feed)
        self._to_send()

    def seen(self, frame: VideoFrame) -> None:
        """A picture came of somebody's camera."""
        self._media.seen(frame)

    # What is said to people.

    def reached(self) -> Mapping[str, Participant]:
        """Everybody to whom something can be said, by id."""
        return {who.id: who for feed, who in self._known.items() if self._ties.username(feed)}

    def whisper(self, person: str, text: str) -> None:
        """Lines for one person's eyes."""
        if self._texting is not None and (username := self._username(person)) is not None:
            self._texting.whisper(username, text)

    def signed(self, person: str, text: str) -> None:
        """What one person's consentry.js reads."""
        if self._texting is not None and (username := self._username(person)) is not None:
            self._texting.signed(username, text)

    def announce(self, text: str) -> None:
        """Lines for everybody's eyes."""
        if self._texting is not None:
            self._texting.announce(text)

    def _username(self, person: str) -> str | None:
        feed = self._context.people.feed(person)
        return None if feed is None else self._ties.username(feed)

    # What happens in the video room.

    def _happened(self, happening: janus.Happening) -> None:
        match happening:
            case janus.Entered():
                if self._texting is None:
                    self.settled.set()
                else:
                    self._texting.expected()
            case janus.Seen(person=person):
                self._saw(person)
            case janus.Gone(id=id_):
                self._farewell(id_)
            case janus.Switched():
                self._media.happened(happening)
            case janus.Offered() | janus.Trickled() | janus.Hung() if (
                happening.connection != janus.TEXT
            ):
                self._media.happened(happening)
            case janus.Offered() | janus.Trickled() | janus.Hung() if self._texting is not None:
                self._texting.happened(happening)
            case janus.Over() | janus.Lost():
                self._finish(happening)

    def _saw(self, person: janus.Person) -> None:
        self._persons[person.id] = person
        outcomes = self._ties.seen(person)
        self._context.people.see(person, self._context.codes.plain(person.display))
        self._follow(outcomes)
        if self._texting is None or self._ties.username(person.id) is not None:
            self._welcome(person.id)
            self._settle(person.id)

    def _farewell(self, id_: FeedId) -> None:
        self._persons.pop(id_, None)
        self._follow(self._ties.gone(id_))
        self._leave(id_)
        self._context.people.miss(id_)

    def _welcome(self, id_: FeedId) -> None:
        """Somebody is known: they are in the call, by the name they have now."""
        participant = self._context.people.of(id_)
        if participant is not None and self._known.get(id_) != participant:
            self._known[id_] = participant
            self._context.emit(Joined(participant, self._setting.clock()))

    def _leave(self, id_: FeedId) -> None:
        """Somebody is gone, or not known any more: nothing of theirs is taken."""
        participant = self._known.pop(id_, None)
        if participant is None:
            return
        self._wanted.pop(participant.id, None)
        self._media.settle(None, participant, None)
        self._context.forget(participant)
        self._context.emit(Left(participant, self._setting.clock()))

    def _settle(self, feed: FeedId) -> None:
        participant = self._known.get(feed)
        if participant is not None:
            wanted = self._wanted.get(participant.id)
            self._media.settle(self._persons.get(feed), participant, wanted)

    # What happens in the text room.

    def _heard(self, happening: TextHappening) -> None:
        match happening:
            case Ready():
                self.settled.set()
            case Came(username=username, display=display):
                self._follow(self._ties.came(username, display))
            case Went(username=username):
                self._answered.pop(username, None)
                self._follow(self._ties.went(username))
            case Wrote():
                self._wrote(happening)
            case janus.Over():
                self._finish(happening)
        self._to_send()

    def _wrote(self, line: Wrote) -> None:
        feed = self._ties.id(line.username)
        participant = None if feed is None else self._known.get(feed)
        signed = words.unwrapped(line.text) if line.whisper else None
        hearing = self._context.hearing
        if participant is None:
            if line.whisper:
                self._introduce(line.username, scripted=signed is not None)
        elif signed is not None:
            hearing.control(participant, signed)
        elif line.whisper:
            hearing.typed(participant, line.text)
        else:
            hearing.chatted(participant, f"line-{next(self._lines)}", line.text)

    def _introduce(self, username: str, *, scripted: bool) -> None:
        """Whoever whispers and is not known is told again how to be."""
        told = self._ties.told(username)
        self._answered[username] += 1
        if told is None or self._texting is None or self._answered[username] > MAX_ANSWERS:
            return
        if scripted:
            self._texting.signed(username, json.dumps({"type": "code", "code": told.code}))
        else:
            self._texting.whisper(username, words.whose_code(told.name, told.code))

    def _blind(self) -> None:
        self._answered.clear()
        self._follow(self._ties.blind())

    def _follow(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            match outcome:
                case Told(username=username, code=code, name=name):
                    if self._texting is not None:
                        self._texting.whisper(username, words.whose_code(name, code))
                case Tied(id=id_, username=username):
                    self._tied(id_, username)
                case Untied(id=id_):
                    self._leave(id_)

    def _tied(self, id_: FeedId, username: str) -> None:
        self._welcome(id_)
        participant = self._known.get(id_)
        if participant is not None and self._texting is not None:
            self._texting.whisper(username, words.tied(participant.name))
            self._context.emit(Reachable(participant))

    # What is asked of Janus.

    def _take(self, feed: FeedId, mid: str, substream: int) -> int:
        connection = self._client.take(feed, mid, substream)
        self._to_send()
        return connection

    def _resize(self, connection: int, substream: int) -> None:
        self._client.resize(connection, substream)
        self._to_send()

    def _drop(self, connection: int) -> None:
        self._client.drop(connection)
        self._to_send()

    def _answer(self, connection: int, sdp: str) -> None:
        self._client.answer(connection, sdp)
        self._to_send()

    def _connect_text(self) -> None:
        self._client.connect_text()
        self._to_send()

    def _refused(self) -> None:
        self._setting.metrics.input_refused.labels(source="signaling").inc()

    def _finish(self, outcome: janus.Over | janus.Lost) -> None:
        if not self.over.done():
            self.over.set_result(outcome)
        self.settled.set()
