"""ZIP archives as NPZ files are: members found, checked, unpacked, kept as they are, added.

After PKWARE's APPNOTE. Read here and not by `zipfile`, because kept members are copied as the
bytes they are, and because nothing may be unpacked before the archive as a whole has been checked.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.storage import HEAD_BYTES, MAX_RATIO

MAX_MEMBERS = 4096
LIMIT = 0xFFFFFFFF  # from here on sizes need ZIP64, which is read but not written
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _UTF8 = 1, 0x800
_FIRST_DAY = 0x21  # 1980-01-01, so that equal arrays give equal files


@dataclass(frozen=True)
class Member:
    """One file of an archive.

    Attributes
    ----------
    name
        As it stands there.
    size, packed_size, crc
        Bytes unpacked and as stored, and the check sum of the former.
    method
        How it is packed.
    start, content, end
        Where its header, its packed bytes, and whatever follows them begin.
    record
        Its entry of the directory.
    """

    name: str
    size: int
    packed_size: int
    crc: int
    method: int
    start: int
    content: int
    end: int
    record: bytes


def find_members(data: bytes, path: Path) -> list[Member]:
    """Members of an archive, in the order of their bytes.

    Raises
    ------
    FileFormatError
        If it is damaged, encrypted or would unpack to what no scan holds; or if members overlap,
        share a name, or have one that leads out of the archive.
    """
    try:
        start, end, count = _directory(data)
        members = _members(data, start, end, count, path)
    except (struct.error, UnicodeDecodeError, _DamageError):
        raise FileFormatError(
            f"{path.name}: is a damaged or cut short archive; copy it again."
        ) from None
    names = [member.name for member in members]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise FileFormatError(f"{path.name}: holds two arrays named {twice[:60]!r}; remove one.")
    for name in names:
        if name.startswith("/") or ".." in name.split("/") or "\\" in name or "\0" in name:
            raise FileFormatError(
                f"{path.name}: its member {name[:60]!r} leads out of the archive; save it anew."
            )
    size, limit = sum(member.size for member in members), MAX_RATIO * len(data) + HEAD_BYTES
    if size > limit:
        raise FileFormatError(
            f"{path.name}: unpacks to {size:,} bytes, {size // len(data):,} times its own size, "
            "which no scan does; unpack it yourself if you trust it."
        )
    return members


def unpack(data: bytes, member: Member, path: Path, limit: int | None = None) -> bytes:
    """Content of a member, or its first `limit` bytes.

    Raises
    ------
    FileFormatError
        If it is damaged, or packed in a way that NPZ files are not.
    """
    wanted = member.size if limit is None else min(limit, member.size)
    packed = memoryview(data)[member.content : member.content + member.packed_size]
    if member.method == _STORED:
        content = bytes(packed[:wanted])
    elif member.method == _DEFLATED:
        decoder = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = decoder.decompress(packed, wanted + 1)[:wanted] if wanted else b""
        except zlib.error:
            content = b""
    else:
        raise FileFormatError(
            f"{path.name}: its member {member.name[:60]!r} is packed by method {member.method}; "
            "save it with numpy.savez."
        )
    if len(content) < wanted or (limit is None and zlib.crc32(content) != member.crc):
        raise FileFormatError(
            f"{path.name}: its member {member.name[:60]!r} is damaged; copy it again."
        )
    return content


def pack(
    data: bytes, kept: Sequence[Member], added: Mapping[str, bytes], path: Path
) -> Iterator[bytes]:
    """An archive of members of `data` as they are, and then of new ones, not compressed.

    Raises
    ------
    FileFormatError
        If it would pass the 4 GiB that archives without ZIP64 have room for.
    """
    total = sum(m.end - m.start + len(m.record) for m in kept) + HEAD_BYTES * (len(added) + 1)
    total += sum(map(len, added.values()))
    if total > LIMIT or any(member.size >= LIMIT for member in kept):
        raise FileFormatError(
            f"{path.name}: would hold over 4 GiB, more than .npz has room for; save as .ply."
        )
    position, records = 0, []
    for member in kept:
        yield data[member.start : member.end]
        records.append(_moved(member, position))
        position += member.end - member.start
    for name, content in added.items():
        encoded = name.encode()
        common = (20, _UTF8, _STORED, 0, _FIRST_DAY, zlib.crc32(content), len(content))
        local = _LOCAL.pack(b"PK\3\4", *common, len(content), len(encoded), 0) + encoded
        yield local
        yield content
        records.append(
            _CENTRAL.pack(
                b"PK\1\2", 20, *common, len(content), len(encoded), 0, 0, 0, 0, 0, position
            )
            + encoded
        )
        position += len(local) + len(content)
    directory = b"".join(records)
    yield directory
    n = len(records)
    yield _END.pack(b"PK\5\6", 0, 0, n, n, len(directory), position, 0)


class _DamageError(Exception):
    """Something is not where the archive says."""


def _directory(data: bytes) -> tuple[int, int, int]:
    """First byte and end of the directory, and the number of its entries."""
    at = data.rfind(b"PK\5\6", max(0, len(data) - 0xFFFF - _END.size))
    if at < 0:
        raise _DamageError
    _, _, _, _, count, size, start, comment = _END.unpack_from(data, at)
    if at + _END.size + comment != len(data):
        raise _DamageError
    end = at
    if data.startswith(b"PK\6\7", max(0, at - _LOCATOR.size)):
        _, _, end, _ = _LOCATOR.unpack_from(data, at - _LOCATOR.size)
        mark, _, _, _, _, _, _, count, size, start = _END64.unpack_from(data, min(end, at))
        if mark != b"PK\6\6":
            raise _DamageError
    if start + size != end or count > MAX_MEMBERS:
        raise _DamageError
    return start, end, count


def _members(data: bytes, start: int, end: int, count: int, path: Path) -> list[Member]:
    found: list[tuple[int, str, int, int, int, int, bytes]] = []
    at = start
    for _ in range(count):
        mark, _, _, flags, method, _, _, crc, packed_size, size, n_name, n_extra, n_comment, \
            _, _, _, offset = _CENTRAL.unpack_from(data, at)  # fmt: skip
        after = at + _CENTRAL.size + n_name + n_extra + n_comment
        if mark != b"PK\1\2" or after > end:
            raise _DamageError
        name_at = at + _CENTRAL.size
        name = data[name_at : name_at + n_name].decode("utf-8" if flags & _UTF8 else "cp437")
        if flags & _ENCRYPTED:
            raise FileFormatError(f"{path.name}: is encrypted; save it without a password.")
        extra = data[name_at + n_name : name_at + n_name + n_extra]
        wide = _wide_values(extra, [size, packed_size, offset])
        found.append((wide[2], name, wide[0], wide[1], crc, method, data[at:after]))
        at = after
    if at != end:
        raise _DamageError
    found.sort()
    members = []
    for (offset, name, size, packed_size, crc, method, record), following in zip(
        found, [*(entry[0] for entry in found[1:]), start], strict=True
    ):
        if offset >= start:
            raise _DamageError
        mark, *_, n_name, n_extra = _LOCAL.unpack_from(data, offset)
        content = offset + _LOCAL.size + n_name + n_extra
        if mark != b"PK\3\4" or content + packed_size > following:
            raise _DamageError
        if method == _STORED and packed_size != size:
            raise _DamageError
        members.append(
            Member(name, size, packed_size, crc, method, offset, content, following, record)
        )
    return members


def _wide_values(extra: bytes, values: list[int]) -> list[int]:
    """Size, packed size and offset, from the ZIP64 field where they are too large for their own."""
    if LIMIT not in values:
        return values
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            wide = iter(struct.unpack_from(f"<{length // 8}Q", extra, at + 4))
            try:
                return [next(wide) if value == LIMIT else value for value in values]
            except StopIteration:
                raise _DamageError from None
        at += 4 + length
    raise _DamageError


def _moved(member: Member, position: int) -> bytes:
    """The directory's entry of a member that now begins at another place."""
    fields = list(_CENTRAL.unpack_from(member.record))
    n_name, n_extra = fields[10], fields[11]
    tail = member.record[_CENTRAL.size :]
    extra = tail[n_name : n_name + n_extra]
    if LIMIT in (fields[8], fields[9], fields[16]):
        extra = b""  # of ZIP64: all values have room in their own fields now
    fields[8], fields[9], fields[11], fields[16] = (
        member.packed_size,
        member.size,
        len(extra),
        position,
    )
    return _CENTRAL.pack(*fields) + tail[:n_name] + extra + tail[n_name + n_extra :]
