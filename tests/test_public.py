"""The public names are those that `__init__.pyi` lists, and nothing is public by accident."""

import ast
import inspect
from pathlib import Path

import pytest

import pinpoint3d

STUB = ast.parse(Path(pinpoint3d.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))


def imported_in_stub() -> list[str]:
    return [
        alias.asname or alias.name
        for statement in STUB.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    ]


def listed_in_stub() -> list[str]:
    [listed] = [s for s in STUB.body if isinstance(s, ast.Assign)]
    return ast.literal_eval(listed.value)


def test_the_stub_lists_what_it_imports_in_order():
    assert listed_in_stub() == sorted(imported_in_stub())


def test_the_package_offers_exactly_what_the_stub_lists():
    assert sorted(pinpoint3d.__all__) == listed_in_stub()
    assert set(dir(pinpoint3d)) >= set(listed_in_stub())


@pytest.mark.parametrize("name", listed_in_stub())
def test_every_public_name_is_there_and_explained(name: str):
    value = getattr(pinpoint3d, name)
    if inspect.ismodule(value) or callable(value):
        assert inspect.getdoc(value)


@pytest.mark.parametrize("name", [n for n in listed_in_stub() if not n.startswith("_")])
def test_every_public_method_is_explained(name: str):
    value = getattr(pinpoint3d, name)
    for method_name, method in inspect.getmembers(value, inspect.isfunction):
        if not method_name.startswith("_"):
            assert inspect.getdoc(method), f"{name}.{method_name}"


def test_a_name_that_is_not_public_is_refused():
    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(pinpoint3d, "no_such_name")  # noqa: B009  # a plain look-up would not pass the type checker
