"""Reports of runs: a table for the terminal, and one HTML file that needs nothing else.

`summary_table` gives the table, `write_html` the file: curves with confidence bands, bars by
category, part size and number of parts, failures, and pictures of examples (`examples`): the
truth beside the answers after one round and after three. Every figure is read from the runs.
"""

import base64
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import numpy as np

from pinpoint3d.evaluate.charts import Bars, Line, bar_chart, line_chart
from pinpoint3d.evaluate.examples import LATER, examples, picture_path
from pinpoint3d.evaluate.figures import (
    Group,
    by_category,
    by_parts,
    by_points,
    by_size,
    check_comparable,
    differences,
    figures_of,
    reported_rounds,
    summary,
)
from pinpoint3d.evaluate.reference import PUBLISHED
from pinpoint3d.evaluate.run import Run
from pinpoint3d.files.storage import read_bytes, write_atomically
from pinpoint3d.metrics import Estimate, bootstrap_interval

MOST_CATEGORIES = 20
_STYLE = """
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2.2rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; display: block;
  overflow-x: auto }
th, td { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid #8884;
  white-space: nowrap }
th:first-child, td:first-child { text-align: left }
small, .faint { opacity: .7 } td small { display: block }
figure { margin: 1rem 0 } figure img { max-width: 100%; border-radius: 4px }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr)); gap: 1rem }
"""


def names(runs: Sequence[Run]) -> list[str]:
    """What each run is called: its segmenter, and its folder where two have the same."""
    own = [run.segmenter for run in runs]
    return [
        f"{name} ({run.folder.name})" if own.count(name) > 1 else name
        for name, run in zip(own, runs, strict=True)
    ]


def budget(runs: Sequence[Run]) -> int:
    """Clicks a target that all runs had, which is as far as they compare."""
    return min(run.clicks_a_target for run in runs)


def summary_table(runs: Sequence[Run]) -> tuple[list[str], list[list[str]]]:
    """Headings and a row a run; headings of text end in a space. IoU in percent, +- half of 95 %.

    Published rows of the same set and setting come first.
    """
    limit = budget(runs)
    rounds = reported_rounds(limit)
    columns = ["segmenter ", *(f"IoU@{k}" for k in rounds)]
    columns += ["NoC@80", "never", "area", "harmful", "by >2", "s a click", "failures"]
    rows = []
    for system, at in published_rows(runs[0]):
        known = [f"{at[k]:.1f}" if k in at else "" for k in rounds]
        rows.append([f"{system} (published)", *known, *[""] * 7])
    for name, run in zip(names(runs), runs, strict=True):
        found = summary(run, limit)
        rows.append(
            [
                name,
                *(_plus_minus(found.iou_at[k]) for k in rounds),
                f"{found.noc_at[80].mean:.2f}",
                f"{100 * found.failure_rate_at[80].mean:.0f} %",
                _percent(found.area),
                f"{_percent(found.harmful)} %",
                f"{_percent(found.harmful_large)} %",
                f"{found.answer_s[0]:.3f}",
                f"{found.failures} of {found.entries}",
            ]
        )
    return columns, rows


def published_rows(run: Run) -> list[tuple[str, dict[int, float]]]:
    """Systems with published figures on the run's set and setting: IoU@1, @3 and @5 in percent.

    They are of the split `val`.
    """
    known = run.about["suite"]
    if str(known["version"]).split()[0] != "val":
        return []
    rows = PUBLISHED.get((str(known["name"]), str(known["setting"])), ())
    return [(row.system, dict(zip((1, 3, 5), row.iou_at, strict=True))) for row in rows]


def difference_table(runs: Sequence[Run]) -> tuple[list[str], list[list[str]]]:
    """The first run minus each other one on the same entries: IoU@k in points, 95 % intervals."""
    rounds = reported_rounds(budget(runs))
    ours, *theirs = names(runs)
    columns = [f"{ours} minus ", *(f"IoU@{k}" for k in rounds)]
    rows = []
    for name, other in zip(theirs, runs[1:], strict=True):
        found = differences(runs[0], other)
        rows.append([name, *(_signed(found[k]) for k in rounds)])
    return columns, rows


