"""Small ONNX models with known answers, made for a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Array = NDArray[np.floating]


def network(
    shape: Sequence[int | str],
    outputs: Mapping[str, Array],
    lit: Sequence[str] = (),
    inputs: int = 1,
) -> bytes:
    """A model that takes ``shape`` and gives ``outputs`` whatever it sees; those that ``lit``
    names are multiplied by the mean of the first plane of what it sees."""
    names = [f"input{i}" for i in range(inputs)]
    nodes = [
        helper.make_node("Slice", ["input0", "zero", "one", "axis"], ["plane"]),
        helper.make_node("ReduceMean", ["plane"], ["mean"], keepdims=0),
    ]
    constants = [
        numpy_helper.from_array(np.array([value], np.int64), name)
        for name, value in (("zero", 0), ("one", 1), ("axis", 1))
    ]
    for name, value in outputs.items():
        constants.append(numpy_helper.from_array(value.astype(np.float32), f"{name}_value"))
        if name in lit:
            nodes.append(helper.make_node("Mul", [f"{name}_value", "mean"], [name]))
        else:
            nodes.append(helper.make_node("Identity", [f"{name}_value"], [name]))
    graph = helper.make_graph(
        nodes,
        "made for a test",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape)) for name in names],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, list(value.shape))
            for name, value in outputs.items()
        ],
        constants,
    )
    return _bytes(graph)


def means(shape: Sequence[int | str], axes: Sequence[int], factors: Array) -> bytes:
    """A model that gives the mean over ``axes``, a vector, times ``factors``: of a picture, its
    color as the model sees it."""
    size = len(factors)
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["picture"], ["mean"], axes=list(axes), keepdims=0),
            helper.make_node("Mul", ["mean", "factors"], ["embedding"]),
        ],
        "made for a test",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, list(shape))],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, size])],
        [numpy_helper.from_array(factors.astype(np.float32), "factors")],
    )
    return _bytes(graph)


def _bytes(graph: onnx.GraphProto) -> bytes:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 10
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


def scrfd(
    side: int, faces: Mapping[tuple[int, int, int], Array], *, batch: bool = False
) -> dict[str, Array]:
    """What SCRFD gives where, by cell size, index of the anchor and number, each of ``faces`` is:
    score, four distances and ten of landmarks, in cells."""
    parts: dict[str, Array] = {}
    for part, (first, last) in {"score": (0, 1), "box": (1, 5), "points": (5, 15)}.items():
        for cell in (8, 16, 32):
            values = np.zeros(((side // cell) ** 2 * 2, last - first))
            for (size, row, column), face in faces.items():
                if size == cell:
                    values[(row * (side // cell) + column) * 2] = face[first:last]
            parts[f"{part}_{cell}"] = values[None] if batch else values
    return parts


def yunet(side: int, faces: Mapping[tuple[int, int, int], Array]) -> dict[str, Array]:
    """What YuNet gives where, by cell size, row and column, each of ``faces`` is: class, object,
    four values of the box and ten of landmarks, in cells."""
    parts: dict[str, Array] = {}
    widths = {"cls": (0, 1), "obj": (1, 2), "bbox": (2, 6), "kps": (6, 16)}
    for part, (first, last) in widths.items():
        for cell in (8, 16, 32):
            values = np.zeros((1, (side // cell) ** 2, last - first))
            for (size, row, column), face in faces.items():
                if size == cell:
                    values[0, row * (side // cell) + column] = face[first:last]
            parts[f"{part}_{cell}"] = values
    return parts
