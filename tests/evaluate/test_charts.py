from xml.etree import ElementTree as ET

import pytest

from pinpoint3d.evaluate.charts import HEIGHT, WIDTH, Bars, Line, bar_chart, line_chart
from pinpoint3d.metrics import Estimate

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # raises where it is no XML


def line(name: str, *means: float) -> Line:
    return Line(name, {k: Estimate(m, m - 0.05, m + 0.05) for k, m in enumerate(means, 1)})


def test_a_line_chart_has_a_curve_a_band_and_a_legend_for_every_line():
    chart = drawn(line_chart([line("a", 0.2, 0.6), line("b", 0.4, 0.5)], across="x", up="y"))
    assert len(chart.findall(f"{SVG}polyline")) == len(chart.findall(f"{SVG}polygon")) == 2
    texts = [text.text for text in chart.iter(f"{SVG}text")]
    assert {"a", "b", "x", "y", "0", "100", "1", "2"} <= set(texts)


def test_higher_values_are_drawn_higher_and_inside_the_picture():
    chart = drawn(line_chart([line("a", 0.0, 1.0)], across="x", up="y"))
    points = chart.find(f"{SVG}polyline").get("points").split()  # pyright: ignore[reportOptionalMemberAccess]  # one is drawn
    (x1, y1), (x2, y2) = ([float(v) for v in p.split(",")] for p in points)
    assert 0 < x1 < x2 < WIDTH
    assert 0 < y2 < y1 < HEIGHT


def test_bars_are_as_long_as_their_values_and_missing_ones_are_left_out():
    groups = [
        Bars("one", [Estimate(0.2, 0.1, 0.3), Estimate(0.4, 0.3, 0.5)]),
        Bars("two", [None, Estimate(0.0, 0.0, 0.0)]),
    ]
    chart = drawn(bar_chart(groups, ["a", "b"]))
    widths = [float(r.get("width", "nan")) for r in chart.iter(f"{SVG}rect")][
        2:
    ]  # after the legend
    assert widths[1] == pytest.approx(2 * widths[0], abs=0.2)
    assert widths[2] == 0
    assert len(widths) == 3


def test_names_are_text_whatever_they_hold():
    name = '<script>"&'
    for svg in (
        line_chart([line(name, 0.5)], across=name, up=name),
        bar_chart([Bars(name, [Estimate(0.5, 0.4, 0.6)])], [name]),
    ):
        assert "<script>" not in svg
        drawn(svg)


def test_empty_charts_are_drawn_too():
    drawn(line_chart([], across="x", up="y"))
    drawn(bar_chart([], []))
