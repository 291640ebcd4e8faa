"""One's own page: ways are made and deleted there, by its person alone."""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from consentry.config.people import Chosen
from consentry.engines.face.quality import Advice
from consentry.people.claims import LinkClaim, PinClaim
from consentry.people.desk import PIN_TRIES
from consentry.people.photos import MAX_PHOTO_BYTES, Looked
from consentry.receipts.check import check, read_receipt
from consentry.web.mine.visits import VISIT_SECONDS
from consentry.words.catalog import LANGUAGES, words
from tests.people.faces import made_up
from tests.people.register import PIN, made
from tests.web.mine.pages import URL, Mine, Office, begun, office_in

PHOTO = made_up(np.random.default_rng(1)).photo()


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with office_in(tmp_path) as office:
        yield office


async def test_an_invitation_leads_to_a_page_of_ones_own(office: Office) -> None:
    mine = await begun(office)
    assert mine.said == "This is your page. Choose how you check in."
    assert "Ana &lt;b&gt;" in mine.html


async def test_looking_at_an_invitation_takes_nothing_and_tells_nothing(office: Office) -> None:
    _, token = await office.register.people.invite("Ana")
    page = await office.browser().get("/enroll")
    assert "Ana" not in page.text and "set-cookie" not in page.headers
    assert await office.register.people.invited(token)


async def test_an_invitation_ends_with_the_first_way(office: Office) -> None:
    _, token = await office.register.people.invite("Ana")
    mine = Mine(office.browser())
    await mine.enter("/enroll", link=token)
    again = Mine(office.browser())
    assert (await again.enter("/enroll", link=token)).status_code == 200, "not chosen yet"
    await mine.send("/pin", pin="271828")
    late = Mine(office.browser())
    assert (await late.enter("/enroll", link=token)).status_code == 403


async def test_a_pin_is_set_and_its_number_shown(office: Office) -> None:
    mine = await begun(office)
    assert await mine.send("/pin", pin="271828") == "Your PIN is set."
    claimed = await office.register.desk.claim(PinClaim(mine.number, "271828"))
    assert claimed is not None and claimed.name == "Ana <b>"


@pytest.mark.parametrize("pin", ["1234", "111111", "123456", "abcdef", ""])
async def test_a_pin_that_is_guessed_first_is_refused_with_the_reason(
    office: Office, pin: str
) -> None:
    mine = await begun(office)
    assert "guessed first" in await mine.send("/pin", pin=pin)


async def test_a_link_is_shown_once_and_opens_the_page(office: Office) -> None:
    mine = await begun(office)
    await mine.send("/link")
    link = mine.link
    assert link.startswith("https://meet.example/i#")
    assert link.rpartition("#")[2] not in await mine.look()
    other = Mine(office.browser())
    assert (await other.enter(link=link)).status_code == 200
    assert other.said == "This is your page."


async def test_a_way_is_deleted_by_its_button(office: Office) -> None:
    mine = await begun(office)
    await mine.send("/pin", pin="271828")
    number = mine.number
    assert await mine.send("/remove", way=mine.way("Your number")) == "That way is deleted."
    assert await office.register.desk.claim(PinClaim(number, "271828")) is None


async def test_nobody_deletes_a_way_of_somebody_else(office: Office) -> None:
    ana, bob = await begun(office, "Ana"), await begun(office, "Bob")
    await ana.send("/pin", pin="271828")
    await bob.send("/remove", way=ana.way("Your number"))
    assert await office.register.desk.claim(PinClaim(ana.number, "271828"))


