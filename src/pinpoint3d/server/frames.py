"""Binary frames: labels, masks and points as the studio gets them.

A frame is a head of 32 bytes, little endian, and a body::

    u16 magic 0x3350   u8 kind    u8 flags   u32 rev       u32 base_rev   u32 count
    u32 raw_len        u32 body_len          u16 object    u8 part        u8 score
    u32 crc32 of the body

`count` is the number of points that the frame is about, `raw_len` the length of the body before
deflate, `score` is of 255. Labels and masks are runs of varints (LEB128, seven bits a byte, low
ones first), because points in display order have few of them.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag

import numpy as np
from jaxtyping import Bool, Integer, UInt8, UInt16

from pinpoint3d.errors import FileFormatError

MAGIC = 0x3350
HEAD = struct.Struct("<HBBIIIIIHBBI")
DEFLATE_FROM = 4096  # bytes: below it a client's decoder costs more than the bytes
MAX_RAW = 1 << 31
MAX_COUNT = 200_000_000  # points: what a scan may have
_MAX_VARINT = 5  # bytes: 35 bits


class Kind(IntEnum):
    """What a body holds, for `count` points in display order unless something else is said.

    MASK: varints off, on, off, on ... . LABELS: varints (skip, length, object, part) for every
    run that is not background, or with the delta flag for every run that changed since `base_rev`;
    `skip` counts from the end of the last run. CONFIDENCE: u8 of 255. CANDIDATES: MASK frames one
    after the other, small to large, each with its score; `count` is their number. POSITIONS: three
    u16 or f32. COLOURS: three u8. SUPERPOINTS: u32 each. NORMALS: three i8 of 127.
    """

    MASK = 1
    LABELS = 3
    CONFIDENCE = 4
    CANDIDATES = 5
    POSITIONS = 6
    COLOURS = 7
    SUPERPOINTS = 8
    NORMALS = 9


class Flag(IntFlag):
    """How to read a body."""

    DEFLATE = 1
    DELTA = 2


@dataclass(frozen=True)
class Frame:
    """One frame, its body unpacked. `score` from 0 to 1."""

    kind: Kind
    count: int
    body: bytes
    rev: int = 0
    base_rev: int = 0
    delta: bool = False
    object: int = 0
    part: int = 0
    score: float = 0.0


@dataclass(frozen=True)
class Labels:
    """Object and part of every point, in the widths of the wire."""

    object: UInt16[np.ndarray, " points"]
    part: UInt8[np.ndarray, " points"]

    @classmethod
    def empty(cls, n_points: int) -> "Labels":
        """All background."""
        return cls(np.zeros(n_points, np.uint16), np.zeros(n_points, np.uint8))

    def __len__(self) -> int:
        return len(self.object)


def encode(frame: Frame) -> bytes:
    """Bytes of a frame; a body of 4 kB or more is deflated where that makes it smaller."""
    flags = Flag.DELTA if frame.delta else Flag(0)
    body = frame.body
    if len(body) >= DEFLATE_FROM:
        packer = zlib.compressobj(1, zlib.DEFLATED, -15)
        packed = packer.compress(body) + packer.flush()
        if len(packed) < len(body):
            body, flags = packed, flags | Flag.DEFLATE
    head = HEAD.pack(
        MAGIC,
        frame.kind,
        flags,
        frame.rev,
        frame.base_rev,
        frame.count,
        len(frame.body),
        len(body),
        frame.object,
        frame.part,
        round(frame.score * 255),
        zlib.crc32(body),
    )
    return head + body


def decode(content: bytes, *, max_raw: int = MAX_RAW) -> tuple[Frame, bytes]:
    """First frame of some bytes, and what follows it.

    Raises
    ------
    FileFormatError
        If it is no whole frame, is damaged, or unpacks to more than `max_raw` bytes.
    """
    if len(content) < HEAD.size:
        raise FileFormatError("a frame is cut off in its head; ask for it again.")
    fields = HEAD.unpack_from(content)
    magic, kind, flags, rev, base_rev, count, raw_len, body_len, object_id, part, score, crc = (
        fields
    )
    if magic != MAGIC or kind not in list(Kind) or flags & ~(Flag.DEFLATE | Flag.DELTA):
        raise FileFormatError("what came is no frame of this version; update the client.")
    body = content[HEAD.size : HEAD.size + body_len]
    if len(body) < body_len or zlib.crc32(body) != crc:
        raise FileFormatError("a frame is cut off or damaged; ask for it again.")
    if raw_len > max_raw or count > MAX_COUNT:
        raise FileFormatError(
            f"a frame of {raw_len:,} bytes about {count:,} points is more than is allowed."
        )
    if flags & Flag.DEFLATE:
        body = _inflated(body, raw_len)
    if len(body) != raw_len:
        raise FileFormatError("a frame's body is not as long as it says; ask for it again.")
    delta = bool(flags & Flag.DELTA)
    frame = Frame(Kind(kind), count, body, rev, base_rev, delta, object_id, part, score / 255)
    return frame, content[HEAD.size + body_len :]


def labels_frame(labels: Labels, rev: int) -> Frame:
    """All labels of a revision."""
    body = _label_runs(labels, Labels.empty(len(labels)))
    return Frame(Kind.LABELS, len(labels), body, rev=rev)


def delta_frame(labels: Labels, rev: int, before: Labels, base_rev: int) -> Frame:
    """The labels that changed between two revisions."""
    body = _label_runs(labels, before)
    return Frame(Kind.LABELS, len(labels), body, rev=rev, base_rev=base_rev, delta=True)


def labels_of(frame: Frame, before: Labels | None = None) -> Labels:
    """Labels after a frame; a delta needs those `before` it.

    Raises
    ------
    FileFormatError
        If the frame holds no labels of so many points, or is a delta without what it changes.
    """
    if frame.kind is not Kind.LABELS:
        raise FileFormatError(f"a frame of {frame.kind.name.lower()} holds no labels.")
    if frame.delta and (before is None or len(before) != frame.count):
        raise FileFormatError("a frame of changed labels needs the labels before it; resync.")
    values = _varints(frame.body)
    if len(values) % 4:
        raise FileFormatError("a frame of labels ends within a run; ask for it again.")
    skip, length, objects, parts = values.reshape(-1, 4).T
    stop = np.cumsum(skip + length)
    if len(stop) and stop[-1] > frame.count:
        raise FileFormatError("a frame labels more points than it has; ask for it again.")
    if np.any(objects > 0xFFFF) or np.any(parts > 0xFF) or np.any(length == 0):
        raise FileFormatError("a frame of labels holds an impossible run; ask for it again.")
    rows = np.repeat(stop - length, length) + _counted(length)
    old = before if frame.delta and before is not None else Labels.empty(frame.count)
    new_objects, new_parts = old.object.copy(), old.part.copy()
    new_objects[rows] = np.repeat(objects, length)
    new_parts[rows] = np.repeat(parts, length)
    return Labels(new_objects, new_parts)


def mask_frame(
    mask: Bool[np.ndarray, " points"], *, rev: int, object: int, part: int, score: float
) -> Frame:
    """A mask, as runs of points outside and inside it."""
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    lengths = np.diff(np.concatenate([[0], edges]))
    body = _as_varints(lengths)
    return Frame(Kind.MASK, len(mask), body, rev=rev, object=object, part=part, score=score)


def mask_of(frame: Frame) -> Bool[np.ndarray, " points"]:
    """Mask of a frame.

    Raises
    ------
    FileFormatError
        If it is none.
    """
    lengths = _varints(frame.body)
    if frame.kind is not Kind.MASK or int(lengths.sum()) > frame.count:
        raise FileFormatError("a frame holds no mask of its points; ask for it again.")
    mask = np.zeros(frame.count, bool)
    inside = np.arange(len(lengths)) % 2 == 1
    mask[: int(lengths.sum())] = np.repeat(inside, lengths)
    return mask


def candidates_frame(masks: Sequence[Frame], rev: int) -> Frame:
    """Several masks in one frame."""
    return Frame(Kind.CANDIDATES, len(masks), b"".join(encode(mask) for mask in masks), rev=rev)


def frames_in(content: bytes, *, max_raw: int = MAX_RAW) -> list[Frame]:
    """All frames that stand one after the other.

    Raises
    ------
    FileFormatError
        If one of them is damaged.
    """
    found = []
    while content:
        frame, content = decode(content, max_raw=max_raw)
        found.append(frame)
    return found


def _label_runs(labels: Labels, before: Labels) -> bytes:
    """Runs of equal labels that differ from those before, as (skip, length, object, part)."""
    changed = (labels.object != before.object) | (labels.part != before.part)
    rows = np.flatnonzero(changed)
    if len(rows) == 0:
        return b""
    objects, parts = labels.object[rows], labels.part[rows]
    first = np.flatnonzero(
        np.concatenate(
            [
                [True],
                (np.diff(rows) != 1) | (objects[1:] != objects[:-1]) | (parts[1:] != parts[:-1]),
            ]
        )
    )
    length = np.diff(np.concatenate([first, [len(rows)]]))
    start = rows[first]
    skip = start - np.concatenate([[0], (start + length)[:-1]])
    return _as_varints(np.stack([skip, length, objects[first], parts[first]], axis=1).reshape(-1))


def _as_varints(values: Integer[np.ndarray, " values"]) -> bytes:
    """Values in LEB128, one after the other."""
    values = values.astype(np.int64)
    groups = np.stack([(values >> (7 * i)) & 0x7F for i in range(_MAX_VARINT)], axis=1)
    n_bytes = 1 + sum((values >> (7 * i)) > 0 for i in range(1, _MAX_VARINT))
    place = np.arange(_MAX_VARINT)
    more = place < np.asarray(n_bytes)[:, None] - 1
    written = place < np.asarray(n_bytes)[:, None]
    return (groups | (more << 7)).astype(np.uint8)[written].tobytes()


def _varints(body: bytes) -> Integer[np.ndarray, " values"]:
    """Values of a body of varints."""
    octets = np.frombuffer(body, np.uint8)
    if len(octets) == 0:
        return np.zeros(0, np.int64)
    last = np.flatnonzero(octets < 0x80)
    if len(last) == 0 or last[-1] != len(octets) - 1:
        raise FileFormatError("a frame ends within a number; ask for it again.")
    n_bytes = np.diff(np.concatenate([[-1], last]))
    if n_bytes.max() > _MAX_VARINT:
        raise FileFormatError("a frame holds a number that is too long; ask for it again.")
    start = last - n_bytes + 1
    place = np.arange(len(octets)) - np.repeat(start, n_bytes)
    return np.add.reduceat((octets & 0x7F).astype(np.int64) << (7 * place), start)


def _counted(lengths: Integer[np.ndarray, " runs"]) -> Integer[np.ndarray, " points"]:
    """0, 1, 2 ... within each run."""
    total = int(lengths.sum())
    return np.arange(total) - np.repeat(np.cumsum(lengths) - lengths, lengths)


def _inflated(body: bytes, raw_len: int) -> bytes:
    unpacker = zlib.decompressobj(-15)
    try:
        content = unpacker.decompress(body, raw_len + 1)
    except zlib.error:
        raise FileFormatError("a frame cannot be unpacked; ask for it again.") from None
    if not unpacker.eof or unpacker.unused_data:
        raise FileFormatError("a frame's body is not as long as it says; ask for it again.")
    return content
