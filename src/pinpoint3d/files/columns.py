"""What the columns of a table of points are, where the format does not say.

Text files and bare arrays hold numbers in rows and leave open which are colours and which a
normal. A column means something by its name, by the caller's word, or by its numbers; then
`contents_of` puts columns together.
"""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int32, Shaped, UInt8
from numpy.typing import NDArray

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.contents import Contents

UNIT_LENGTH_ERROR = 0.01  # how far from 1 the length of a normal may be
MOSTLY = 0.99  # of the rows: scanners leave a few normals undone
FULL_SHARE = 1.5  # colours up to here are shares of 1: rendering overshoots, but never to 2
SAMPLED_ROWS = 100_000  # that columns are guessed from
EXACT = 2**53  # whole numbers from here on are rounded in float64

_SPELLINGS = {
    "x": ("x", "pos_x", "x_coordinate"), "y": ("y", "pos_y", "y_coordinate"),
    "z": ("z", "pos_z", "z_coordinate"),
    "r": ("red", "r", "rf", "diffuse_red"), "g": ("green", "g", "gf", "diffuse_green"),
    "b": ("blue", "b", "bf", "diffuse_blue"),
    "nx": ("nx", "normal_x", "normalx"), "ny": ("ny", "normal_y", "normaly"),
    "nz": ("nz", "normal_z", "normalz"),
}  # fmt: skip
_POSITION, _COLOUR, _NORMAL = ("x", "y", "z"), ("r", "g", "b"), ("nx", "ny", "nz")
_LETTERS = {"i": "intensity", "l": "label"}
_CUSTOMARY = {
    4: ("xyzi", "xyzl"),
    6: ("xyzrgb", "xyznnn"),
    7: ("xyzirgb", "xyzrgbl", "xyznnnl", "xyzrgbi"),
    9: ("xyzrgbnnn", "xyznnnrgb"),
    10: ("xyzrgbnnnl", "xyznnnrgbl", "xyzirgbnnn", "xyznnnrgb_"),
}


@dataclass(frozen=True)
class Column:
    """One column: its place, its name, and what it means.

    Attributes
    ----------
    index
        Place in the row, from 0.
    name
        Of the field that it is if it means nothing, or stands without its fellows.
    meaning
        One of x y z, r g b, nx ny nz, or None.
    """

    index: int
    name: str
    meaning: str | None = None


def meaning_of(name: str) -> str | None:
    """What a column of this name is: "x" ... "nz", or None."""
    plain = re.sub(r"[\[(].*[\])]$", "", name).strip().lower().removeprefix("scalar_")
    return next((m for m, spellings in _SPELLINGS.items() if plain in spellings), None)


def unused_name(name: str, taken: Container[str]) -> str:
    """The name, or the first of name_2, name_3 and so on that is not taken."""
    unique, k = name, 2
    while unique in taken:
        unique, k = f"{name}_{k}", k + 1
    return unique


def named_columns(names: tuple[str, ...]) -> tuple[list[Column], list[str]]:
    """Columns by their names, and a note if they do not name x, y and z.

    Of two with one meaning the first counts; of two with one name the second is numbered.
    """
    columns: list[Column] = []
    taken: set[str] = set()
    meant: set[str | None] = set()
    for i, name in enumerate(names):
        unique = unused_name(name or f"column_{i + 1}", taken)
        taken.add(unique)
        meaning = meaning_of(name)
        columns.append(Column(i, unique, None if meaning in meant else meaning))
        meant.add(meaning)
    if meant.issuperset(_POSITION):
        return columns, []
    first = [Column(i, c.name, "xyz"[i]) for i, c in enumerate(columns[:3])]
    rest = [c if c.meaning not in _POSITION else Column(c.index, c.name) for c in columns[3:]]
    return first + rest, ["the header names no x, y and z; the first three columns are taken"]


