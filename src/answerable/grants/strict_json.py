"""JSON from outside, in which no object gives a name twice: two readers might take two values (RFC 8259 section 4)."""

import json
from typing import Any


def read_json(data: bytes | str) -> Any:
    """Raises ValueError: not UTF-8, not JSON, a name twice, nested too deeply, or a number that JSON has not."""
    try:
        return _decoder.decode(data if isinstance(data, str) else data.decode())
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _named_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        raise ValueError("a name stands twice in one object")
    return found


def _no_constant(text: str) -> float:
    raise ValueError(f"'{text}' is no number of JSON")


_decoder = json.JSONDecoder(object_pairs_hook=_named_once, parse_constant=_no_constant)
