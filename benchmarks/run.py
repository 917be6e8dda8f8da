"""Every benchmark in turn, for `make bench`: figures go to the terminal and to `out/bench`.

    python benchmarks/run.py [NAME ...]

Figures that a decision rests on are entered in `docs/log.md` with the command that gives them.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHARED_DATA = HERE.parents[1] / "shared" / "data"
BENCHMARKS: dict[str, list[str]] = {
    "speed": ["--json"],
    "large": [],
    "osd": [str(SHARED_DATA)],
    "synthesis": [],
    "likeness": [str(SHARED_DATA)],
    "network": [],
    "pseudo_parts": ["--seed", "3000"],
}


def main() -> None:
    """Run those named, or all; one whose data is missing says so and is passed over."""
    names = sys.argv[1:] or list(BENCHMARKS)
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        sys.exit(f"no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}.")
    out = HERE.parent / "out" / "bench"
    out.mkdir(parents=True, exist_ok=True)
    for name in names:
        if str(SHARED_DATA) in BENCHMARKS[name] and not SHARED_DATA.is_dir():
            print(f"{name}: passed over, needs the scans in {SHARED_DATA}")
            continue
        print(f"--- {name}", flush=True)
        command = [sys.executable, str(HERE / f"{name}.py"), *BENCHMARKS[name]]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None  # it is a pipe
            with (out / f"{name}.txt").open("w") as record:
                for line in process.stdout:
                    print(line, end="", flush=True)
                    record.write(line)
        if process.returncode:
            sys.exit(process.returncode)


if __name__ == "__main__":
    main()
