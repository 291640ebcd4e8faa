"""The carriers, each over what its stack's own client object looks like to an app."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Page

from tests.e2e.page.introductions import Voice, blank
from tests.e2e.page.room import Room
from tests.e2e.page.terms import CAPTIONS

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

# Each makes `window.call`: what happens in it, and `sent`, what went out as [to, text].
# The callbacks and events are those of Galene's protocol.js, of
# lib-jitsi-meet and of janus.js.

GALENE = """
async () => {
  const { GaleneCarrier } = await import("/static/consentry/carriers/galene.js");
  window.heardByApp = [];
  const connection = {
    id: "sam",
    users: { sam: { username: "Sam" }, mia: { username: "Mia" } },
    open: true,
    onuser(id, kind) { heardByApp.push([kind, id]); },
    onusermessage(id, dest, name, time, op, kind) { heardByApp.push([kind, this.id]); },
    onclose: null,
    userMessage(kind, dest, value) {
      if (!this.open) throw new Error("Connection is not open");
      call.sent.push([dest, value]);
      call.kind = kind;
    },
  };
  const message = (from, kind, value, error) =>
    connection.onusermessage(from, "sam", "Consentry", new Date(), false, kind, error, value);
  window.call = {
    sent: [],
    come(id, name) {
      connection.users[id] = { username: name };
      connection.onuser(id, "add");
    },
    leave(id) {
      delete connection.users[id];
      connection.onuser(id, "delete");
    },
    say: (from, text) => message(from, "consentry", text),
    sayOther: (from, text) => message(from, "info", text),
    breaks() { connection.open = false; },
    ends() { connection.open = false; connection.onclose?.(1006, ""); },
    carrier: () => new GaleneCarrier(connection),
    connection,
  };
}
"""

JITSI = """
async () => {
  const { JitsiCarrier } = await import("/static/consentry/carriers/jitsi.js");
  const listeners = new Map();
  const people = new Map([["mia", "Mia"]]);
  const participant = (id) => ({ getId: () => id, getDisplayName: () => people.get(id) });
  const emit = (event, ...args) => listeners.get(event)?.forEach((listener) => listener(...args));
  let inRoom = true;
  const conference = {
    myUserId: () => "sam",
    getParticipants: () => [...people.keys()].map(participant),
    on(event, listener) {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
    },
    off(event, listener) { listeners.get(event).delete(listener); },
    sendMessage(payload, to) {
      if (!inRoom) throw new Error("not in the room");
      call.sent.push([to, payload.text]);
      call.kind = payload.type;
    },
  };
  const message = (from, payload) =>
    emit("conference.endpoint_message_received", participant(from), payload);
  window.call = {
    sent: [],
    come(id, name) {
      people.set(id, name);
      emit("conference.userJoined", id, participant(id));
    },
    leave(id) {
      people.delete(id);
      emit("conference.userLeft", id);
    },
    say: (from, text) => message(from, { type: "consentry", text }),
    sayByXmpp: (from, text) =>
      message(from, { type: "consentry", text, "jitsi-meet-muc-type": "" }),
    sayOther: (from, text) => message(from, { type: "e2e-ping", text }),
    breaks() { inRoom = false; },
    renames(id, name) { people.set(id, name); emit("conference.displayNameChanged", id, name); },
    carrier: () => new JitsiCarrier(conference),
    listeners: () => [...listeners.values()].reduce((count, each) => count + each.size, 0),
  };
}
"""

JANUS = """
async () => {
  const { JanusCarrier } = await import("/static/consentry/carriers/janus.js");
  const people = new Map([["sam", "Sam"], ["mia", "Mia"]]);
  window.heardByApp = [];
  let open = true;
  const arrive = (frame) => handle.ondata(JSON.stringify({ room: 1234, ...frame }), "label");
  const handle = {
    ondata(text) { heardByApp.push(JSON.parse(text).textroom); },
    data({ text }) {
      if (!open) throw new Error("readyState is not open");
      const { textroom, transaction, to, text: said } = JSON.parse(text);
      call.kind = textroom === "message" ? "consentry" : call.kind;
      if (textroom === "message") call.sent.push([to, JSON.parse(said).consentry]);
      const participants = [...people].map(([username, display]) => ({ username, display }));
      const answer = textroom === "message" ? {} : { participants };
      arrive({ textroom: "success", transaction, ...answer });
    },
  };
  window.asked = [];
  const transceivers = [
    { mid: "0", sender: { track: null } }, { mid: "1", sender: { track: {} } },
  ];
  const publisher = {
    webrtcStuff: { pc: { getTransceivers: () => transceivers } },
    send: ({ message }) => asked.push(message),
  };
  const whisper = (from, text) => arrive({ textroom: "message", from, whisper: true, text });
  window.call = {
    sent: [],
    come(username, display) {
      people.set(username, display);
      arrive({ textroom: "join", username, display });
    },
    leave(username) {
      people.delete(username);
      arrive({ textroom: "leave", username });
    },
    say: (from, text) => whisper(from, JSON.stringify({ consentry: text })),
    sayOther: (from, text) => whisper(from, text),
    saySomething: arrive,
    breaks() { open = false; },
    carrier: () => new JanusCarrier(handle, { room: 1234, me: "sam", publisher }),
    handle,
  };
}
"""

EACH = pytest.mark.parametrize("stack", [GALENE, JITSI, JANUS], ids=["galene", "jitsi", "janus"])
HELLO = json.dumps({"type": "hello", "language": "en-US"}, separators=(",", ":"))


async def in_a_call(room: Room, stack: str) -> Page:
    page = await blank(room)
    await page.evaluate(stack)
    await page.evaluate("introduce(call.carrier())")
    return page


async def greeted(page: Page) -> list[str]:
    """To whom a hello went, each once: on a slow machine it is said again before the answer."""
    sent = await page.evaluate("call.sent")
    return list(dict.fromkeys(to for to, text in sent if text == HELLO))


async def say(page: Page, sender: str, *texts: Any) -> None:
    """Texts arrive from ``sender``, and have been read."""
    await page.evaluate(
        "([from, texts]) => texts.forEach((text) => call.say(from, text))", [sender, list(texts)]
    )
    await page.evaluate("introduction.client?.receive('')")


async def met(page: Page, bot: Voice) -> None:
    await page.evaluate("call.come('bot', 'Consentry')")
    await say(page, "bot", bot.card, *bot.asks(CAPTIONS))


@EACH
async def test_a_person_reads_the_bot_and_answers_it(room: Room, stack: str) -> None:
    page, bot = await in_a_call(room, stack), Voice("sam")
    await met(page, bot)
    assert await greeted(page) == ["bot"]
    assert await page.evaluate("call.kind") == "consentry"
    client = "introduction.client"
    assert await page.evaluate(f"{client}.me") == "sam"
    assert await page.evaluate(f"{client}.open.map(({{ name }}) => name)") == ["captions"]
    assert await page.evaluate(f"{client}.decide('captions', 'no')")
    to, text = await page.evaluate("call.sent.at(-1)")
    assert (to, json.loads(text)["answer"]) == ("bot", "no")


@EACH
async def test_a_bot_that_was_there_before_is_greeted(room: Room, stack: str) -> None:
    page = await blank(room)
    await page.evaluate(stack)
    await page.evaluate("call.come('bot', 'Consentry'); introduce(call.carrier())")
    assert await greeted(page) == ["bot"]


@EACH
async def test_the_bots_words_from_another_mouth_are_not_its_words(room: Room, stack: str) -> None:
    page, bot = await in_a_call(room, stack), Voice("sam")
    await met(page, bot)
    await say(page, "mia", *bot.asks(CAPTIONS))
    assert await page.evaluate("introduction.strangers") == 2


@EACH
async def test_nothing_that_is_no_text_is_read(room: Room, stack: str) -> None:
    page, bot = await in_a_call(room, stack), Voice("sam")
    await met(page, bot)
    before = await page.evaluate("introduction.client.refused.unsigned")
    await say(page, "bot", None, 7, {"type": "card"}, [])
    assert await page.evaluate("introduction.client.refused.unsigned") == before + 1, "our own ''"


@EACH
async def test_other_messages_are_left_alone(room: Room, stack: str) -> None:
    page, bot = await in_a_call(room, stack), Voice("sam")
    await met(page, bot)
    await page.evaluate("(text) => call.sayOther('bot', text)", bot.asks(CAPTIONS)[0])
    assert await page.evaluate("introduction.client.refused.replayed") == 0


@EACH
async def test_a_bot_that_leaves_may_receive_nothing(room: Room, stack: str) -> None:
    page, bot = await in_a_call(room, stack), Voice("sam")
    await met(page, bot)
    await page.evaluate("call.leave('bot')")
    assert not await page.evaluate("introduction.client.connected")
    assert not await page.evaluate("introduction.client.mayReceive('audio')")


@EACH
async def test_what_can_not_be_sent_is_said_to_be_so(room: Room, stack: str) -> None:
    page, bot = await in_a_call(room, stack), Voice("sam")
    await met(page, bot)
    await page.evaluate("call.breaks()")
    assert not await page.evaluate("introduction.client.decide('captions', 'no')")
    assert await page.evaluate("introduction.client.standing('captions')") == "refused"


@EACH
async def test_a_closed_carrier_listens_no_more(room: Room, stack: str) -> None:
    page, bot = await in_a_call(room, stack), Voice("sam")
    await met(page, bot)
    await page.evaluate("introduction.close()")
    sent = await page.evaluate("call.sent.length")
    await page.evaluate("call.come('other', 'Consentry')")
    assert await page.evaluate("call.sent.length") == sent


async def test_an_app_on_galene_still_hears_all_but_ours(room: Room) -> None:
    page, bot = await in_a_call(room, GALENE), Voice("sam")
    await met(page, bot)
    await page.evaluate("call.sayOther('mia', 'hi')")
    assert await page.evaluate("heardByApp") == [["add", "bot"], ["info", "sam"]]
    await page.evaluate("call.say('sam', 'my own echo'); call.say(null, 'the server')")
    assert await page.evaluate("introduction.strangers") == 0


async def test_an_app_on_galene_gets_its_callbacks_back(room: Room) -> None:
    page = await in_a_call(room, GALENE)
    await page.evaluate("introduction.close(); call.say('mia', 'x')")
    assert await page.evaluate("heardByApp") == [["consentry", "sam"]]
    assert await page.evaluate("call.connection.onclose") is None


async def test_a_broken_connection_to_galene_loses_the_bot(room: Room) -> None:
    page, bot = await in_a_call(room, GALENE), Voice("sam")
    await met(page, bot)
    await page.evaluate("call.ends()")
    assert not await page.evaluate("introduction.client.connected")


async def test_a_bot_on_jitsi_is_heard_by_the_bridge_and_by_the_room(room: Room) -> None:
    page, bot = await in_a_call(room, JITSI), Voice("sam")
    await page.evaluate("call.come('bot', 'Consentry')")
    await say(page, "bot", bot.card)
    for text in bot.asks(CAPTIONS):
        await page.evaluate("(text) => call.sayByXmpp('bot', text)", text)
    await page.evaluate("introduction.client.receive('')")
    assert await page.evaluate("introduction.client.standing('captions')") == "asked"


async def test_a_bot_on_jitsi_that_gets_its_name_later_is_greeted(room: Room) -> None:
    page = await in_a_call(room, JITSI)
    await page.evaluate("call.come('bot', undefined); call.renames('bot', 'Consentry')")
    assert await greeted(page) == ["bot"]


async def test_a_closed_carrier_leaves_no_listener_on_jitsi(room: Room) -> None:
    page = await in_a_call(room, JITSI)
    await page.evaluate("introduction.close()")
    assert await page.evaluate("call.listeners()") == 0


async def test_an_app_on_janus_still_hears_all_but_ours(room: Room) -> None:
    page, bot = await in_a_call(room, JANUS), Voice("sam")
    await met(page, bot)
    await page.evaluate("call.sayOther('mia', 'hi'); call.sayOther('mia', '{')")
    assert await page.evaluate("heardByApp") == ["join", "message", "message"]
    await page.evaluate("introduction.close(); call.say('mia', 'x')")
    assert (await page.evaluate("heardByApp"))[3:] == ["message"]


@pytest.mark.parametrize(
    "frame",
    [
        {"textroom": "leave", "username": "bot", "room": 99},
        {"textroom": "destroyed", "room": 99},
        {"textroom": "message", "from": "bot", "text": '{"consentry":"in public"}'},
        {"textroom": "message", "from": "bot", "whisper": True, "text": '{"consentry":7}'},
    ],
)
async def test_other_rooms_and_public_lines_on_janus_change_nothing(
    room: Room, frame: dict[str, object]
) -> None:
    page, bot = await in_a_call(room, JANUS), Voice("sam")
    await met(page, bot)
    before = await page.evaluate("introduction.client.refused.unsigned")
    await page.evaluate("(frame) => call.saySomething(frame)", frame)
    await page.evaluate("introduction.client.receive('')")
    assert await page.evaluate("introduction.client.connected")
    assert await page.evaluate("introduction.client.refused.unsigned") == before + 1, "our own ''"


@pytest.mark.parametrize("end", ["kicked", "destroyed"])
async def test_a_bot_on_janus_that_was_put_out_is_gone(room: Room, end: str) -> None:
    page, bot = await in_a_call(room, JANUS), Voice("sam")
    await met(page, bot)
    await page.evaluate("(textroom) => call.saySomething({ textroom, username: 'bot' })", end)
    assert not await page.evaluate("introduction.client.connected")


async def test_whose_track_it_is_on_janus_is_shown_by_the_bots_code(room: Room) -> None:
    page = await in_a_call(room, JANUS)
    await page.evaluate("call.come('bot', 'Consentry')")
    await say(page, "bot", '{"type":"code","code":"ABC234"}')
    descriptions = [{"mid": "1", "description": "#ABC234"}]
    assert await page.evaluate("asked") == [{"request": "configure", "descriptions": descriptions}]
