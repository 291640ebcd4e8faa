"""A bot made from a configuration, and what it plans for each call."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from consentry.bot import Bot, CallOptions
from consentry.call.plan import Plan
from consentry.config.loading import load_config
from consentry.config.people import Chosen
from consentry.config.sections import Config
from consentry.consent.purpose import Mode
from consentry.errors import EndReason, JoinRefused, SetupError
from consentry.people.claims import Unlocked
from consentry.people.templates import TemplateKey, protect
from consentry.store.database import sqlite_url
from consentry.store.opening import DATABASE, KEY_DATABASE, store_of
from consentry_checkin import CheckInByCode, CheckInByFace

OPTIONS = CallOptions("Weekly", date(2026, 6, 8))


def load(folder: Path, text: str) -> Config:
    path = folder / "consentry.yaml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def bot(folder: Path, text: str) -> Bot:
    return Bot(load(folder, text))


def planned(folder: Path, text: str) -> Plan:
    return bot(folder, text).plan(OPTIONS)


def test_nothing_runs_that_is_not_named(tmp_path: Path) -> None:
    assert planned(tmp_path, "plugins: {}\n").plugins == []


def test_the_terms_are_the_self_hosters(tmp_path: Path) -> None:
    plan = planned(tmp_path, "plugins: {names: {mode: notice, grace: 25}}\n")
    [(_, offer)] = plan.plugins
    assert (offer.mode, offer.grace) == (Mode.NOTICE, 25)


def test_each_call_has_its_own_plugins_and_its_own_id(tmp_path: Path) -> None:
    made = bot(tmp_path, "plugins: {names: {}}\n")
    one, other = made.plan(OPTIONS), made.plan(OPTIONS)
    assert one.call != other.call
    assert one.plugins[0][0] is not other.plugins[0][0]
    assert one.owner_code.code != other.owner_code.code


def test_whoever_is_asked_is_told_where_the_words_go(tmp_path: Path) -> None:
    here = planned(tmp_path, "plugins: {summary: {}}\n")
    there = planned(
        tmp_path,
        "plugins: {summary: {}}\n"
        "language_model: {base_url: 'https://models.example/v1', model: m}\n",
    )
    [(_, at_home)], [(_, sent_away)] = here.plugins, there.plugins
    assert "models.example" not in at_home.purpose.recipients
    assert "the language model at models.example" in sent_away.purpose.recipients
    assert at_home.terms().version != sent_away.terms().version


async def test_a_plugin_gets_the_engines_it_names_and_no_other(tmp_path: Path) -> None:
    async with bot(tmp_path, "plugins: {names: {}, storage: {}}\n") as made:
        context = made.plan(OPTIONS).context
        names, storage = context("names"), context("storage")
    assert names.voice_activity is not None
    assert names.vault is None and names.speech is None
    assert storage.vault is not None
    assert storage.voice_activity is None


async def test_metrics_on_a_taken_port_leave_nothing_running(tmp_path: Path) -> None:
    text = "plugins: {}\nmetrics: {enabled: true, port: %d}\n"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        made = bot(tmp_path, text % taken.getsockname()[1])
        with pytest.raises(SetupError, match=r"metrics\.port"):
            await made.__aenter__()


async def test_without_being_asked_to_the_bot_sends_no_picture(tmp_path: Path) -> None:
    async with bot(tmp_path, "plugins: {}\n") as made:
        assert made.tile("https://meet.example/about/c-1") is None


async def test_the_tile_is_as_configured(tmp_path: Path) -> None:
    text = "bot: {name: Clark}\ntile: {enabled: true, frames_per_second: 4}\n"
    async with bot(tmp_path, text) as made:
        tile = made.tile("https://meet.example/about/c-1")
    assert tile is not None
    assert (tile.bot, tile.link) == ("Clark", "https://meet.example/about/c-1")
    assert tile.frames_per_second == 4


def test_a_font_that_is_none_is_said_before_any_call(tmp_path: Path) -> None:
    text = "tile: {enabled: true, font: missing.ttf}\n"
    with pytest.raises(SetupError, match=r"tile\.font: .*missing\.ttf"):
        bot(tmp_path, text)


NOTICE = "plugins: {names: {mode: notice, grace: 25}}\nstorage: {directory: data}\n"
HERE = replace(OPTIONS, stack="galene", address="https://meet.example/group/here")


def modes(plan: Plan) -> list[Mode]:
    return [offer.mode for _, offer in plan.plugins]


async def test_after_a_call_that_was_cut_off_the_next_one_there_takes_everybodys_yes(
    tmp_path: Path,
) -> None:
    async with bot(tmp_path, NOTICE) as made, made.calling(HERE) as plan:
        assert modes(plan) == [Mode.NOTICE]
        # Another process, which knows nothing of this one but what is written.
        async with bot(tmp_path, NOTICE) as other:
            async with other.calling(replace(HERE, address="https://meet.example/b")) as plan:
                assert modes(plan) == [Mode.NOTICE]
            async with other.calling(HERE) as plan:
                assert modes(plan) == [Mode.OPT_IN]
                assert plan.plugins[0][1].terms().mode is Mode.OPT_IN
            async with other.calling(HERE) as plan:
                assert modes(plan) == [Mode.NOTICE]


async def test_a_call_that_can_not_be_written_down_takes_everybodys_yes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with bot(tmp_path, NOTICE) as made:
        assert made.store is not None
        made.store.database.transact(lambda c: c.execute(text("DROP TABLE call")))
        async with made.calling(HERE) as plan:
            assert modes(plan) == [Mode.OPT_IN]
    assert "could not be written down" in caplog.text


async def test_a_call_is_written_down_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    async with bot(tmp_path, NOTICE) as made:
        assert made.store is not None
        async with made.calling(HERE) as plan:
            [known] = await made.store.calls.known()
            assert (known.facts.id, known.facts.title, known.ended) == (plan.call, "Weekly", None)
        [known] = await made.store.calls.known()
        assert known.ended is not None


async def test_without_a_store_there_is_nothing_to_follow(tmp_path: Path) -> None:
    config = "plugins: {names: {}}\nledger: {enabled: false}\n"
    async with bot(tmp_path, config) as made, made.calling(HERE) as plan:
        assert (plan.archive, modes(plan)) == (None, [Mode.OPT_IN])


@pytest.mark.parametrize("config", [NOTICE, NOTICE + "ledger: {enabled: false}\n"])
@pytest.mark.parametrize(
    ("failure", "then"),
    [
        (RuntimeError("a bug"), Mode.OPT_IN),
        (JoinRefused(EndReason.NOT_ALLOWED, "no"), Mode.NOTICE),
    ],
    ids=["fails", "is never joined"],
)
async def test_a_call_that_fails_is_cut_off_and_one_that_was_never_joined_is_not(
    tmp_path: Path, config: str, failure: Exception, then: Mode
) -> None:
    async with bot(tmp_path, config) as made:
        with pytest.raises(type(failure)):
            async with made.calling(HERE):
                raise failure
        async with made.calling(HERE) as plan:
            assert modes(plan) == [then]
            assert plan.plugins[0][1].purpose.mode is then


async def test_a_bot_does_not_start_on_a_store_that_it_can_only_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_of(load(tmp_path, NOTICE).storage).__enter__().__exit__()
    for name in (DATABASE, KEY_DATABASE):
        path = tmp_path / "data" / name
        url = f"sqlite:///file:{path}?mode=ro&uri=true"
        monkeypatch.setattr(
            "consentry.store.opening.sqlite_url",
            lambda of, only=path, url=url: url if of == only else sqlite_url(of),
        )
        with pytest.raises(SetupError, match=f"{name}.*can't be written"):
            await bot(tmp_path, NOTICE).__aenter__()


PEOPLE = "plugins: {names: {}, checkin: {}}\npeople: {}\n"


async def test_faces_are_for_the_plugin_that_needs_them(tmp_path: Path) -> None:
    """And for no other, and nobody's template is at hand where nobody claimed to be somebody."""
    async with bot(tmp_path, PEOPLE) as running:
        plan = running.plan(OPTIONS)
        faces = plan.context("checkin").faces
        assert faces is not None
        assert faces.begin("no such ticket", 0.0) is None
        assert faces is running.face_checks
        assert plan.context("names").faces is None
        assert "dlib" in plan.loaded["checkin"]