async def test_a_visit_by_pin_reads_and_deletes_and_makes_nothing_that_lasts(
    office: Office,
) -> None:
    ana = await office.register.enrolled()
    await office.register.people.put_face(ana.id, made(made_up(np.random.default_rng(1)).photo()))
    full, thief = Mine(office.browser()), Mine(office.browser())
    await full.enter(link=ana.link)
    await thief.enter(number=ana.number, pin=PIN)
    assert "You came with your PIN" in thief.html
    for making in ("Make a passkey", "Make a new link", 'id="photo"'):
        assert making in full.html and making not in thief.html
    assert "Not with a PIN" in await thief.send("/link")
    assert "Not with a PIN" in await thief.send("/passkey", challenge="x", credential="y")
    version = {"X-Consentry-Version": full.version}
    assert await thief.photo(headers=version) == {"next": "/mine?outcome=stale"}
    assert office.photos.seen == 0
    claimed = await office.register.desk.claim(LinkClaim(ana.link))
    assert claimed is not None and claimed.ticket is not None, "hers is as it was"
    assert await thief.send("/pin", pin="314159") == "Your PIN is set."
    assert "is deleted" in await thief.send("/face/delete")
    assert await thief.send("/remove", way=thief.way("Link of")) == "That way is deleted."
    assert thief.link == ""


# The face.


async def test_a_face_waits_for_a_way_that_can_open_it(office: Office) -> None:
    mine = await begun(office)
    await mine.send("/pin", pin="271828")
    assert "First make a passkey or a link" in mine.html and 'id="photo"' not in mine.html
    assert "stale" in str(await mine.photo(headers={"X-Consentry-Version": "x"}))
    assert office.photos.seen == 0


async def test_a_photo_becomes_a_template_with_the_terms_and_a_receipt(office: Office) -> None:
    mine = await begun(office)
    await mine.send("/link")
    link = mine.link
    assert "Makes a template of your face" in mine.html
    assert await mine.photo() == {"next": "/mine?outcome=face"}
    claimed = await office.register.desk.claim(LinkClaim(link))
    assert claimed is not None and claimed.ticket is not None
    await mine.look()
    saved = await mine.browser.post("/mine/receipt", data={"token": mine.token})
    signed = read_receipt(saved.text)
    assert check(signed).faults == []
    states = [event.state for event in signed.receipt.records[0].events]
    assert states == ["consent_requested", "consent_given"]


async def test_advice_comes_instead_of_a_template(office: Office) -> None:
    mine = await begun(office)
    await mine.send("/link")
    office.photos.answers = [Looked((Advice.TOO_DARK, Advice.BLURRED)), Looked(readable=False)]
    told = await mine.photo()
    said = words("en")
    assert told == {"advice": [said.say("photo.too_dark"), said.say("photo.blurred")]}
    assert await mine.photo() == {"advice": [said.say("done.no_photo")]}
    assert "There is a template" not in await mine.look()


@pytest.mark.parametrize(
    "headers",
    [{"X-Consentry-Token": "other"}, {"X-Consentry-Version": "older"}],
    ids=["of another site", "to other terms"],
)
async def test_a_photo_without_its_persons_yes_is_not_looked_at(
    office: Office, headers: dict[str, str]
) -> None:
    mine = await begun(office)
    await mine.send("/link")
    assert await mine.photo(headers=headers) == {"next": "/mine?outcome=stale"}
    assert office.photos.seen == 0


async def test_a_photo_that_is_too_large_is_not_read_to_its_end(office: Office) -> None:
    mine = await begun(office)
    await mine.send("/link")
    assert "advice" in await mine.photo(bytes(MAX_PHOTO_BYTES + 1))
    assert office.photos.seen == 0


async def test_a_photo_is_never_spooled_to_a_file(office: Office) -> None:
    mine = await begun(office)
    await mine.send("/link")
    await mine.photo(bytes(3 * 1024 * 1024))  # what is loaded once is loaded
    opened: list[str] = []
    watching = [True]

    def audit(event: str, args: tuple[object, ...]) -> None:
        if watching and event in ("open", "os.open", "tempfile.mkstemp"):
            opened.append(str(args[0]))

    sys.addaudithook(audit)
    await mine.photo(bytes(3 * 1024 * 1024))
    watching.clear()
    assert office.photos.seen == 2
    assert opened == []


async def test_who_deletes_their_face_keeps_the_other_ways(office: Office) -> None:
    mine = await begun(office)
    await mine.send("/link")
    link = mine.link
    await mine.photo()
    assert "There is a template" in await mine.look()
    assert "is deleted" in await mine.send("/face/delete")
    assert "There is a template" not in mine.html
    claimed = await office.register.desk.claim(LinkClaim(link))
    assert claimed is not None and claimed.ticket is None


