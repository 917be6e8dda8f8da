__all__ = [
    "Candidate",
    "Click",
    "ClickError",
    "EncodedScene",
    "FileAccessError",
    "FileFormatError",
    "GraphSegmenter",
    "Masks",
    "MissingExtraError",
    "NearestSegmenter",
    "PinpointError",
    "ProjectError",
    "Report",
    "Scene",
    "SceneError",
    "Segmenter",
    "SegmenterError",
    "Session",
    "Suggestion",
    "SynthesisError",
    "__version__",
    "bundled_scan",
    "load",
    "load_segmenter",
    "open_session",
    "save",
]

from ._version import __version__
from .demo_data import bundled_scan
from .errors import (
    ClickError,
    FileAccessError,
    FileFormatError,
    MissingExtraError,
    PinpointError,
    ProjectError,
    SceneError,
    SegmenterError,
    SynthesisError,
)
from .files import load, save
from .graph.engine import GraphSegmenter
from .graph.nearest import NearestSegmenter
from .segmenter import EncodedScene, Segmenter, load_segmenter
from .session import Session, open_session
from .types import Candidate, Click, Masks, Report, Scene, Suggestion
