"""JSON from outside, in which no object gives a name twice: two readers might take two values (RFC 8259 section 4).

Its size is bounded by whoever hands it over.
"""

import json
from typing import Any


class JsonError(ValueError):
    """What is wrong with the JSON, in a few words."""


def read_json(data: bytes | str) -> Any:
    """Read a value. Raises JsonError: no UTF-8, no JSON, a name twice, nested too deeply, or no number of JSON."""
    try:
        return _decoder.decode(data if isinstance(data, str) else data.decode())
    except UnicodeDecodeError:
        raise JsonError("is not UTF-8") from None
    except JsonError:
        raise
    except ValueError as error:
        raise JsonError(f"is not valid JSON: {error}") from None
    except RecursionError:
        raise JsonError("is nested too deeply") from None


def json_object(raw: bytes) -> dict[str, Any]:
    """Read an object. Raises JsonError as `read_json`, and where it is none."""
    found = read_json(raw)
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
