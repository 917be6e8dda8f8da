"""Write the studio's message types (`src/wire/messages.ts`) from the server's.

Run as ``python studio/generate.py``; a test fails when the file is not what this writes.
"""

import inspect
import json
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from pinpoint3d.server import frames, messages

TARGET = Path(__file__).parent / "src" / "wire" / "messages.ts"
_HEAD = "// Written by studio/generate.py from pinpoint3d.server.messages and .frames; do not edit."
_UNIONS = {
    "Op": messages.Op,
    "ClientMessage": messages.ClientMessage,
    "ServerMessage": messages.ServerMessage,
}


def typescript() -> str:
    """All message types and enumerations as one TypeScript module."""
    models = [
        (model, "serialization")
        for _, model in inspect.getmembers(messages, inspect.isclass)
        if issubclass(model, BaseModel) and model not in (BaseModel, messages.Message)
    ]
    _, schema = models_json_schema(models, ref_template="{model}")  # pyright: ignore[reportArgumentType]
    parts = [_HEAD, f"export const PROTOCOL = {json.dumps(messages.PROTOCOL)};"]
    kinds = ", ".join(f"{kind.name}: {kind.value}" for kind in frames.Kind)
    parts += [f"export const Kind = {{ {kinds} }} as const;"]
    parts += [_declared(name, body) for name, body in sorted(schema["$defs"].items())]
    for name, union in _UNIONS.items():
        members = [arm.__name__ for arm in get_args(get_args(union)[0])]
        parts.append(f"export type {name} = {' | '.join(members)};")
    return "\n\n".join(parts) + "\n"


def _declared(name: str, body: dict[str, Any]) -> str:
    if "enum" in body:
        return f"export type {name} = {_type(body)};"
    required = set(body.get("required", ()))
    lines = []
    for key, value in body.get("properties", {}).items():
        mark = "" if key in required or "const" in value else "?"
        lines.append(f"  {key}{mark}: {_type(value)};")
    return f"export interface {name} {{\n" + "\n".join(lines) + "\n}"


def _type(schema: dict[str, Any]) -> str:
    """TypeScript type of a JSON schema, of the kinds that the messages use."""
    match schema:
        case {"$ref": ref}:
            return ref
        case {"const": value}:
            return json.dumps(value)
        case {"enum": values}:
            return " | ".join(json.dumps(value) for value in values)
        case {"anyOf": options} | {"oneOf": options}:
            return " | ".join(_type(option) for option in options)
        case {"type": "array", "prefixItems": items}:
            return "[" + ", ".join(_type(item) for item in items) + "]"
        case {"type": "array", "items": item}:
            inner = _type(item)
            return f"({inner})[]" if " " in inner and not inner.startswith("[") else f"{inner}[]"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"Record<string, {_type(values)}>"
        case {"type": "object"}:
            return "Record<string, unknown>"
        case {"type": kind}:
            return "number" if kind == "integer" else str(kind)
    raise TypeError(f"no TypeScript for {schema}")


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(typescript(), encoding="utf-8")
