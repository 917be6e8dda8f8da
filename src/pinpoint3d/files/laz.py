"""The door to lazrs, which packs and unpacks the points of LAZ files.

lazrs trusts what it is given: sizes within a damaged file make it ask for any amount of memory,
and it then ends the process. So it never sees the file's own tables here. Its description of the
points is written anew from the checked layout, chunks are found and measured before they are
unpacked, and each is handed over alone. LASzip's format: M. Isenburg, "LASzip: lossless compression
of LiDAR data", Photogrammetric Engineering & Remote Sensing 79(2), 2013.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from pinpoint3d.errors import FileFormatError, MissingExtraError
from pinpoint3d.files.las_layout import LASZIP, Layout
from pinpoint3d.files.storage import MAX_RATIO

SLACK = 1 << 26  # bytes that any file may unpack to, however small it is
PIECE_POINTS = 1 << 17
VARIABLE = 2**32 - 1  # chunk size that says: each chunk has its own
_WHOLE, _CHUNKED, _LAYERED = 1, 2, 3  # ways of packing
_HEAD = "<HHBBHIIqqH"  # of the description: packing, coder, version, options, chunk size, ...

_FLAGS_AT, _CHANNEL = 15, 0x30  # where points from format 6 keep their scanner channel

# Items that make up the point formats, by LASzip's numbers, and the bytes and layers of each.
_POINT10, _GPS, _RGB, _WAVE, _BYTES = 6, 7, 8, 9, 0
_POINT14, _RGB14, _NIR14, _WAVE14, _BYTES14 = 10, 11, 12, 13, 14
_ITEMS = (
    (_POINT10,), (_POINT10, _GPS), (_POINT10, _RGB), (_POINT10, _GPS, _RGB),
    (_POINT10, _GPS, _WAVE), (_POINT10, _GPS, _RGB, _WAVE), (_POINT14,), (_POINT14, _RGB14),
    (_POINT14, _NIR14), (_POINT14, _WAVE14), (_POINT14, _NIR14, _WAVE14),
)  # fmt: skip
_SIZES = {
    _POINT10: 20,
    _GPS: 8,
    _RGB: 6,
    _WAVE: 29,
    _POINT14: 30,
    _RGB14: 6,
    _NIR14: 8,
    _WAVE14: 29,
}
_LAYERS = {_POINT14: 9, _RGB14: 1, _NIR14: 2, _WAVE14: 1}  # added bytes have one each


@dataclass(frozen=True)
class _Packing:
    way: int
    chunk_size: int
    items: tuple[tuple[int, int, int], ...]  # number, bytes, version

    def description(self, chunk_size: int) -> bytes:
        """LASzip's description of the points, with chunks of a given size."""
        head = struct.pack(_HEAD, self.way, 0, 2, 2, 0, 0, chunk_size, -1, -1, len(self.items))
        return head + b"".join(struct.pack("<HHH", *item) for item in self.items)


def unpack(data: bytes, layout: Layout, path: Path) -> UInt8[np.ndarray, "points bytes"]:
    """Points of a LAZ file as bytes.

    Raises
    ------
    FileFormatError
        If they are damaged, fewer than promised, or more than the file can hold.
    MissingExtraError
        If lazrs is not installed.
    """
    lazrs = _lazrs(f"reading {path.name}")
    size = layout.n_points * layout.point_size
    packed_size = layout.points_end - layout.points_at
    if size > MAX_RATIO * packed_size + SLACK:
        raise FileFormatError(
            f"{path.name}: promises {layout.n_points:,} points in {packed_size:,} packed bytes, "
            "which no scan is packed to; unpack it yourself if you trust it."
        )
    packing = _packing(layout, path)
    points = np.empty((layout.n_points, layout.point_size), np.uint8)
    done = 0
    for stream, count, chunk_size in _streams(data, layout, packing, path):
        try:
            decoder = lazrs.LasZipDecompressor(stream, packing.description(chunk_size))
            for start in range(done, done + count, PIECE_POINTS):
                piece = points[start : min(start + PIECE_POINTS, done + count)]
                decoder.decompress_many(piece.reshape(-1))
        except BaseException as error:  # a panic in lazrs is a BaseException
            if isinstance(error, lazrs.LazrsError) or type(error).__name__ == "PanicException":
                raise _damaged(path) from None
            raise
        done += count
    if layout.point_format in (9, 10) and len(np.unique(points[:, _FLAGS_AT] & _CHANNEL)) > 1:
        raise FileFormatError(
            f"{path.name}: has packed waveforms of several scanner channels, which lazrs takes "
            "apart wrongly; convert it to .las first."
        )
    return points


