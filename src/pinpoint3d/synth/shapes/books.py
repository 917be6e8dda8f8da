"""Books: a stack, a row between or without bookends, an open book, a single one.

Part tree: each book is a part with cover, page block, and perhaps a title or ribbon of its own.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import Mesh, box, joined, moved, turned

SETS = ("stack", "row", "row with bookends", "single", "open")
BINDINGS = ("hard", "soft", "mixed", "folders")
TITLES = ("none", "spine", "front", "both")
SIZES = ("alike", "mixed", "sorted")


@dataclass(frozen=True)
class Size:
    """Of one closed book, metres."""

    width: float
    length: float
    thick: float
    hard: bool


def make(rng: np.random.Generator) -> Asset:
    """Books, one to eight."""
    together = str(rng.choice(SETS, p=(0.35, 0.25, 0.15, 0.15, 0.1)))
    binding, title = str(rng.choice(BINDINGS)), str(rng.choice(TITLES))
    sizes = str(rng.choice(SIZES))
    builder = Builder("books")
    n_books = {"single": 1, "open": 1, "stack": int(rng.integers(2, 9))}.get(
        together, int(rng.integers(3, 9))
    )
    books = _sizes(n_books, sizes, binding, rng)
    if together == "open":
        _open(builder, books[0], rng)
    elif together in ("stack", "single"):
        _stack(builder, books, title, rng)
    else:
        _row(builder, books, title, together == "row with bookends", rng)
    return builder.asset(f"{together}, {binding}, {title} title, {sizes}")


def _sizes(n_books: int, sizes: str, binding: str, rng: np.random.Generator) -> list[Size]:
    length = rng.uniform(0.17, 0.31)
    books = []
    for _ in range(n_books):
        scale = 1.0 if sizes == "alike" else rng.uniform(0.75, 1.1)
        tall = length * scale
        hard = binding == "hard" or (binding != "soft" and rng.random() < 0.5)
        thick = rng.uniform(0.012, 0.045) if binding != "folders" else rng.uniform(0.04, 0.08)
        books.append(Size(tall * rng.uniform(0.64, 0.78), tall, thick, hard))
    if sizes == "sorted":
        books.sort(key=lambda book: -book.length)
    return books


def _book(
    builder: Builder,
    book: Size,
    title: str,
    place: Callable[[Mesh], Mesh],
    rng: np.random.Generator,
) -> None:
    """A book lying about the origin from z = 0 up, its spine at -y, its long side along x."""
    x, y, t = book.length / 2, book.width / 2, book.thick
    board = 0.003 if book.hard else 0.0007
    lip = 0.003 if book.hard else 0.0
    whole = builder.part("book")
    cover = joined(
        box((-x, -y, 0), (x, y, board)),
        box((-x, -y, t - board), (x, y, t)),
        box((-x, -y, board * 0.5), (x, -y + board, t - board * 0.5)),
    )
    builder.part(
        "cover", place(cover), parent=whole, finish="print" if not book.hard else "leather"
    )
    low, high = (
        (-x + lip, -y + board * 0.9, board * 0.9),
        (x - lip, y - lip - 0.0004, t - board * 0.9),
    )
    builder.part("pages", place(box(low, high)), parent=whole, finish="paper")
    if title in ("spine", "both"):
        start = rng.uniform(-0.7, -0.2) * x
        end = start + rng.uniform(0.5, 0.9) * x
        patch = box((start, -y - 0.0004, t * 0.18), (end, -y + board * 0.5, t * 0.82))
        builder.part("title", place(patch), parent=whole, finish="print")
    if title in ("front", "both"):
        wide, deep = x * rng.uniform(0.2, 0.5), y * rng.uniform(0.35, 0.7)
        at = x * rng.uniform(-0.3, 0.4)
        patch = box((at - wide, -deep, t - board * 0.5), (at + wide, deep, t + 0.0004))
        builder.part("title", place(patch), parent=whole, finish="print")
    if book.hard and rng.random() < 0.2:
        at = rng.uniform(-0.3, 0.3) * y
        ribbon = box((x - lip - 0.01, at, t * 0.5), (x + 0.025, at + 0.005, t * 0.5 + 0.0008))
        builder.part("ribbon", place(ribbon), parent=whole, finish="fabric")


def _stack(builder: Builder, books: list[Size], title: str, rng: np.random.Generator) -> None:
    """Books lying on one another, each turned and shifted a little."""
    z, loose = 0.0, rng.choice((0.02, 0.12, 0.35))
    for k, book in enumerate(books):
        turn = rng.normal(0, loose) + (math.pi if rng.random() < 0.3 else 0)
        shift = rng.normal(0, 0.012, 2) if k else np.zeros(2)

        def place(mesh: Mesh, turn: float = turn, shift: np.ndarray = shift, z: float = z) -> Mesh:
            return moved(turned(mesh, "z", turn), shift[0], shift[1], z)

        _book(builder, book, title, place, rng)
        z += book.thick
    reach = 0.3 * min(book.width for book in books)
    builder.support((-reach, -reach), (reach, reach), z)


def _row(
    builder: Builder, books: list[Size], title: str, ends: bool, rng: np.random.Generator
) -> None:
    """Books standing side by side along x, spines to the front; the last may lean on the others."""
    x = 0.0
    leaning = not ends and rng.random() < 0.5
    for k, book in enumerate(books):
        lean = rng.uniform(0.12, 0.4) if leaning and k == len(books) - 1 else 0.0
        if lean:
            before = books[k - 1].length
            x += min(book.length * math.sin(lean), before * math.tan(lean))
        recess = rng.uniform(0, 0.012)
        about = (x, 0, 0)

        def place(
            mesh: Mesh,
            book: Size = book,
            about: tuple[float, float, float] = about,
            lean: float = lean,
            recess: float = recess,
        ) -> Mesh:
            # Lying with its long side along x; stood up by a turn about y, thickness along x.
            up = moved(turned(mesh, "y", -math.pi / 2), book.thick, book.width / 2, book.length / 2)
            return turned(moved(up, x=about[0], y=recess), "y", -lean, about)

        _book(builder, book, title, place, rng)
        x += book.thick
    if ends:
        rise, reach = rng.uniform(0.1, 0.16), rng.uniform(0.05, 0.1)
        solid = rng.random() < 0.5
        for at, side in ((0.0, -1), (x, 1)):
            if solid:
                ends_x = sorted((at, at + side * 0.06))
                block = box((ends_x[0], 0.01, 0), (ends_x[1], 0.01 + reach, rise), 0.004)
                builder.part("bookend", block, finish="stone")
            else:
                wall_x, foot_x = sorted((at, at + side * 0.002)), sorted((at, at + side * 0.09))
                wall = box((wall_x[0], 0.01, 0), (wall_x[1], 0.01 + reach, rise))
                foot = box((foot_x[0], 0.01, 0), (foot_x[1], 0.01 + reach, 0.002))
                builder.part("bookend", wall, foot, finish="metal")


def _open(builder: Builder, book: Size, rng: np.random.Generator) -> None:
    """A book lying open: two page blocks on the two halves of its cover."""
    whole = builder.part("book")
    y, wide = book.length / 2, book.width
    board = 0.003 if book.hard else 0.001
    share = rng.uniform(0.2, 0.8)
    back = book.thick
    cover = [box((-back / 2, -y, 0), (back / 2, y, board))]
    for side, part in ((-1, share), (1, 1 - share)):
        edges = sorted((side * back / 2 * 0.98, side * (back / 2 + wide)))
        cover.append(box((edges[0], -y, 0), (edges[1], y, board)))
        rise = max(0.004, part * book.thick)
        inner = sorted((0.0, side * (back / 2 + wide - 0.005)))
        block = box(
            (inner[0], -y + 0.003, board * 0.9), (inner[1], y - 0.003, board + rise), 0.3 * rise
        )
        builder.part("pages", block, parent=whole, finish="paper")
        if rng.random() < 0.4:
            middle = (inner[0] + inner[1]) / 2
            low, high = (middle - wide * 0.3, 0.0), (middle + wide * 0.3, y * 0.7)
            picture = box((*low, board + rise - 0.001), (*high, board + rise + 0.0004))
            builder.part("picture", picture, parent=whole, finish="print")
    builder.part("cover", joined(*cover), parent=whole, finish="leather")