def write_html(runs: Sequence[Run], path: Path) -> None:
    """Write the report of one run, or of several on the same questions.

    Raises
    ------
    FileFormatError
        If the runs are not of the same questions.
    FileAccessError
        If the file cannot be written.
    """
    check_comparable(runs)
    body = [
        f"<h1>{escape(runs[0].suite)}</h1>",
        f"<p class=faint>{escape(_said_of(runs))}</p>",
        _table(*summary_table(runs)),
        "<p class=faint>IoU in percent over targets and entries, failures as zeros, &plusmn; half "
        "of the 95 % bootstrap interval over entries. NoC@80: clicks a target to an IoU of 80 %, "
        "the limit where it is never reached. Harmful: clicks after which IoU falls.</p>",
        "<h2>IoU over clicks a target</h2>",
        line_chart(_lines(runs), across="clicks a target", up="IoU, percent"),
    ]
    if len(runs) > 1:
        body += ["<h2>Paired differences, points of IoU</h2>", _table(*difference_table(runs))]
    body += ["<h2>All measures</h2>", _table(*_measures(runs))]
    body.append("<div class=columns>")
    for title, grouping, at in (
        ("By kind of object, one click a target", by_category, 1),
        ("By number of targets, one click a target", by_parts, 1),
        ("By share of the object, one click a target", by_size, 1),
        ("By points of the part, one click a target", by_points, 1),
    ):
        body.append(f"<section><h2>{title}</h2>{_grouped_bars(runs, grouping, at)}</section>")
    body.append("</div>")
    for name, run in zip(names(runs), runs, strict=True):
        body += [f"<h2>Failures of {escape(name)}</h2>", _failures(run)]
        body += [f"<h2>Entries of {escape(name)}</h2>", *_examples(run)]
    page = (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
        f'content="width=device-width"><title>{escape(runs[0].suite)}</title>'
        f"<style>{_STYLE}</style><body>{''.join(body)}</body></html>\n"
    )
    write_atomically(path, [page.encode()])


def _said_of(runs: Sequence[Run]) -> str:
    """Where and how the runs were made, in one line."""
    about = runs[0].about
    protocol, machine = about["protocol"], about.get("machine", {})
    words = [
        f"{len(runs[0].records)} questions",
        f"{protocol['user']} user",
        f"at most {budget(runs)} clicks a target",
        str(about.get("app", "")),
        f"commit {str(about.get('commit') or 'unknown')[:12]}",
        f"{machine.get('system', '')}, {machine.get('cores', '?')} cores",
    ]
    if protocol.get("compat"):
        words.insert(2, "errors as published evaluators count them")
    return "; ".join(words)


def _lines(runs: Sequence[Run]) -> list[Line]:
    limit = budget(runs)
    rng = np.random.default_rng(0)
    lines = []
    for name, run in zip(names(runs), runs, strict=True):
        iou = figures_of(run.records, limit).iou
        at = {k + 1: bootstrap_interval(np.asarray(iou[:, k]), rng) for k in range(limit)}
        lines.append(Line(name, at))
    for system, known in published_rows(runs[0]):
        at = {k: Estimate(v / 100, v / 100, v / 100) for k, v in known.items()}
        lines.append(Line(f"{system} (published)", at))
    return lines


def _grouped_bars(runs: Sequence[Run], grouping: Callable[[Run], list[Group]], at: int) -> str:
    tables = [{group.name: group for group in grouping(run)} for run in runs]
    shown = list(tables[0])[:MOST_CATEGORIES]
    bars = [
        Bars(
            f"{name} ({tables[0][name].count})",
            [table[name].iou_at[at] if name in table else None for table in tables],
        )
        for name in shown
    ]
    left_out = len(tables[0]) - len(shown)
    more = f"<p class=faint>and {left_out} more kinds, each rarer</p>" if left_out else ""
    return bar_chart(bars, names(runs)) + more


