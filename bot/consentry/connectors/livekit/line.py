"""One stay in a LiveKit room over the SDK: its events as plain data, commands as its calls."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass

from livekit import rtc
from livekit.rtc.participant import PublishDataError, PublishTranscriptionError
from livekit.rtc.room import EventTypes

from consentry.connectors.livekit import sdk_private
from consentry.connectors.livekit.frames import (
    Data,
    Entered,
    FromRoom,
    Gone,
    Interrupted,
    Message,
    Person,
    Publication,
    Seen,
    SendData,
    SendText,
    SendTranscription,
    Subscribe,
    Text,
)
from consentry.connectors.livekit.reach import answers
from consentry.connectors.livekit.relay import Relay, stands_aside
from consentry.connectors.livekit.signaling import CHAT, MAX_CHAT
from consentry.errors import EndReason, JoinRefused, remedy
from consentry.events import Medium

CONNECT_SECONDS = 5.0
"""For one try; the SDK makes four, and takes half a minute to find that nobody answers."""
LEAVE_SECONDS = 1.0
"""For a join that is broken off to end, and for a leave; who is frozen is not waited for."""
ALONE_SECONDS = 0.3
"""For the SDK to let go of everybody, which takes it a millisecond or two."""
VANISHED_SECONDS = 0.25
"""For the SDK to say that the connection is what ended, where it lets somebody go by itself."""
TEXT_SECONDS = 10.0
"""For a text stream to end; what takes longer is given up."""
MAX_READERS = 32
"""Text streams that are read at once; more are not opened."""

HUMAN = (rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD, rtc.ParticipantKind.PARTICIPANT_KIND_SIP)
READING = (rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD,)

_CHANGES: tuple[EventTypes, ...] = (
    "participant_connected",
    "participant_active",
    "participant_metadata_changed",
    "participant_name_changed",
    "participant_attributes_changed",
    "participant_permissions_changed",
    "track_published",
    "track_unpublished",
    "track_muted",
    "track_unmuted",
)

_SMALL, _FINE = rtc.VideoQuality.VIDEO_QUALITY_LOW, rtc.VideoQuality.VIDEO_QUALITY_MEDIUM
"""Of a camera's layers the lowest, and the one above: of LiveKit's clients that has 640 x 360, or
all of what is no larger than 959 pixels."""

_STATUS = re.compile(r"(?:client|handshake) error: (\d{3})")


@dataclass(frozen=True, slots=True)
class Reports:
    """Who is told what happens on a line."""

    hear: Callable[[FromRoom], None]
    subscribed: Callable[[str, str, rtc.Track], None]
    """Identity, publication, and its track: media comes from now on."""
    unsubscribed: Callable[[str, str], None]
    """Of this publication comes nothing more."""
    ended: Callable[[rtc.DisconnectReason.ValueType], None]
    """The SDK has given up, or was told to."""
    spawn: Callable[[Coroutine[None, None, None]], asyncio.Task[None]]
    """Starts what is to be read beside everything else."""


class Line:
    """Make one, :meth:`connect`, and it reports until it has ended. It is of no use then."""

    def __init__(self, reports: Reports) -> None:
        self._spawn = reports.spawn
        self._hear = reports.hear
        self._room = room = sdk_private.Room()
        self._given_up = False
        """Whether nobody waits for the join any more."""
        self._relay: Relay | None = None
        self._readers: dict[asyncio.Task[None], str] = {}
        """Of text streams, each with its sender, the oldest first."""
        self._vanished: dict[str, asyncio.TimerHandle] = {}
        """Who is gone without a word of the server's, until it is clear what that means."""
        self._told: dict[EventTypes, Callable[..., object]] = {
            **dict.fromkeys(_CHANGES, self._changed),
            "participant_disconnected": self._gone,
            "track_subscribed": lambda t, p, who: reports.subscribed(who.identity, p.sid, t),
            "track_unsubscribed": lambda t, p, who: reports.unsubscribed(who.identity, p.sid),
            "data_received": self._data,
            "reconnecting": self._interrupted,
            "reconnected": self._entered,
            "disconnected": reports.ended,
        }
        for event, told in self._told.items():
            room.on(event, told)
        room.register_text_stream_handler(CHAT, self._text)

    async def connect(self, url: str, token: str) -> None:
        """Join; JoinRefused with the reason, as far as the server gives one."""
        try:
            await self._connect(url, token)
        except BaseException:
            await self.close()
            raise
        self._entered()

    async def _connect(self, url: str, token: str) -> None:
        if not await answers(url):
            raise JoinRefused(EndReason.UNREACHABLE)
        if not stands_aside(url):
            self._relay = Relay(url)
            url = await self._relay.open()
        options = rtc.RoomOptions(
            auto_subscribe=False,
            connect_timeout=CONNECT_SECONDS,
            single_peer_connection=True,  # with two, what was unsubscribed once never comes again
            data_stream=rtc.DataStreamOptions(max_payload_byte_length=4 * MAX_CHAT),
        )
        joining = asyncio.ensure_future(self._join(url, token, options))
        try:
            refused = await asyncio.shield(joining)
        except asyncio.CancelledError:
            # Inside the SDK a join that is broken off keeps its sockets, and ends the process a
            # little later: it goes on to its end, if need be after this.
            self._given_up = True
            await asyncio.wait([joining], timeout=LEAVE_SECONDS)
            raise
        if refused is not None:
            raise refused

    async def _join(self, url: str, token: str, options: rtc.RoomOptions) -> JoinRefused | None:
        """Why the bot is not let in, if it is not; it leaves at once where nobody waits for it."""
        try:
            await self._room.connect(url, token, options)
        except rtc.ConnectError as exc:
            return _refusal(exc.message)  # it quotes the token
        if self._given_up:
            await self.close()
        return None

    async def close(self) -> None:
        """Leave, and let go of all that is being read.

        There are no reports from now on: the bot may be there on another line by the time the SDK
        has said all that it has to say of this one.
        """
        self._hush()
        for reader in tuple(self._readers):
            reader.cancel()
        try:
            with suppress(TimeoutError):  # the SDK goes on with it by itself
                async with asyncio.timeout(LEAVE_SECONDS):
                    await self._be_alone()
                    await self._room.disconnect()
        finally:
            if self._relay is not None:
                await self._relay.close()

    async def _be_alone(self) -> None:
        """Have the SDK let go of everybody, as it does of those who leave before the bot alone."""
        people = self._room.remote_participants
        here = [(person.sid, person.identity) for person in people.values()]
        tracks = sdk_private.Tracks(self._room)
        if not here or self._relay is None or not self._relay.everybody_left(here):
            return
        alone = asyncio.Event()
        self._room.on("participant_disconnected", lambda: None if people else alone.set())
        with suppress(TimeoutError):
            async with asyncio.timeout(ALONE_SECONDS):
                await alone.wait()
                tracks.dropped()

    def _hush(self) -> None:
        for timer in self._vanished.values():
            timer.cancel()
        self._vanished.clear()
        while self._told:
            self._room.off(*self._told.popitem())
        self._room.unregister_text_stream_handler(CHAT)

    def subscribe(self, command: Subscribe) -> rtc.Track | None:
        """Ask the server for a publication, or to send it no more; its track, if it has come."""
        person = self._room.remote_participants.get(command.identity)
        publication = person.track_publications.get(command.sid) if person is not None else None
        if publication is None:
            return None  # gone meanwhile
        there = publication.track if command.on and publication.subscribed else None
        publication.set_subscribed(command.on)
        if not command.on:
            return None
        if command.medium is Medium.VIDEO and publication.simulcasted:
            publication.set_video_quality(_FINE if command.fine else _SMALL)
        return there

    async def send(self, message: Message) -> bool:
        """Whether ``message`` was handed to the server."""
        me = self._room.local_participant
        try:
            match message:
                case SendText(sender=None):
                    await me.send_text(
                        message.text,
                        topic=message.topic,
                        destination_identities=list(message.to),
                        attributes=dict(message.attributes),
                    )
                case SendText():
                    writer = await me.stream_text(
                        topic=message.topic,
                        attributes=dict(message.attributes),
                        sender_identity=message.sender,
                    )
                    await writer.write(message.text)
                    await writer.aclose()
                case SendData(topic=topic, payload=payload, to=to):
                    await me.publish_data(payload, topic=topic, destination_identities=[to])
                case SendTranscription():
                    await me.publish_transcription(_transcription(message))
        except (ConnectionError, PublishDataError, PublishTranscriptionError):
            return False
        return True

    def _entered(self) -> None:
        me = self._room.local_participant
        people = tuple(map(_person, self._room.remote_participants.values()))
        agent = me.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
        self._hear(Entered(me.identity, agent, people))

    def _interrupted(self) -> None:
        self._hear(Interrupted())
        for identity in tuple(self._vanished):
            self._vanish(identity)

    def _gone(self, who: rtc.RemoteParticipant) -> None:
        """They left, if the server says so. Before the SDK makes its connection anew it lets go of
        everybody, and says what it does after that."""
        if who.disconnect_reason is not None:
            self._hear(Gone(who.identity))
            return
        loop = asyncio.get_running_loop()
        self._vanished[who.identity] = loop.call_later(VANISHED_SECONDS, self._vanish, who.identity)

    def _vanish(self, identity: str) -> None:
        if (timer := self._vanished.pop(identity, None)) is not None:
            timer.cancel()
            self._hear(Gone(identity))

    def _changed(self, *said: object) -> None:
        for who in said:
            if isinstance(who, rtc.RemoteParticipant):
                self._vanish(who.identity)
                self._hear(Seen(_person(who)))

    def _data(self, packet: rtc.DataPacket) -> None:
        sender = packet.participant.identity if packet.participant is not None else None
        self._hear(Data(sender, packet.topic or "", packet.data))

    def _text(self, reader: rtc.TextStreamReader, identity: str) -> None:
        if len(self._readers) >= MAX_READERS:
            reader.close()
            return
        before = [task for task, sender in self._readers.items() if sender == identity]
        task = self._spawn(self._read(reader, identity, before))
        self._readers[task] = identity
        task.add_done_callback(self._readers.pop)

    async def _read(
        self, reader: rtc.TextStreamReader, identity: str, before: list[asyncio.Task[None]]
    ) -> None:
        try:
            async with asyncio.timeout(TEXT_SECONDS):
                text = await reader.read_all()
                if before:
                    await asyncio.wait(before)  # a yes and a no count in the order they were said
        except (TimeoutError, ConnectionError):
            return  # too long, too slow, or broken off
        finally:
            reader.close()
        self._hear(Text(identity, reader.info.topic, reader.info.stream_id, text))


