"""What the engine and the training loop need of a network, whichever it is: `Network`.

The networks hold no weights (see `parameters`). What they are handed is prepared in numpy, by
`view_inputs` and `ask`; `encode` and `decode` compute with numpy arrays and torch tensors alike.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Float32, Int32

from pinpoint3d.net.pairs import ClickFields, Question
from pinpoint3d.net.parameters import Parameters, Shapes
from pinpoint3d.net.view import Cut, View

Distances = Callable[[int], ClickFields]
"""`pairs.click_fields` of a question's click, by its number: measured for those who ask."""


@dataclass(frozen=True)
class Sight:
    """How finely a network sees, and how much of a scene.

    Attributes
    ----------
    size
        Edge of a node, metres; None ties it to the spacing of the points.
    grain
        Size of superpoints, against those of the graph engine.
    around
        Fewest and most nodes that a question looks at, nearest to the clicks.
    whole
        Whether scenes are encoded whole, once, and not what each question looks at by itself.
    """

    size: float | None = None
    grain: float = 1.0
    around: tuple[int, int] = (6_000, 60_000)
    whole: bool = True


@dataclass(frozen=True)
class Logits:
    """What a network says of every label of a question.

    Attributes
    ----------
    nodes
        Its answer.
    superpoints
        A first answer on superpoints, where it makes one.
    earlier
        Answers on nodes of the layers before the last; those of two labels are about the object.
    """

    nodes: Float[Any, "nodes labels"]
    superpoints: Float[Any, "superpoints labels"] | None = None
    earlier: tuple[Float[Any, "nodes _"], ...] = ()


@runtime_checkable
class Network(Protocol):
    """Features of a view, and from them and clicks the labels of its nodes."""

    @property
    def config(self) -> Any:
        """What it was built with: a dataclass of plain values."""
        ...

    @property
    def sight(self) -> Sight:
        """What it is shown."""
        ...

    def shapes(self) -> Shapes:
        """Name and shape of every parameter."""
        ...

    def view_inputs(self, view: View) -> Any:
        """What `encode` is handed of a view, as numpy arrays."""
        ...

    def encode(self, parameters: Parameters, inputs: Any) -> Any:
        """Features of a view."""
        ...

    def cut(self, parameters: Parameters, features: Any, cut: Cut) -> Any:
        """Features of a part of a view, in numpy.

        From those of the whole, which are None for networks that see parts by themselves.
        """
        ...

    def ask(
        self,
        view: View,
        question: Question,
        distances: Distances,
        previous: Float32[np.ndarray, "nodes labels"] | None,
    ) -> Any:
        """What `decode` is handed of a question, as numpy arrays.

        Parameters
        ----------
        previous
            Probabilities of the last answer, or None before there is one.
        """
        ...

    def decode(self, parameters: Parameters, features: Any, asked: Any) -> Logits:
        """Logits of every label on every node."""
        ...

    def answer(
        self,
        parameters: Parameters,
        features: Any,
        view: View,
        question: Question,
        distances: Distances,
        previous: Float32[np.ndarray, "nodes labels"] | None,
    ) -> tuple[Int32[np.ndarray, " rows"], Float32[np.ndarray, "rows labels"]]:
        """Nodes that may be of the object, ascending, and the logits there: numpy alone."""
        ...