def pack(
    points: UInt8[np.ndarray, "points bytes"], point_format: int, head: bytes, extra_bytes: int
) -> bytes:
    """`head`, which is all that comes before the points, and the points packed behind it.

    Places within LAZ files count from the start of the file, hence the head. What was packed is
    unpacked again and compared before it is given out.
    """
    lazrs = _lazrs("writing LAZ")
    stream = io.BytesIO()
    stream.write(head)
    description = lazrs.LazVlr.new_for_compression(point_format, extra_bytes)
    packer = lazrs.LasZipCompressor(stream, description)
    for start in range(0, len(points), PIECE_POINTS):
        packer.compress_many(np.ascontiguousarray(points[start : start + PIECE_POINTS]).reshape(-1))
    packer.done()
    stream.seek(len(head))
    check = lazrs.LasZipDecompressor(stream, description.record_data())
    for start in range(0, len(points), PIECE_POINTS):
        piece = points[start : start + PIECE_POINTS]
        again = np.empty(piece.shape, np.uint8)
        check.decompress_many(again.reshape(-1))
        if not np.array_equal(again, piece):
            raise FileFormatError("points changed when they were packed; save as .las instead.")
    return stream.getvalue()


def description(point_format: int, extra_bytes: int) -> bytes:
    """Payload of the record by which LAZ files say how their points are packed."""
    lazrs = _lazrs("writing LAZ")
    return lazrs.LazVlr.new_for_compression(point_format, extra_bytes).record_data()


def _lazrs(task: str) -> Any:
    try:
        import lazrs
    except ImportError:
        raise MissingExtraError(f"{task} needs lazrs; install pinpoint3d[las].") from None
    return lazrs


def _damaged(path: Path) -> FileFormatError:
    return FileFormatError(f"{path.name}: its packed points are damaged; copy it again.")


def _packing(layout: Layout, path: Path) -> _Packing:
    """How the points are packed, if that fits their format."""
    payloads = [r.payload for r in layout.records if (r.user, r.number) == LASZIP]
    head_size = struct.calcsize(_HEAD)
    if not payloads or len(payloads[0]) < head_size:
        raise FileFormatError(f"{path.name}: does not say how its points are packed.")
    way, coder, *_, chunk_size, _, _, n_items = struct.unpack_from(_HEAD, payloads[0])
    if len(payloads[0]) < head_size + 6 * n_items:
        raise FileFormatError(f"{path.name}: does not say how its points are packed.")
    items = tuple(
        struct.unpack_from("<HHH", payloads[0], head_size + 6 * i) for i in range(n_items)
    )
    expected = [(number, _SIZES[number]) for number in _ITEMS[layout.point_format]]
    rest = layout.point_size - layout.standard_size
    if rest:
        expected.append((_BYTES14 if layout.point_format >= 6 else _BYTES, rest))
    versions, ways = ((3, 4), (_LAYERED,)) if layout.point_format >= 6 else ((1, 2), (1, 2))
    if (
        coder != 0
        or way not in ways
        or chunk_size == 0
        or (chunk_size == VARIABLE and way == _CHUNKED)
        or [item[:2] for item in items] != expected
        or any(item[2] not in versions for item in items)
    ):
        raise FileFormatError(
            f"{path.name}: its points are packed in a way that does not fit their format."
        )
    return _Packing(way, chunk_size, items)


def _streams(
    data: bytes, layout: Layout, packing: _Packing, path: Path
) -> Iterator[tuple[io.BytesIO, int, int]]:
    """Parts that can be unpacked alone: bytes, number of points, and chunk size."""
    if packing.way == _WHOLE:
        points = data[layout.points_at : layout.points_end]
        yield io.BytesIO(points), layout.n_points, packing.chunk_size
    elif packing.way == _CHUNKED:
        points = data[layout.points_at + 8 : _table_at(data, layout, path)]
        yield _with_empty_table(points), layout.n_points, packing.chunk_size
    else:
        for start, end, count in _chunks(data, layout, packing, path):
            yield _with_empty_table(data[start:end]), count, count


def _table_at(data: bytes, layout: Layout, path: Path) -> int:
    """Where the chunks end and their table begins: beyond the end if the file was cut short."""
    earliest, latest = layout.points_at + 8, layout.points_end - 8
    if latest < earliest:
        raise _damaged(path)
    (place,) = struct.unpack_from("<q", data, layout.points_at)
    if place == -1:  # written by a program that could not go back
        (place,) = struct.unpack_from("<q", data, latest)
    if not earliest <= place <= latest:
        raise _damaged(path)
    return place


def _with_empty_table(chunks: bytes) -> io.BytesIO:
    """Chunks between the place of a table of chunks and that table, which has no entries."""
    return io.BytesIO(struct.pack("<q", 8 + len(chunks)) + chunks + bytes(8))


def _chunks(
    data: bytes, layout: Layout, packing: _Packing, path: Path
) -> Iterator[tuple[int, int, int]]:
    """Start, end and number of points of each layered chunk.

    A chunk is its first point as it is, its number of points, the sizes of its layers, and the
    layers: all sizes can be checked before anything is unpacked.
    """
    n_layers = sum(item[1] if item[0] == _BYTES14 else _LAYERS[item[0]] for item in packing.items)
    sizes_at = layout.point_size + 4
    position, done = layout.points_at + 8, 0
    while done < layout.n_points:
        layers_at = position + sizes_at + 4 * n_layers
        if layers_at > layout.points_end:
            raise _damaged(path)
        count, *layers = struct.unpack_from(f"<{1 + n_layers}I", data, position + sizes_at - 4)
        end = layers_at + sum(layers)
        if end > layout.points_end or count == 0:
            raise _damaged(path)
        count = min(count, layout.n_points - done)
        yield position, end, count
        position, done = end, done + count
