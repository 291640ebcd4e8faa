"""The bench's figures are those of the worst cell, and of the right ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bench.live import MEETINGS
from tests.bench.loss.cells import Cell, Result, cells, rounds
from tests.bench.loss.measure import ours, stock
from tests.bench.loss.words import LONGEST, Words, microphones
from tests.bench.scoring import Score


def result(cell: Cell) -> Result:
    """A cell of which nothing was lost and nothing was late."""
    return Result(cell, 1000, 0, 0, (0.04, 0.06, 0.07, 0.08), 0, 0.0, 0.0001)


@pytest.fixture
def results() -> dict[str, Result]:
    """Each lossy cell lost 50 of 1000, and had 5 of them undelivered."""
    found = {}
    for cell in cells():
        lossy = cell.name.startswith(("loss", "bursts"))
        whole = result(cell)
        found[cell.name] = (
            replace(whole, lost=50, undelivered=5, restored_heard=45, restored_counted=45.0)
            if lossy
            else whole
        )
    return found


def figures(results: dict[str, Result]) -> dict[str, float]:
    return ours([each for each in results.values() if each.cell.kind == "ours"])


def change(results: dict[str, Result], name: str, **values: object) -> None:
    results[name] = replace(results[name], **values)  # type: ignore[arg-type]


def test_the_worst_cell_is_the_figure(results: dict[str, Result]) -> None:
    assert figures(results)["undelivered_vs_wire_worst"] == 0.1
    change(results, "bursts 5 %", undelivered=40)
    assert figures(results)["undelivered_vs_wire_worst"] == 0.8
    assert figures(results)["undelivered_vs_wire_at_5_loss"] == 0.1


def test_cells_without_redundancy_have_a_figure_of_their_own(results: dict[str, Result]) -> None:
    change(results, "loss 5 %, no FEC", undelivered=50)
    assert figures(results)["undelivered_vs_wire_worst"] == 0.1
    assert figures(results)["undelivered_vs_wire_worst_no_fec"] == 1.0


def test_what_is_missing_where_nothing_was_lost_is_a_share_of_all(
    results: dict[str, Result],
) -> None:
    change(results, "jitter 200 ms", undelivered=3)
    assert figures(results)["undelivered_at_no_loss"] == 0.003


def test_lags_are_the_worst_cells_of_any_kind(results: dict[str, Result]) -> None:
    change(results, "loss 20 %, no FEC", lags=(0.05, 0.15, 0.2, 0.3))
    assert figures(results)["lag_p95_ms"] == 150.0
    assert figures(results)["lag_p95_ms_undisturbed"] == 60.0


def test_stock_is_measured_beside(results: dict[str, Result]) -> None:
    change(results, "loss 1 %, stock", undelivered=290)
    found = stock([each for each in results.values() if each.cell.kind == "stock"])
    assert found["stock_undelivered_vs_wire_worst"] == 5.8
    assert found["stock_undelivered_at_1_loss"] == 0.29


def test_every_cell_is_played_once_and_with_others_of_its_kind_and_length() -> None:
    played = [cell for together in rounds() for cell in together]
    assert sorted(cell.name for cell in played) == sorted(cell.name for cell in cells())
    assert all(len({(c.kind, c.seconds) for c in together}) == 1 for together in rounds())


def test_words_come_from_microphones_of_one_person_each() -> None:
    spoken = microphones(MEETINGS)
    assert len(spoken) >= 8
    assert {each.language for each in spoken} == {"en", "de", "nl"}
    assert all(each.text and each.seconds <= LONGEST for each in spoken)


def test_points_are_the_difference_of_the_rates() -> None:
    assert Words(Score(4, 200), Score(7, 200)).points == pytest.approx(1.5)
