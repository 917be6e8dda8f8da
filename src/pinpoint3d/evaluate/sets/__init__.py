"""Readers of the research sets, each in the layout its owners publish: `open_set`.

A reader never re-orders, drops or merges what a file holds. What its set leaves open is said at the
top of its module.
"""

from pathlib import Path

from pinpoint3d.errors import FileAccessError
from pinpoint3d.evaluate.sets.agile3d import Agile3D
from pinpoint3d.evaluate.sets.articulate3d import Articulate3D
from pinpoint3d.evaluate.sets.entries import Entry, FolderSet, ResearchSet
from pinpoint3d.evaluate.sets.kitti360 import Kitti360
from pinpoint3d.evaluate.sets.mobility import PartNetMobility
from pinpoint3d.evaluate.sets.multiscan import MultiScan
from pinpoint3d.evaluate.sets.partnet_points import PartNet
from pinpoint3d.evaluate.sets.partobjaverse import PartObjaverseTiny
from pinpoint3d.evaluate.sets.partscan import PartScan, PartScanOfMultiScan
from pinpoint3d.evaluate.sets.s3dis import S3DIS
from pinpoint3d.evaluate.sets.scannet import ScanNet
from pinpoint3d.evaluate.sets.scannetpp import ScanNetPP
from pinpoint3d.evaluate.sets.scenefun3d import SceneFun3D
from pinpoint3d.evaluate.sets.shapenetpart import ShapeNetPart
from pinpoint3d.files.siblings import SHOWN

__all__ = ["SETS", "Entry", "ResearchSet", "open_set"]

_READERS: tuple[type[FolderSet], ...] = (
    PartScan,
    PartScanOfMultiScan,
    Agile3D,
    MultiScan,
    ScanNet,
    ScanNetPP,
    S3DIS,
    PartNet,
    PartNetMobility,
    SceneFun3D,
    Articulate3D,
    ShapeNetPart,
    Kitti360,
    PartObjaverseTiny,
)

SETS: dict[str, type[FolderSet]] = {reader.name: reader for reader in _READERS}
"""Readers by the name of their set."""


def open_set(name: str, folder: str | Path) -> ResearchSet:
    """A research set that lies in a folder.

    Parameters
    ----------
    name
        One of `SETS`.
    folder
        Where it is, in the layout described by the reader's module.

    Raises
    ------
    FileAccessError
        If there is no such set or folder.
    FileFormatError
        If a list of its splits is damaged.
    """
    if name not in SETS:
        raise FileAccessError(
            f"there is no reader of a set {name[:SHOWN]!r}; use one of {', '.join(SETS)}."
        )
    return SETS[name](Path(folder))