def given_columns(letters: str, n_columns: int, path: Path) -> list[Column]:
    """Columns by the caller's letters, x y z r g b n i l, without those ignored (_).

    Raises
    ------
    FileFormatError
        If a letter is unknown, or they do not fit the number of columns or one another.
    """
    unknown = sorted(set(letters) - set("xyzrgbnil_"))
    if unknown:
        raise FileFormatError(
            f"{path.name}: columns {letters!r} hold {unknown[0]!r}; "
            "use the letters x y z r g b n i l _."
        )
    if len(letters) != n_columns:
        raise FileFormatError(
            f"{path.name}: columns {letters!r} name {len(letters)} columns but it has {n_columns}."
        )
    if any(letters.count(axis) != 1 for axis in "xyz"):
        raise FileFormatError(f"{path.name}: columns {letters!r} need x, y and z once each.")
    counts = {letters.count(c) for c in "rgb"}
    if counts not in ({0}, {1}) or letters.count("n") not in (0, 3):
        raise FileFormatError(
            f"{path.name}: columns {letters!r} need r, g and b once each or not at all, "
            "and n three times or not at all."
        )
    return _lettered(letters)


def guessed_columns(
    table: Float[np.ndarray, "points columns"],
    *,
    may_be: str = "rgbn",
    intensity_first: bool = False,
) -> tuple[list[Column], list[str]]:
    """Columns by their numbers, and a note that says so where there are more than three.

    After x, y and z: three of length 1 are a normal, three that could be colours are, one before
    colours is an intensity, whole numbers at the end are labels. Of four that could be colours
    the three closer together are, as most things are nearly grey.

    Parameters
    ----------
    table
        The values.
    may_be
        "rgb" and "n" where colours and normals are not known from elsewhere.
    intensity_first
        Whether the format has its intensity before the colours, as PTS does.
    """
    n_columns = table.shape[1]
    table = table[:: -(-len(table) // SAMPLED_ROWS)]
    letters = "xyz"
    while (at := len(letters)) < n_columns:
        rest = n_columns - at
        if "n" in may_be and "n" not in letters and _are_normals(table[:, at : at + 3]):
            letters += "nnn"
        elif "r" in may_be and "r" not in letters and _are_colours(table[:, at : at + 3]):
            shifted = (
                "i" not in letters
                and _are_colours(table[:, at + 1 : at + 4])
                and not _are_normals(table[:, at + 3 : at + 6])
                and (
                    intensity_first
                    or _spread(table[:, at + 1 : at + 4]) < _spread(table[:, at : at + 3])
                )
            )
            letters += "irgb" if shifted else "rgb"
        elif rest == 1 and are_whole(table[:, at]):
            letters += "l"
        elif "i" not in letters and (
            rest == 1 or ("r" not in letters and _are_colours(table[:, at + 1 : at + 4]))
        ):
            letters += "i"
        else:
            letters += "_"
    columns = _lettered(letters, keep=True)
    if n_columns == 3:
        return columns, []
    others = [o for o in _CUSTOMARY.get(n_columns, ()) if o != letters][:3]
    advice = f"; they may also be {', '.join(others)}" if others else ""
    return columns, [f"columns are guessed to be {letters}{advice}"]


def contents_of(
    columns: Mapping[Column, NDArray[Any]],
    *,
    format: str,
    path: Path,
    notes: tuple[str, ...] = (),
    strict: bool = False,
    faces: Int32[np.ndarray, "faces 3"] | None = None,
) -> Contents:
    """Contents of columns, each (N,), or (N, k) for a field.

    Columns that mean a colour or a normal but lack a fellow, or hold values that no colour has,
    become fields under their names; if `strict`, the latter is an error.
    """
    meant = {column.meaning: column for column in columns if column.meaning is not None}
    xyz = np.stack([columns[meant[axis]] for axis in _POSITION], axis=1)
    used = {meant[axis] for axis in _POSITION}
    rgb = colour = normals = None
    if meant.keys() >= set(_COLOUR):
        rgb, colour = colour_bytes(np.stack([columns[meant[c]] for c in _COLOUR], axis=1))
        if rgb is not None:
            used |= {meant[c] for c in _COLOUR}
        elif strict:
            raise FileFormatError(f"{path.name}: its columns r, g and b hold no colours.")
        else:
            notes = (*notes, "values named as colours are none; they are kept as fields")
    if meant.keys() >= set(_NORMAL):
        used |= {meant[c] for c in _NORMAL}
        with np.errstate(over="ignore"):
            normals = np.stack([columns[meant[c]] for c in _NORMAL], axis=1).astype(np.float32)
    return Contents(
        format=format,
        xyz=xyz if xyz.dtype in (np.float32, np.float64) else xyz.astype(_wider(xyz.dtype)),
        rgb=rgb,
        colour=colour,
        normals=normals,
        fields={c.name: np.ascontiguousarray(v) for c, v in columns.items() if c not in used},
        faces=faces,
        notes=notes,
    )


def colour_bytes(
    values: Shaped[np.ndarray, "points 3"],
) -> tuple[UInt8[np.ndarray, "points 3"] | None, str | None]:
    """Colours as 0-255 and how they were stored; None if the values can be no colours.

    The type decides first, so that whole numbers up to 1 are a dark scan and not a bright one.
    """
    if values.dtype == np.uint8:
        return values, "0-255"
    if values.dtype.kind not in "iuf":
        return None, None
    finite = values[np.isfinite(values)]
    if not finite.size or finite.min() < 0 or finite.max() > 65535:
        return None, None
    is_float, largest = values.dtype.kind == "f", finite.max()
    if is_float and largest <= FULL_SHARE:
        scale, stored = 255.0, "0-1"
    elif largest <= 255:
        scale, stored = 1.0, "0-255"
    elif are_whole(finite):
        scale, stored = 255 / 65535, "16 bit"
    else:
        return None, None
    scaled = np.nan_to_num(values.astype(np.float64), posinf=0, neginf=0) * scale
    return np.rint(scaled).clip(0, 255).astype(np.uint8), stored


def are_whole(values: Shaped[np.ndarray, "..."]) -> bool:
    """Whether the finite values are whole numbers, and there is one."""
    finite = values[np.isfinite(values)]
    return bool(finite.size and (finite == np.floor(finite)).all())


def is_object_column(values: Shaped[np.ndarray, " points"]) -> bool:
    """Whether values could be ids of ours: whole numbers of int32 from 0."""
    return bool(((values >= 0) & (values < 2**31)).all()) and are_whole(values)


def is_confidence_column(values: Shaped[np.ndarray, " points"]) -> bool:
    """Whether values could be confidences of ours, from 0 to 1."""
    return bool(((values >= 0) & (values <= 1)).all())


def _wider(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype(np.float32 if dtype == np.float16 else np.float64)


def _lettered(letters: str, *, keep: bool = False) -> list[Column]:
    """Columns of letters; those marked _ become fields named by their place if `keep`."""
    normal = iter(_NORMAL)
    columns: dict[str, Column] = {}
    for i, letter in enumerate(letters):
        if letter == "_" and not keep:
            continue
        meaning = next(normal) if letter == "n" else letter if letter in "xyzrgb" else None
        name = f"column_{i + 1}" if letter == "_" else meaning or _LETTERS[letter]
        unique = unused_name(name, columns)
        columns[unique] = Column(i, unique, meaning)
    return list(columns.values())


def _are_normals(triple: Float[np.ndarray, "points n"]) -> bool:
    if triple.shape[1] < 3:
        return False
    finite = triple[np.isfinite(triple).all(axis=1)].astype(np.float64)
    if not len(finite) or abs(finite).max() > 1 + UNIT_LENGTH_ERROR:
        return False
    length = np.sqrt((finite * finite).sum(axis=1))
    near: Bool[np.ndarray, " points"] = abs(length - 1) <= UNIT_LENGTH_ERROR
    return bool(near.any() and (near | (length == 0)).mean() > MOSTLY)  # 0: none was found


def _are_colours(triple: Float[np.ndarray, "points n"]) -> bool:
    finite = triple[np.isfinite(triple)]
    if triple.shape[1] < 3 or not finite.size or finite.min() < 0:
        return False
    return bool(finite.max() <= 1 or (finite.max() <= 255 and are_whole(finite)))


def _spread(triple: Float[np.ndarray, "points 3"]) -> float:
    """Mean distance between the least and the largest of three."""
    spread = triple.max(axis=1) - triple.min(axis=1)
    return float(spread[np.isfinite(spread)].mean())
