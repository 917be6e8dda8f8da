"""Charts as SVG text, small enough to draw ourselves: lines with bands, and bars with whiskers.

`line_chart` and `bar_chart` give one <svg> element each, to be set into an HTML page. Colours are
those of Okabe and Ito, which people with any colour vision tell apart; lines also differ in dashes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from pinpoint3d.metrics import Estimate

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#444444")
DASHES = ("none", "7 3", "2 3", "9 3 2 3", "12 4", "4 2", "1 2")
WIDTH, HEIGHT = 640.0, 360.0
LEFT, RIGHT, TOP, BOTTOM = (
    52.0,
    16.0,
    14.0,
    44.0,
)  # pixels round the drawing for axes and their names
BAR, GAP = 13.0, 10.0  # pixels of a bar, and between groups
LABELS = 190.0  # pixels for the names of bars
LETTER = 6.6  # pixels a letter of a label is wide, about
_STYLE = (
    "font-family:system-ui,sans-serif;font-size:12px;fill:currentColor;"
    "width:100%;height:auto;max-width:{width}px"
)


@dataclass(frozen=True)
class Line:
    """A curve with the band that its interval makes, by place on the horizontal axis."""

    name: str
    at: Mapping[int, Estimate]


@dataclass(frozen=True)
class Bars:
    """A group of bars, one a series; None where a series has no value."""

    name: str
    values: Sequence[Estimate | None]


def line_chart(lines: Sequence[Line], *, across: str, up: str) -> str:
    """Lines over whole numbers, values from 0 to 1, with axes, a grid and a legend."""
    places = sorted({x for line in lines for x in line.at}) or [1]
    low, high = places[0], max(places[-1], places[0] + 1)

    def x_of(x: float) -> float:
        return LEFT + (x - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y_of(y: float) -> float:
        return TOP + (1 - y) * (HEIGHT - TOP - BOTTOM)

    parts = [_open(WIDTH, HEIGHT, f"{up} over {across}")]
    for step in range(6):
        y = y_of(step / 5)
        parts.append(_rule(LEFT, y, WIDTH - RIGHT, y))
        parts.append(_text(LEFT - 8, y + 4, f"{20 * step}", "end"))
    parts += [_text(x_of(float(x)), HEIGHT - BOTTOM + 18, str(x), "middle") for x in places]
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, across, "middle"))
    turned = f'transform="rotate(-90 14 {HEIGHT / 2 - 16:g})"'
    parts.append(_text(14.0, HEIGHT / 2 - 16, up, "middle", turned))
    for number, line in enumerate(lines):
        colour, dash = _look(number)
        at = sorted(line.at.items())
        edge = [(x_of(float(x)), y_of(e.high)) for x, e in at]
        edge += [(x_of(float(x)), y_of(e.low)) for x, e in reversed(at)]
        parts.append(f'<polygon points="{_points(edge)}" fill="{colour}" opacity="0.15"/>')
        middle = [(x_of(float(x)), y_of(e.mean)) for x, e in at]
        parts.append(
            f'<polyline points="{_points(middle)}" fill="none" stroke="{colour}" '
            f'stroke-width="2.2" stroke-dasharray="{dash}"/>'
        )
        for (x, y), (k, e) in zip(middle, at, strict=True):
            told = f"{line.name}, {k}: {_interval(e)}"
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}">'
                f"<title>{escape(told)}</title></circle>"
            )
    legend_left = WIDTH - RIGHT - 40 - LETTER * max((len(line.name) for line in lines), default=0)
    for number, line in enumerate(lines):
        colour, dash = _look(number)
        y = HEIGHT - BOTTOM - 14 - 17 * (len(lines) - 1 - number)
        parts.append(
            f'<line x1="{legend_left:.1f}" y1="{y:g}" x2="{legend_left + 28:.1f}" y2="{y:g}" '
            f'stroke="{colour}" stroke-width="2.2" stroke-dasharray="{dash}"/>'
        )
        parts.append(_text(legend_left + 34, y + 4, line.name, "start"))
    return "".join([*parts, "</svg>"])


def bar_chart(groups: Sequence[Bars], series: Sequence[str]) -> str:
    """Groups of lying bars from 0 to 1 with whiskers, one colour a series."""
    top = 26.0
    each = BAR * max(len(series), 1) + GAP
    height = top + each * max(len(groups), 1) + 22

    def x_of(value: float) -> float:
        return LABELS + value * (WIDTH - LABELS - RIGHT - 40)

    parts = [_open(WIDTH, height, "bars by group")]
    for step in range(6):
        x = x_of(step / 5)
        parts.append(_rule(x, top, x, height - 20))
        parts.append(_text(x, height - 6, f"{20 * step}", "middle"))
    left = LABELS
    for number, name in enumerate(series):
        parts.append(
            f'<rect x="{left:.1f}" y="5" width="11" height="11" fill="{_look(number)[0]}"/>'
        )
        parts.append(_text(left + 16, 15.0, name, "start"))
        left += 34 + LETTER * len(name)
    for row, group in enumerate(groups):
        y = top + row * each + GAP / 2
        middle = y + BAR * len(series) / 2 + 4
        parts.append(_text(LABELS - 8, middle, _short(group.name), "end"))
        for number, value in enumerate(group.values):
            if value is None:
                continue
            at = y + number * BAR
            told = f"{group.name}, {series[number]}: {_interval(value)}"
            parts.append(
                f'<rect x="{LABELS:g}" y="{at:.1f}" width="{x_of(value.mean) - LABELS:.1f}" '
                f'height="{BAR - 2:g}" fill="{_look(number)[0]}">'
                f"<title>{escape(told)}</title></rect>"
            )
            centre = at + (BAR - 2) / 2
            parts.append(
                f'<line x1="{x_of(value.low):.1f}" y1="{centre:.1f}" x2="{x_of(value.high):.1f}" '
                f'y2="{centre:.1f}" stroke="currentColor" stroke-width="1.2"/>'
            )
            shown = f"{100 * value.mean:.0f}"
            parts.append(_text(x_of(value.high) + 5, at + BAR - 3, shown, "start"))
    return "".join([*parts, "</svg>"])


def _open(width: float, height: float, title: str) -> str:
    style = _STYLE.format(width=f"{width:g}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'style="{style}" role="img" aria-label="{escape(title, quote=True)}">'
    )


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        'stroke="currentColor" stroke-opacity="0.15"/>'
    )


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{escape(text)}</text>'


def _points(pairs: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in pairs)


def _look(number: int) -> tuple[str, str]:
    return COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]


def _interval(value: Estimate) -> str:
    return f"{100 * value.mean:.1f} [{100 * value.low:.1f}, {100 * value.high:.1f}]"


def _short(name: str) -> str:
    most = int((LABELS - 12) / LETTER)
    return name if len(name) <= most else name[: most - 1] + "…"
