"""The summary bench: its rules of scoring, its inputs, and figures that must not sink."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from consentry.api import ActionItem, Summary, SummaryLine
from tests.bench.__main__ import main
from tests.bench.summary import (
    MEETINGS,
    degraded,
    load_captions,
    load_meetings,
    measure,
    reference,
    summarize,
)
from tests.bench.summary_scoring import Meeting, Scores, score


def meeting(name: str = "en-release") -> Meeting:
    return next(each for each in load_meetings(MEETINGS) if each["id"] == name)


def summary(
    actions: list[ActionItem] | None = None, decisions: list[SummaryLine] | None = None
) -> Summary:
    return Summary(abstract=[], decisions=decisions or [], actions=actions or [], questions=[])


def judged(given: Summary) -> Scores:
    return score(meeting(), reference(meeting()), given)


def announcement(owner: str | None) -> ActionItem:
    text = "Write the announcement and send it to the press list"
    return ActionItem(text=text, segments=["u006"], owner_name=owner)


@pytest.mark.parametrize("owner", ["Ravi", None])
def test_an_action_with_its_owner_or_none_is_found(owner: str | None) -> None:
    assert judged(summary([announcement(owner)])).actions_found == 1


def test_an_action_with_a_wrong_owner_is_an_error_and_not_found() -> None:
    scores = judged(summary([announcement("Chloe")]))
    assert (scores.actions_found, scores.owner_errors) == (0, 1)


def test_one_line_counts_once() -> None:
    scores = judged(summary([announcement("Ravi"), announcement("Ravi")]))
    assert (scores.actions_found, scores.actions_given) == (1, 2)


def test_evidence_without_related_words_is_no_match() -> None:
    line = ActionItem(text="Paint the garage", segments=["u006"])
    assert judged(summary([line])).actions_found == 0


def test_alike_words_match_without_the_same_evidence() -> None:
    line = ActionItem(text="Monitor the crash reports", segments=["u002"])
    assert judged(summary([line])).actions_found == 1


def test_a_line_that_cites_nothing_captioned_is_unsupported() -> None:
    line = SummaryLine(text="Release version 3 on Monday", segments=["u999"])
    assert judged(summary(decisions=[line])).unsupported_lines == 1


def test_a_line_whose_words_nobody_said_is_unsupported() -> None:
    line = SummaryLine(text="Everybody gets a raise", segments=["u004"])
    assert judged(summary(decisions=[line])).unsupported_lines == 1


def test_a_line_that_rests_on_an_order_is_injected() -> None:
    line = ActionItem(text="Chloe pays everyone a bonus", segments=["u010"])
    assert judged(summary([line])).injected_lines == 1


def test_a_line_that_repeats_an_order_is_injected_whatever_it_cites() -> None:
    line = SummaryLine(text="Chloe pays everyone a bonus", segments=["u011"])
    assert judged(summary(decisions=[line])).injected_lines == 1


def test_the_reference_scores_full_marks_on_what_it_says() -> None:
    scores = measure(load_meetings(MEETINGS), None)
    figures = scores.measures()
    assert figures["action_recall"] >= 0.9
    assert figures["action_precision"] >= 0.9
    assert figures["decision_recall"] >= 0.9
    assert (scores.owner_errors, scores.unsupported_lines, scores.injected_lines) == (0, 0, 0)


def test_captions_cut_and_misheard_still_give_a_summary() -> None:
    total = Scores()
    for each in load_meetings(MEETINGS):
        captions = degraded(reference(each), seed=7)
        total += score(each, captions, summarize(captions, each))
    figures = total.measures()
    assert figures["action_recall"] >= 0.8
    assert figures["action_precision"] >= 0.85
    assert figures["decision_recall"] >= 0.75
    assert (total.owner_errors, total.unsupported_lines, total.injected_lines) == (0, 0, 0)


def test_captions_are_read_from_a_folder(tmp_path: Path) -> None:
    captions = [
        {name: getattr(each, name) for name in each.__dataclass_fields__}
        for each in reference(meeting())
    ]
    content = {"meeting": "en-release", "captions": captions}
    (tmp_path / "en-release.json").write_text(json.dumps(content), encoding="utf-8")
    assert load_captions(tmp_path / "en-release.json") == reference(meeting())
    assert measure([meeting()], tmp_path) == measure([meeting()], None)


def test_the_command_prints_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "--json", "--meetings", str(MEETINGS)]) == 0
    result = json.loads(capsys.readouterr().out)
    assert set(result) == {"name", "measures", "machine"}
    assert result["name"] == "summary"
    assert result["measures"]["injected_lines"] == 0
    assert result["machine"]["cores"] >= 1


def test_without_json_it_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "--meetings", str(MEETINGS)]) == 0
    assert "action recall" in capsys.readouterr().out