async def test_who_has_a_look_alike_says_so_and_is_never_asked_for_a_photo(office: Office) -> None:
    mine = await begun(office)
    await mine.send("/link")
    await mine.photo()
    await mine.look()
    assert "never asked for" in await mine.send("/look-alike", has="yes")
    assert 'id="photo"' not in mine.html
    assert await mine.photo(headers={"X-Consentry-Version": "x"}) == {"next": "/mine?outcome=stale"}
    assert await mine.send("/look-alike") == "Saved."
    assert 'id="photo"' in mine.html


async def test_a_new_link_says_what_ends_with_the_old_one(office: Office) -> None:
    mine = await begun(office)
    await mine.send("/link")
    await mine.photo()
    await mine.look()
    assert "no longer opens your face template" in mine.html
    await mine.send("/link")
    assert "There is a template" not in await mine.look()


# The way out.


async def test_who_deletes_themselves_gets_the_last_receipt(office: Office) -> None:
    mine = await begun(office)
    await mine.send("/link")
    link = mine.link
    await mine.photo()
    await mine.look()
    await mine.send("/delete")
    assert await office.register.people.known(), "not without the mark"
    await mine.send("/delete", sure="yes")
    assert "You are deleted here" in mine.said
    jws = mine.html.partition("<textarea")[2].partition(">")[2].partition("<")[0]
    assert check(read_receipt(jws)).faults == []
    assert await office.register.people.known() == []
    assert await office.register.desk.claim(LinkClaim(link)) is None
    assert "With my number and PIN" in await mine.look(), "the visit is over"


async def test_a_visit_ends_by_itself_and_by_leaving(office: Office) -> None:
    ana, bob = await begun(office, "Ana"), await begun(office, "Bob")
    await ana.send("/leave")
    assert "Ana" not in await ana.look()
    office.register.clock.at += VISIT_SECONDS
    assert "Bob" not in await bob.look()


@pytest.mark.parametrize("act", ["/link", "/pin", "/remove"])
async def test_a_visit_does_not_outlive_the_way_it_came_by(office: Office, act: str) -> None:
    ana, bob = await office.register.enrolled(), await begun(office, "Bob")
    mine, thief = Mine(office.browser()), Mine(office.browser())
    await thief.enter(link=ana.link)
    await mine.enter(link=ana.link)
    await mine.send(act, pin="314159", way=mine.way("Link of"))
    await thief.send("/link")
    assert thief.link == "" and "With my number and PIN" in thief.html
    assert "Ana" in await mine.look(), "her own goes on"
    assert "Bob" in await bob.look()


# Others.


async def test_a_form_of_another_site_does_nothing(office: Office) -> None:
    mine = await begun(office)
    await mine.send("/link")
    mine.html = mine.html.replace(mine.token, "0" * 64)
    for act in ("/pin", "/link", "/delete", "/look-alike", "/face/delete", "/receipt"):
        said = await Mine(mine.browser, mine.html).send(act, pin="271828", sure="yes", has="yes")
        assert "too old" in said
    (person,) = await office.register.people.known()
    assert [way.kind for way in person.chosen] == ["link"] and not person.look_alike


async def test_a_page_that_another_site_opens_lets_nobody_in(office: Office) -> None:
    _, token = await office.register.people.invite("Ana")
    mine = Mine(office.browser(**{"Sec-Fetch-Site": "cross-site"}))
    assert (await mine.enter("/enroll", link=token)).status_code == 403


@pytest.mark.parametrize(
    "sent",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://other.example"}, {"Origin": "null"}],
    ids=["told by Fetch Metadata", "told by its origin", "of no origin"],
)
async def test_no_other_site_uses_up_the_tries_of_somebody(
    office: Office, sent: dict[str, str]
) -> None:
    ana = await office.register.enrolled()
    other = Mine(office.browser(**sent))
    for _ in range(PIN_TRIES + 1):
        assert (await other.enter(number=ana.number, pin="000001")).status_code == 403
    assert (await other.enter(link=ana.link)).status_code == 403
    assert await office.register.desk.claim(PinClaim(ana.number, PIN))


