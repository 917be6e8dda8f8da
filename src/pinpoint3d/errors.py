"""Everything pinpoint3d raises on purpose, in one tree.

::

    PinpointError
    ├── SceneError          (ValueError)    arrays that are no point cloud
    ├── ClickError          (ValueError)    a click that names no point, object or part
    ├── FileFormatError     (ValueError)    a file that is not what it says, or is damaged
    ├── FileAccessError     (OSError)       a file that cannot be opened or written
    ├── ProjectError        (ValueError)    a saved session that does not fit
    ├── SegmenterError      (ValueError)    no such segmenter, or weights that do not fit
    ├── SynthesisError      (ValueError)    data that cannot be made as asked
    └── MissingExtraError   (ImportError)   an optional dependency that is not installed

Each message is one sentence: what is wrong, where, what to do.
"""


class PinpointError(Exception):
    """Anything that pinpoint3d refuses, with one sentence for the user."""


class SceneError(PinpointError, ValueError):
    """Arrays that do not make a point cloud."""


class ClickError(PinpointError, ValueError):
    """A click that names no point of the scene, or an impossible object or part."""


class FileFormatError(PinpointError, ValueError):
    """A file that is damaged, lies about itself, or is of no known format."""


class FileAccessError(PinpointError, OSError):
    """A file that is missing, is a folder, or may not be read or written."""


class ProjectError(PinpointError, ValueError):
    """A saved session that is damaged, too new, or belongs to another scan."""


class SegmenterError(PinpointError, ValueError):
    """A segmenter that does not exist, or weights that do not fit it."""


class SynthesisError(PinpointError, ValueError):
    """Data that cannot be made as asked for."""


class TrainingError(PinpointError, ValueError):
    """A training run that cannot start or go on."""


class MissingExtraError(PinpointError, ImportError):
    """An optional dependency that a task needs and that is not installed."""
