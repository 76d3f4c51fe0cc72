"""JSON objects out of tokens and bundles: bounded by whoever hands them over, and read one way only."""

import json
from typing import Any


class JsonError(ValueError):
    """What is wrong with the JSON, in a few words."""


def json_object(raw: bytes) -> dict[str, Any]:
    """Read an object. Raises JsonError where it is none, gives a name twice (RFC 8259 section 4) or is no JSON."""
    try:
        found = _decoder.decode(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise JsonError("is not UTF-8") from None
    except JsonError:
        raise
    except ValueError as error:
        raise JsonError(f"is not valid JSON: {error}") from None
    except RecursionError:
        raise JsonError("is nested too deeply") from None
    if not isinstance(found, dict):
        raise JsonError("is no JSON object")
    return found


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        raise JsonError("gives a name twice in one object")
    return found


def _refuse_constant(name: str) -> Any:
    raise JsonError(f"holds {name}, which is no JSON")


_decoder = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse_constant)
