"""A model is run as it is, and what is wrong with it is told by its key."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from consentry.engines.face.network import Network, read_model
from consentry.errors import FaceEngineError, ModelCorrupt, ModelMissing
from tests.engines.face.networks import network

MODEL = network(["any", 3, 4, 4], {"b": np.array([[7.0]]), "a": np.array([[1.0, 2.0]])})


def test_outputs_come_by_name_in_the_order_of_the_model() -> None:
    loaded = Network(MODEL, "face.detector")
    assert loaded.input_shape == (None, 3, 4, 4)
    assert loaded.outputs == ("b", "a")
    outputs = loaded.run(np.zeros((1, 3, 4, 4), np.float32))
    assert {name: value.tolist() for name, value in outputs.items()} == {
        "b": [[7.0]],
        "a": [[1.0, 2.0]],
    }


def test_a_picture_it_does_not_take_is_told() -> None:
    with pytest.raises(
        FaceEngineError, match=r"face\.detector: does not take float32\[1, 3, 5, 5\]"
    ):
        Network(MODEL, "face.detector").run(np.zeros((1, 3, 5, 5), np.float32))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_an_output_that_is_not_finite_is_no_answer(value: float) -> None:
    loaded = Network(network([1, 3, 4, 4], {"e": np.array([[1.0, value]])}), "face.embedder")
    with pytest.raises(FaceEngineError, match="output 'e' is not finite"):
        loaded.run(np.zeros((1, 3, 4, 4), np.float32))


@pytest.mark.parametrize("length", [0, 1, 40, len(MODEL) // 2, len(MODEL) - 20])
def test_a_file_that_was_cut_short_is_told(length: int) -> None:
    with pytest.raises(ModelCorrupt, match=r"face\.embedder: is no ONNX model.*get it again"):
        Network(MODEL[:length], "face.embedder")


def test_a_file_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"face\.embedder: w\.onnx can't be read"):
        read_model(tmp_path / "w.onnx", "face.embedder")
    with pytest.raises(ModelMissing, match="IsADirectoryError"):
        read_model(tmp_path, "face.embedder")
