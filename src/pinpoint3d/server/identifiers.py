"""Names for sessions, uploads and exports: ULIDs, which sort by the time they were made."""

import re
import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no i, l, o, u
_FORM = re.compile(f"[0-7][{_ALPHABET}]{{25}}")


def new_id() -> str:
    """26 characters, lower case: 48 bits of milliseconds and 80 of chance."""
    value = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))


def is_id(text: str) -> bool:
    """Whether a text could have come from `new_id`, so that it is safe in a path."""
    return _FORM.fullmatch(text) is not None