def _measures(runs: Sequence[Run]) -> tuple[list[str], list[list[str]]]:
    """Everything that is measured, a row a measure and a column a run."""
    found = [summary(run, budget(runs)) for run in runs]
    rows: list[list[str]] = []
    for name, tables in (
        ("IoU", [s.iou_at for s in found]),
        ("boundary IoU", [s.boundary_at for s in found]),
        ("precision", [s.precision_at for s in found]),
        ("recall", [s.recall_at for s in found]),
    ):
        rounds = sorted(set.intersection(*(set(table) for table in tables)))
        rows += [[f"{name}@{k}", *(_interval(table[k]) for table in tables)] for k in rounds]
    for q in found[0].noc_at:
        rows.append([f"clicks to {q} %", *(_clicks(s.noc_at[q]) for s in found)])
        never = [f"{_percent(s.failure_rate_at[q])} %" for s in found]
        rows.append([f"never reaches {q} %", *never])
    rows.append(["area under the curve", *(_interval(s.area) for s in found)])
    rows.append(["harmful clicks, %", *(_interval(s.harmful) for s in found)])
    rows.append(["harmful by over 2 points, %", *(_interval(s.harmful_large) for s in found)])
    for what, seconds in (
        ("encode", [s.encode_s for s in found]),
        ("click", [s.answer_s for s in found]),
    ):
        told = [f"{middle:.3f} / {late:.3f}" for middle, late in seconds]
        rows.append([f"seconds a{'n' if what == 'encode' else ''} {what}, p50 / p95", *told])
    return ["measure ", *names(runs)], rows


def _failures(run: Run) -> str:
    if not run.failures:
        return "<p>None.</p>"
    rows = [[record.question.name, record.failure or ""] for record in run.failures]
    return _table(["entry ", "why "], rows)


def _examples(run: Run) -> list[str]:
    """The pictures of a run with what they are of, a kind after the other."""
    limit = run.clicks_a_target
    iou = figures_of(run.records, limit).iou
    shown = []
    for kind, places in examples(run).items():
        if places:
            shown.append(f"<h3>{kind.capitalize()}</h3>")
        for place in places:
            record = run.records[place]
            asked = record.question
            words = f"{asked.name}, {asked.category or 'unnamed'}, {record.n_targets} targets: " + (
                f"IoU {100 * iou[place, 0]:.0f} after one click a target, "
                f"{100 * iou[place, min(LATER, limit) - 1]:.0f} after {min(LATER, limit)}"
            )
            if record.failure is not None:
                words += f" (failed: {record.failure})"
            path = picture_path(run, place)
            image = ""
            if path.is_file():
                packed = base64.b64encode(read_bytes(path)).decode()
                image = f'<img alt="" src="data:image/png;base64,{packed}">'
            shown.append(f"<figure>{image}<figcaption>{escape(words)}</figcaption></figure>")
    return shown


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(column.strip())}</th>" for column in columns)
    lines = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _percent(value: Estimate) -> str:
    return f"{100 * value.mean:.1f}"


def _plus_minus(value: Estimate) -> str:
    return f"{100 * value.mean:.1f} ±{50 * (value.high - value.low):.1f}"


def _interval(value: Estimate) -> str:
    return f"{100 * value.mean:.1f} [{100 * value.low:.1f}, {100 * value.high:.1f}]"


def _clicks(value: Estimate) -> str:
    return f"{value.mean:.2f} [{value.low:.2f}, {value.high:.2f}]"


def _signed(value: Estimate) -> str:
    return f"{100 * value.mean:+.1f} [{100 * value.low:+.1f}, {100 * value.high:+.1f}]"
