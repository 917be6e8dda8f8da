"""The peer networks: the same on numpy arrays and torch tensors, masked where they say so."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from pinpoint3d import Click, Scene
from pinpoint3d.errors import SegmenterError
from pinpoint3d.graph.surface import encode_surface
from pinpoint3d.net.attention import attended, attention_shapes
from pinpoint3d.net.engine import NetSegmenter
from pinpoint3d.net.losses import answer_log
from pinpoint3d.net.model import Config
from pinpoint3d.net.network import Logits, Network
from pinpoint3d.net.pairs import Question, click_fields
from pinpoint3d.net.parameters import initial
from pinpoint3d.net.peers.agile3d import Agile3DConfig
from pinpoint3d.net.peers.pointsam import PointSamConfig
from pinpoint3d.net.presets import PRESETS, AnyConfig, built, described, network_of
from pinpoint3d.net.view import View, view_of
from pinpoint3d.net.weights import Weights

SMALL_QUERIES: dict[str, Any] = {"channels": (8, 12), "width": 16, "hidden": 24, "n_heads": 2}
SMALL: dict[str, AnyConfig] = {
    "default": Config(channels=(8, 12), token_width=16, node_width=8, width=12, fine_width=8),
    "reference": Agile3DConfig(n_part_layers=2, n_layers=2, **SMALL_QUERIES),
    "agile3d": Agile3DConfig(n_layers=2, **SMALL_QUERIES),
    "pointsam": PointSamConfig(
        width=16, hidden=24, n_heads=2, n_layers=1, n_mask_layers=1, fine_width=8
    ),
}
PARTS = Question(
    (1, 4),
    np.array([5, 300, 420, 700], np.int32),
    np.array([True, True, True, False]),
    np.array([1, 4, 0, 0], np.int32),
)
ONE_CLICK = Question((1,), np.array([5], np.int32), np.array([True]), np.array([1], np.int32))


@pytest.fixture(scope="module")
def view(two_boxes: Scene) -> View:
    return view_of(encode_surface(two_boxes, np.arange(len(two_boxes)), size=0.03))


def parameters_of(network: Network) -> dict[str, np.ndarray]:
    return initial(network.shapes(), np.random.default_rng(0))


def logits(
    network: Network,
    view: View,
    question: Question,
    *,
    previous: np.ndarray | None = None,
    there: Callable[[Any], Any] = lambda x: x,
) -> Logits:
    """By random weights; `there` moves arrays to where they are computed."""
    parameters = {name: there(v) for name, v in parameters_of(network).items()}
    features = network.encode(parameters, there(network.view_inputs(view)))
    asked = network.ask(
        view, question, lambda k: click_fields(view, int(question.node[k])), previous
    )
    return network.decode(parameters, features, there(asked))


@pytest.mark.parametrize("name", list(PRESETS))
@pytest.mark.parametrize("question", [PARTS, ONE_CLICK], ids=["parts", "one click"])
def test_torch_and_numpy_give_the_same_logits(
    torch: ModuleType, view: View, name: str, question: Question
) -> None:
    from pinpoint3d.net.kernels_torch import on_device

    torch.set_num_threads(1)
    network = built(SMALL[name])
    before = np.full((len(view), question.n_labels), 0.4, np.float32)
    for previous in (None, before):
        here = logits(network, view, question, previous=previous)
        with torch.no_grad():
            there = logits(
                network, view, question, previous=previous, there=lambda x: on_device(x, "cpu")
            )
        assert here.nodes.shape == (len(view), question.n_labels)
        np.testing.assert_allclose(here.nodes, there.nodes.numpy(), atol=1e-3)
        for mine, theirs in zip(here.earlier, there.earlier, strict=True):
            np.testing.assert_allclose(mine, theirs.numpy(), atol=1e-3)


@pytest.mark.parametrize("name", ["reference", "agile3d", "pointsam"])
def test_the_order_of_parts_does_not_matter(view: View, name: str) -> None:
    from dataclasses import replace

    network = built(SMALL[name])
    one = logits(network, view, PARTS).nodes
    two = logits(network, view, replace(PARTS, parts=(4, 1))).nodes
    np.testing.assert_allclose(one[:, [0, 1, 2, 4, 3]], two, atol=1e-4)


@pytest.mark.parametrize("name", ["reference", "agile3d"])
def test_flat_targets_share_one_probability(view: View, name: str) -> None:
    found = logits(built(SMALL[name]), view, PARTS).nodes
    flat = found[:, [0, 2, 3, 4]]
    chance = np.exp(flat - flat.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(np.exp(answer_log(found)), chance, atol=1e-5)


def test_masked_rows_are_not_looked_at() -> None:
    width = 2
    same = np.eye(width, dtype=np.float32)
    parameters = {f"a.{part}.weight": same for part in ("query", "key", "value", "out")}
    parameters |= {"a.out.bias": np.zeros(2, np.float32), "a.gain": np.ones(2, np.float32)}
    parameters["a.bias"] = np.zeros(2, np.float32)
    assert {k: v.shape for k, v in parameters.items()} == attention_shapes("a", width)
    x = np.array([[0, 0], [0, 0]], np.float32)
    memory = np.array([[1, 5], [5, 1], [7, 7]], np.float32)
    nowhere = np.zeros_like(memory)

    def looked(memory: np.ndarray) -> np.ndarray:
        allowed = np.array([[1, 0, 0], [0, 1, 0]], np.float32)
        return attended(
            parameters, "a", x, memory, 1, at=x, memory_at=nowhere, allowed=allowed
        )  # x + the one row that each may see, normalised: (1, 5) to (-1, 1), (5, 1) to (1, -1)

    np.testing.assert_allclose(looked(memory), [[-1, 1], [1, -1]], atol=1e-4)
    memory[2] = 1e4  # no row may see it
    np.testing.assert_array_equal(looked(memory), looked(memory[[0, 1, 1]]))
    memory[1] = 1e4  # the second row alone sees it
    np.testing.assert_allclose(looked(memory), [[-1, 1], [0, 0]], atol=1e-4)


def test_parts_first_look_at_the_object_alone(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    from pinpoint3d.net.peers import agile3d

    seen: dict[str, np.ndarray] = {}

    def noted(parameters: Any, name: str, *args: Any, allowed: Any = None, **more: Any) -> Any:
        if allowed is not None:
            seen[name] = allowed
        return attended(parameters, name, *args, allowed=allowed, **more)

    monkeypatch.setattr(agile3d, "attended", noted)
    found = logits(built(SMALL["reference"]), view, PARTS)
    is_object = found.earlier[1].argmax(axis=1) == 1  # the last answer of the object's stage
    assert 0 < is_object.sum() < len(view)
    allowed = seen["second.0.scene"]
    np.testing.assert_array_equal(allowed[:3], np.tile(is_object, (3, 1)))  # clicks on the object
    np.testing.assert_array_equal(allowed[3:14], np.tile(~is_object, (11, 1)))  # the background's
    assert "first.0.scene" not in seen  # at first, clicks look everywhere


def test_an_unclicked_rest_is_where_no_part_is(view: View) -> None:
    from dataclasses import replace

    asked = replace(PARTS, node=PARTS.node[:2], is_object=PARTS.is_object[:2], part=PARTS.part[:2])
    found = logits(built(SMALL["pointsam"]), view, asked).nodes
    assert (found[:, [0, 2]] == 0).all()
    assert (found[:, [1, 3, 4]] != 0).any(axis=0).all()


@pytest.mark.parametrize("name", list(PRESETS))
def test_sizes_are_alike(name: str) -> None:
    network = built(PRESETS[name])
    assert isinstance(network, Network)
    size = sum(int(np.prod(shape)) for shape in network.shapes().values())
    assert 3.5e6 < size < 6.5e6


@pytest.mark.parametrize("name", list(PRESETS))
def test_every_network_is_an_engine_that_keeps_to_its_clicks(two_boxes: Scene, name: str) -> None:
    network = built(SMALL[name])
    engine = NetSegmenter(Weights(described(network.config), parameters_of(network)))
    assert engine.network.config == network.config
    encoded = engine.encode(two_boxes)
    rows = [10_500, 11_500, 13_500, 100]
    clicks = [Click(rows[0], 1, 1), Click(rows[1], 1, 2), Click(rows[2], 2), Click(rows[3], 0)]
    masks = encoded.segment(clicks)
    labels = list(zip(masks.object[rows].tolist(), masks.part[rows].tolist(), strict=True))
    assert labels == [(1, 1), (1, 2), (2, 0), (0, 0)]
    again = engine.encode(two_boxes)
    again.segment(clicks[:2])
    later = again.segment(clicks)
    np.testing.assert_array_equal(later.object, masks.object)
    np.testing.assert_array_equal(later.part, masks.part)


def test_unknown_networks_get_a_sentence() -> None:
    with pytest.raises(SegmenterError, match="does not know"):
        network_of(Weights({"kind": "hexagons"}, {}), "other.safetensors")
