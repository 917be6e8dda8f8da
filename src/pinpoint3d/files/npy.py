"""NPY: the header that says what an array's bytes are, and the array.

After NumPy's own "A simple file format for NumPy arrays", versions 1.0 to 3.0. The header is
read here and not by NumPy, so that nothing it says is believed, unpickled or allocated before it
has been compared with the bytes that are there.
"""

import ast
import math
import re
import struct
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.storage import HEAD_BYTES

MAGIC = b"\x93NUMPY"
MAX_FIELDS = 1024
MAX_DIMENSIONS = 8  # scans have three at most
ALIGNMENT = 64  # bytes: what the header is padded to, so that the values can be mapped

_NUMBERS = re.compile(r"[<>|=]?(b1|[iu][1248]|f[248])")
_PYTHON2_LONG = re.compile(r"\b(\d+)L\b")
_PADDING = re.compile(r"\|?V([1-9]\d{0,5})")


@dataclass(frozen=True)
class Header:
    """What an array's bytes are.

    Attributes
    ----------
    dtype
        Type of a value; None for kinds that are no plain numbers.
    is_pickled
        Whether the values are Python objects, which are never opened.
    fortran
        Whether the first index varies fastest.
    shape
        Length of each axis.
    size
        Bytes of the header, before the first value.
    """

    dtype: np.dtype[Any] | None
    is_pickled: bool
    fortran: bool
    shape: tuple[int, ...]
    size: int

    @property
    def n_bytes(self) -> int:
        """Bytes of all values."""
        return 0 if self.dtype is None else math.prod(self.shape) * self.dtype.itemsize

    @property
    def end(self) -> int:
        """First byte after the last value."""
        return self.size + self.n_bytes


def parse_header(head: bytes, what: str) -> Header:
    """Header of an array from its first bytes, `HEAD_BYTES` at most; `what` names it in messages.

    Raises
    ------
    FileFormatError
        If it is damaged.
    """
    start = 12 if head[6:7] in (b"\2", b"\3") else 10
    if not head.startswith(MAGIC) or head[6:7] not in (b"\1", b"\2", b"\3") or len(head) < start:
        raise FileFormatError(f"{what}: is no NumPy array that can be opened; save it again.")
    (length,) = struct.unpack_from("<H" if start == 10 else "<I", head, 8)
    if start + length > min(len(head), HEAD_BYTES):
        raise FileFormatError(f"{what}: its header is cut short or too long; copy it again.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python on odd literals in a damaged header
            text = head[start : start + length].decode("utf-8")
            entries = ast.literal_eval(_PYTHON2_LONG.sub(r"\1", text))
        descr, fortran, shape = (entries[key] for key in ("descr", "fortran_order", "shape"))
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError):
        raise FileFormatError(f"{what}: its header is damaged; copy it again.") from None
    is_shape = isinstance(shape, tuple) and all(type(n) is int and 0 <= n < 2**62 for n in shape)
    if not is_shape or len(shape) > MAX_DIMENSIONS or not isinstance(fortran, bool):
        raise FileFormatError(f"{what}: its header is damaged; copy it again.")
    is_pickled = "O" in re.findall(r"'[<>|=]?(O)\d*'", repr(descr))
    return Header(_dtype(descr), is_pickled, fortran, shape, start + length)


def parse_array(content: bytes | memoryview, header: Header) -> NDArray[Any]:
    """The array of a whole file, in native byte order and C order where it is plain numbers."""
    assert header.dtype is not None
    count = math.prod(header.shape)
    flat = np.frombuffer(content, header.dtype, count, header.size)
    array = flat.reshape(header.shape, order="F" if header.fortran else "C")
    return np.ascontiguousarray(array, array.dtype.newbyteorder("="))


def array_bytes(array: NDArray[Any]) -> bytes:
    """An NPY file of an array, the same bytes for equal values on every machine."""
    values = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    text = repr({"descr": values.dtype.str, "fortran_order": False, "shape": values.shape})
    length = -(-(len(text) + 11) // ALIGNMENT) * ALIGNMENT - 10
    header = MAGIC + b"\1\0" + struct.pack("<H", length) + text.ljust(length - 1).encode() + b"\n"
    return header + values.tobytes()


def _dtype(descr: Any) -> np.dtype[Any] | None:
    """Type of a value, plain or a row of named ones; None for all else."""
    if isinstance(descr, str):
        return np.dtype(descr) if _NUMBERS.fullmatch(descr) else None
    if not isinstance(descr, list) or not 0 < len(descr) <= MAX_FIELDS:
        return None
    names, formats, offsets, size = [], [], [], 0
    for entry in descr:
        if not isinstance(entry, tuple) or not 2 <= len(entry) <= 3:
            return None
        name, kind, *rest = entry
        if not isinstance(name, str) or not isinstance(kind, str):
            return None
        padding = _PADDING.fullmatch(kind)
        if padding and not name and not rest:
            size += int(padding[1])
            continue
        shape = rest[0] if rest else ()
        is_shape = isinstance(shape, tuple) and all(type(n) is int and 0 < n < 4096 for n in shape)
        if not _NUMBERS.fullmatch(kind) or not name or not is_shape or len(shape) > 2:
            return None
        names.append(name)
        formats.append((kind, shape))
        offsets.append(size)
        size += np.dtype(kind).itemsize * math.prod(shape)
    if not names or len(set(names)) < len(names):
        return None
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": size})