def _person(participant: rtc.RemoteParticipant) -> Person:
    known = sdk_private.described(participant)
    active = participant.state == rtc.ParticipantState.PARTICIPANT_STATE_ACTIVE
    return Person(
        participant.identity,
        participant.sid,
        participant.name,
        human=participant.kind in HUMAN,
        reads=active and participant.kind in READING,
        writes_attributes=not known or participant.permissions.can_update_metadata,
        attributes=participant.attributes,
        publications=tuple(map(_publication, participant.track_publications.values())),
    )


def _publication(publication: rtc.RemoteTrackPublication) -> Publication:
    medium: Medium | None = None
    match publication.kind, publication.source:
        case rtc.TrackKind.KIND_AUDIO, (
            rtc.TrackSource.SOURCE_MICROPHONE | rtc.TrackSource.SOURCE_UNKNOWN
        ):
            medium = Medium.AUDIO
        case rtc.TrackKind.KIND_VIDEO, rtc.TrackSource.SOURCE_CAMERA:
            medium = Medium.VIDEO
    encrypted = publication.encryption_type != rtc.EncryptionType.NONE
    return Publication(publication.sid, medium, publication.muted, encrypted)


def _transcription(message: SendTranscription) -> rtc.Transcription:
    segment = rtc.TranscriptionSegment(
        id=message.id, text=message.text, start_time=0, end_time=0, language="", final=message.final
    )
    return rtc.Transcription(message.identity, message.track, [segment])


def _refusal(text: str) -> JoinRefused:
    """The reason in what the SDK says of a refusal; its words stay here."""
    status = _STATUS.search(text)
    match status and status[1]:
        case "401" if "token is expired" in text:
            return JoinRefused(EndReason.TOKEN_EXPIRED)
        case "400" | "401" | "403":
            return JoinRefused(EndReason.NOT_ALLOWED)
        case "404":
            return JoinRefused(EndReason.NO_SUCH_ROOM)
        case "500":
            said = "LiveKit answered with an error (500), as it does where a room is full"
            return JoinRefused(EndReason.UNREACHABLE, f"{said}; {remedy(EndReason.ROOM_FULL)}")
        case _:
            return JoinRefused(EndReason.UNREACHABLE)
