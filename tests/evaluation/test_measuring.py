"""The default engine is measured on real photos, and the passive signals on videos."""

from __future__ import annotations

import pytest

from consentry.engines.face.loading import FaceSpec
from consentry.evaluation.measuring import Measured, measure
from consentry.evaluation.report import as_json, lines
from consentry.evaluation.samples import find
from tests.evaluation.folders import fill, film


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    return measure(FaceSpec(), find(film(fill(tmp_path_factory.mktemp("samples")))))


def test_photos_are_acquired_or_it_is_counted_why_not(measured: Measured) -> None:
    assert (measured.people, measured.photos) == (2, 5)
    assert measured.failures == {"no_face": 1, "unreadable": 1}


def test_one_person_is_told_from_another(measured: Measured) -> None:
    mated = measured.comparisons.false_non_matches(measured.threshold)
    non_mated = measured.comparisons.false_matches(measured.threshold)
    assert (mated.errors, mated.trials, mated.units) == (0, 1, 1)
    assert (non_mated.errors, non_mated.trials, non_mated.units) == (0, 2, 1)


def test_a_person_passes_and_a_picture_that_stands_still_does_not(measured: Measured) -> None:
    assert (measured.genuine.errors, measured.genuine.trials) == (0, 1)
    let_pass = {
        (kind, species): rate.errors
        for kind, by_species in measured.attacks.items()
        for species, rate in by_species.items()
    }
    assert let_pass == {("loop", "still"): 0, ("mask", "paper"): 0, ("mask", "silicone"): 1}


def test_the_report_says_what_is_not_established(measured: Measured) -> None:
    told = lines(measured, 0.001)
    assert told == [
        "engine dlib-resnet, threshold 0.5",
        "2 people, 5 photos",
        "FTA   failure to acquire: 2 of 5 photos (1 no_face, 1 unreadable)",
        "FNMR  false non-match rate: 0 of 1, not established: "
        "bounds take 10 people with two photos",
        "FMR   false match rate: 0 of 2, not established: bounds take 10 people",
        "      the same person: distances 0.35 to 0.35",
        "      two people: distances 0.86 to 0.86",
        "threshold for an FMR of 0.1 %: not established; "
        "it takes 78 people at least, and here are 2",
        "by the passive signals alone, the challenge off:",
        "BPCER people: 0 of 1, not established: bounds take 10 videos",
        "APCER loop: 0 of 1, not established: bounds take 10 videos",
        "APCER mask: 1 of 1, not established: bounds take 10 videos",
        "      paper: 0 of 1, not established: bounds take 10 videos",
        "      silicone: 1 of 1, not established: bounds take 10 videos",
    ]


def test_the_report_names_nobody(measured: Measured) -> None:
    text = f"{lines(measured, 0.001)} {as_json(measured, 0.001)}"
    assert "eileen" not in text
    assert "barack" not in text


def test_programs_are_told_the_same(measured: Measured) -> None:
    told = as_json(measured, 0.001)
    assert told["fnmr"] == {
        "errors": 0, "trials": 1, "units": 1,
        "value": 0.0, "low": None, "high": None, "established": False,
    }  # fmt: skip
    assert told["threshold_for_wanted_fmr"] is None
    assert told["apcer"]["mask"]["silicone"]["errors"] == 1
