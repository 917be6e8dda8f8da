"""The studio's message types are the server's."""

import importlib.util
from pathlib import Path

STUDIO = Path(__file__).resolve().parents[2] / "studio"


def test_typescript_types_are_those_of_the_server() -> None:
    spec = importlib.util.spec_from_file_location("generate", STUDIO / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    written = generate.TARGET.read_text(encoding="utf-8")
    assert generate.typescript() == written, "run: python studio/generate.py"
