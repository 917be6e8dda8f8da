"""What a segmenter is, and the one door to all of them: `load_segmenter`."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from pinpoint3d.errors import SegmenterError
from pinpoint3d.graph.engine import GraphSegmenter
from pinpoint3d.graph.nearest import NearestSegmenter
from pinpoint3d.net.engine import NetSegmenter
from pinpoint3d.net.weights import SHIPPED, SUFFIX
from pinpoint3d.types import Candidate, Click, Masks, Scene, Suggestion

_logger = logging.getLogger(__name__)


@runtime_checkable
class EncodedScene(Protocol):
    """A scene and what its segmenter computed for it, ready for clicks.

    All methods are pure: the same clicks give the same bytes, whatever was asked before.
    """

    @property
    def name(self) -> str:
        """Name of the segmenter that encoded it."""
        ...

    @property
    def scene(self) -> Scene:
        """The scene that was encoded."""
        ...

    def segment(self, clicks: Sequence[Click]) -> Masks:
        """Object, part and confidence of every point, given all clicks so far in their order."""
        ...

    def candidates(self, click: Click) -> list[Candidate]:
        """Possible readings of one click, small to large, each inside the next."""
        ...

    def suggest(self, clicks: Sequence[Click]) -> list[Suggestion]:
        """Places where a click would help most after those so far, the best first.

        Empty where the answer is sure, and before the first click.
        """
        ...


@runtime_checkable
class Segmenter(Protocol):
    """Anything that can encode a scene."""

    @property
    def name(self) -> str:
        """Short name, as `load_segmenter` takes it and a saved session records it."""
        ...

    def encode(self, scene: Scene) -> EncodedScene:
        """Do the slow work, once a scene."""
        ...


_BUILT_IN: dict[str, Callable[[], Segmenter]] = {
    "net": lambda: NetSegmenter(SHIPPED),
    "graph": GraphSegmenter,
    "nearest": NearestSegmenter,
}
BEST = "net"


def load_segmenter(name: str | Path | None = None) -> Segmenter:
    """Segmenter of a name.

    Parameters
    ----------
    name
        "net" (the trained network of the package), "graph" (training-free), "nearest" (each
        point takes its nearest click's label: a baseline), the path of a weights file, or None
        for the best that this installation has, which is logged.

    Raises
    ------
    SegmenterError
        If there is none of that name, or the weights are damaged.
    FileAccessError
        If the weights cannot be read.
    """
    if name is None:
        _logger.info("using the %s segmenter", BEST)
        name = BEST
    if str(name) in _BUILT_IN:
        return _BUILT_IN[str(name)]()
    if Path(name).suffix == SUFFIX:
        return NetSegmenter(Path(name), name=str(name))
    raise SegmenterError(
        f"no segmenter {str(name)!r}; this version has {', '.join(sorted(_BUILT_IN))}, "
        f"and weights in files that end in {SUFFIX}."
    )
