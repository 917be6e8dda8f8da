"""The whole network, on numpy arrays and on torch tensors."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from pinpoint3d import Scene
from pinpoint3d.graph.surface import encode_surface
from pinpoint3d.net.losses import answer_log, cross_entropy, soft_dice
from pinpoint3d.net.model import Config, Model, place_of, question_inputs
from pinpoint3d.net.pairs import Question, click_fields
from pinpoint3d.net.parameters import initial
from pinpoint3d.net.view import View, view_of

SMALL: dict[str, Any] = {"token_width": 16, "node_width": 8, "width": 12, "fine_width": 8}
CONFIGS = [
    Config(channels=(8, 12, 16), **SMALL),
    Config(backbone="pointnet2", channels=(8, 12, 16), **SMALL),
    Config(channels=(8, 12), n_rounds=0, **SMALL),
    Config(channels=(8, 12), pairs=False, **SMALL),
    Config(channels=(8, 12), settling=0, **SMALL),
]


@pytest.fixture(scope="module")
def view(two_boxes: Scene) -> View:
    return view_of(encode_surface(two_boxes, np.arange(len(two_boxes))))


ASKED = Question(
    (1, 4),
    np.array([5, 300, 420, 700], np.int32),
    np.array([True, True, True, False]),
    np.array([1, 4, 0, 0], np.int32),
)


def logits(config: Config, view: View, question: Question, there: Any = lambda x: x) -> Any:
    """Of all nodes, by random weights; `there` moves arrays to where they are computed."""
    model = Model(config)
    values = initial(model.shapes(), np.random.default_rng(0))
    parameters = {name: there(v) for name, v in values.items()}
    features = model.encode(parameters, there(model.view_inputs(view)))
    fields = [click_fields(view, int(n)) for n in question.node]
    previous = np.full((len(view), question.n_labels), 0.4, np.float32)
    rows = np.arange(len(view), dtype=np.int32)
    place = there(place_of(view))
    inputs = there(question_inputs(view, question, fields, previous))
    states = model.decode_superpoints(parameters, features, place, inputs)
    fine = there(model.fine_inputs(view, rows, question, fields, previous))
    return model.decode_nodes(parameters, features, place, states, there(rows), fine)


@pytest.mark.parametrize("config", CONFIGS)
def test_torch_and_numpy_give_the_same_logits(
    torch: ModuleType, view: View, config: Config
) -> None:
    from pinpoint3d.net.kernels_torch import on_device

    here = logits(config, view, ASKED)
    with torch.no_grad():
        there = logits(config, view, ASKED, lambda x: on_device(x, "cpu"))
    assert here.shape == (len(view), ASKED.n_labels)
    np.testing.assert_allclose(here, there.numpy(), atol=1e-3)


def test_the_order_of_parts_does_not_matter(view: View) -> None:
    from dataclasses import replace

    swapped = replace(ASKED, parts=(4, 1))
    one, two = logits(CONFIGS[0], view, ASKED), logits(CONFIGS[0], view, swapped)
    np.testing.assert_allclose(one[:, [0, 1, 2, 4, 3]], two, atol=1e-4)


def test_chances_of_answers_add_to_one(view: View) -> None:
    chance = np.exp(answer_log(logits(CONFIGS[0], view, ASKED)))
    assert chance.shape[1] == 4
    np.testing.assert_allclose(chance.sum(axis=1), 1, atol=1e-5)


def test_losses_are_least_for_the_truth(torch: ModuleType) -> None:
    truth = np.array([0, 0, 1, 2, 2, 2])
    share = torch.eye(3)[truth]
    right, wrong = torch.log(share * 0.98 + 0.01), torch.log(share.roll(1, 0) * 0.98 + 0.01)
    assert float(cross_entropy(right, share)) < 0.02 < float(cross_entropy(wrong, share))
    assert float(soft_dice(right, share)) < 0.1 < float(soft_dice(wrong, share))


def test_the_dice_ratio_is_that_of_masks_and_by_hand(torch: ModuleType) -> None:
    share = torch.tensor([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    log = torch.log(torch.tensor([[0.5, 0.5], [0.75, 0.25], [0.25, 0.75]]))
    both, squares = 0.5 + 0.75, 0.25 + 0.0625 + 0.5625
    assert float(soft_dice(log, share)) == pytest.approx(1 - (2 * both + 1) / (squares + 2 + 1))