async def test_a_form_of_ours_is_known_by_its_origin_on_plain_http(office: Office) -> None:
    ana = await office.register.enrolled()
    page = await office.browser().get("/i")
    assert page.headers["Referrer-Policy"] == "same-origin", "or browsers would say `null`"
    mine = Mine(office.browser(Origin=URL))
    assert (await mine.enter(link=ana.link)).status_code == 200


async def test_a_wrong_way_in_says_the_same_whoever_is_enrolled(office: Office) -> None:
    ana = await office.register.enrolled()
    wrong: list[dict[str, str]] = [
        {"number": ana.number, "pin": "000000"},
        {"number": "00000000", "pin": "000000"},
        {"link": "A" * 43},
        {"link": "nothing"},
        {"assertion": "{}", "challenge": "x"},
        {},
    ]
    pages = [await Mine(office.browser()).enter(**fields) for fields in wrong]
    assert {(page.status_code, page.text) for page in pages} == {(403, pages[0].text)}
    assert pages[0].headers.get_list("set-cookie") == []


async def test_the_cookie_is_for_this_page_alone(office: Office) -> None:
    _, token = await office.register.people.invite("Ana")
    async with office.browser() as browser:
        browser.follow_redirects = False
        answer = await browser.post("/enroll", data={"link": token})
    cookie = answer.headers.get_list("set-cookie")[0].lower()
    for part in ("path=/mine", "secure", "httponly", "samesite=strict"):
        assert part in cookie


async def test_nothing_secret_is_in_an_address_or_a_log(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        mine = await begun(office, "Anastasia")
        await mine.send("/link")
        token = mine.link.rpartition("#")[2]
        await mine.enter(link=token)
        await mine.photo(b"the pixels of a face")
    assert mine.browser.cookies.get("consentry_mine")
    said = " ".join(record.getMessage() for record in caplog.records)
    for secret in (token, "Anastasia", "pixels", mine.browser.cookies["consentry_mine"]):
        assert secret not in said


async def test_what_is_not_allowed_is_not_offered_and_not_taken(tmp_path: Path) -> None:
    async with office_in(tmp_path, frozenset({Chosen.LINK})) as office:
        mine = await begun(office)
        for word in ("Passkey", "Number and PIN", "Use my camera"):
            assert word not in mine.html
        await mine.send("/pin", pin="271828")
        await mine.send("/link")
        await mine.photo(headers={"X-Consentry-Version": "x"})
        (person,) = await office.register.people.known()
        assert [way.kind for way in person.chosen] == ["link"] and person.face is None


async def test_where_faces_are_not_used_they_are_not_spoken_of(tmp_path: Path) -> None:
    async with office_in(tmp_path, frozenset({Chosen.LINK, Chosen.PIN})) as office:
        mine = await begun(office)
        await mine.send("/link")
        assert "face" not in mine.html.lower()
        assert "camera" not in mine.html.lower()


async def test_a_template_from_when_faces_were_used_is_still_its_persons_to_delete(
    tmp_path: Path,
) -> None:
    async with office_in(tmp_path, frozenset({Chosen.LINK})) as office:
        mine = await begun(office)
        await mine.send("/link")
        (person,) = await office.register.people.known()
        assert await office.register.people.put_face(person.id, made(PHOTO))
        html = await mine.look()
        assert "never opened" in html and "There is a template" in html
        assert 'id="photo"' not in html
        assert "is deleted" in await mine.send("/face/delete")
        (person,) = await office.register.people.known()
        assert person.face is None


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_speaks_the_language_of_its_reader(office: Office, language: str) -> None:
    mine = await begun(office)
    await mine.send("/link")
    await mine.photo()
    await mine.send("/language", language=language)
    assert f'<html lang="{language}">' in mine.html
    assert words(language).say("mine.title") in mine.html
    assert words(language).say("face_terms.retention") in mine.html