async def test_without_people_there_are_no_faces(tmp_path: Path) -> None:
    async with bot(tmp_path, "plugins: {names: {}}\n") as running:
        assert running.face_checks is None


async def test_what_a_claim_opened_is_shut_when_the_call_is_done_with_it(tmp_path: Path) -> None:
    async with bot(tmp_path, PEOPLE) as running:
        assert running.enrollment is not None
        desk = running.enrollment.desk
        key = TemplateKey.derive(bytes(32), b"an organization")
        template = protect(np.full(128, 0.1, np.float32), key, "an engine")
        ticket = desk.tickets.issue(Unlocked("p-1", template, key))
        assert desk.unlocked(ticket) is not None
        running.plan(OPTIONS).forget_ticket(ticket)
        assert desk.unlocked(ticket) is None


@pytest.mark.parametrize("chosen", ["people: {ways: [pin]}", "people: {}\ncall: {minors: true}"])
async def test_check_in_by_code_loads_no_face_engine(tmp_path: Path, chosen: str) -> None:
    async with bot(tmp_path, f"plugins: {{checkin: {{}}}}\n{chosen}\n") as running:
        await running.warm_up()
        plan = running.plan(OPTIONS)
        assert running.face_checks is None and plan.context("checkin").faces is None
        ((plugin, offer),) = plan.plugins
        assert isinstance(plugin, CheckInByCode)
        assert (offer.media, offer.purpose.biometric) == (frozenset(), False)
        assert "dlib" not in plan.loaded["checkin"]
        assert running.enrollment is not None
        assert Chosen.FACE not in running.enrollment.allowed


async def test_a_face_engine_that_is_wanted_and_missing_is_no_check_in_by_code(
    tmp_path: Path,
) -> None:
    (tmp_path / "w.onnx").write_bytes(b"")
    text = "plugins: {checkin: {}}\npeople: {}\nface: {engine: onnx, embedder: w.onnx}\n"
    async with bot(tmp_path, text) as running:
        with pytest.raises(ExceptionGroup) as caught:
            await running.warm_up()
        (fault,) = caught.value.exceptions
        assert isinstance(fault, SetupError) and "face.embedder" in str(fault)
        ((plugin, offer),) = running.plan(OPTIONS).plugins
        assert isinstance(plugin, CheckInByFace) and offer.purpose.biometric


async def test_a_number_read_aloud_takes_the_speech_engine_that_is_named_so(tmp_path: Path) -> None:
    async with bot(tmp_path, "plugins: {checkin: {read_aloud: true}}\npeople: {}\n") as running:
        ctx = running.plan(OPTIONS).context("checkin")
        assert ctx.speech is not None and ctx.voice_activity is not None
    async with bot(tmp_path, "plugins: {checkin: {}, captions: {}}\npeople: {}\n") as running:
        ctx = running.plan(OPTIONS).context("checkin")
        assert ctx.speech is None and ctx.voice_activity is None
