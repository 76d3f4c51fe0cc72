"""Canonical JSON (RFC 8785): one value, one sequence of bytes.

Entries are structs whose keys are ASCII and whose numbers are integers within
±(2^53 - 1). For such values a sorted msgspec encoding is the RFC's own output,
and twenty times as fast as a general implementation; the tests hold the two
together. What could differ (floats, large integers, keys from outside) is kept
out by the types: foreign JSON goes into an entry as text.
"""

import msgspec

_encoder = msgspec.json.Encoder(order="sorted")


def canonical_fields(value: msgspec.Struct) -> dict[str, bytes]:
    """Encode each field by itself; `joined` makes of them what `canonical` makes of the whole. Raises as that."""
    builtins = msgspec.to_builtins(value)
    return {name: _encoder.encode(builtins[name]) for name in sorted(builtins)}


def joined(fields: dict[str, bytes]) -> bytes:
    """An object of fields in the order of their names, which are plain ASCII."""
    return b"{" + b",".join([b'"' + name.encode() + b'":' + value for name, value in fields.items()]) + b"}"


def canonical(value: msgspec.Struct) -> bytes:
    """Encode an entry. Raises UnicodeEncodeError where a text holds a lone surrogate."""
    return _encoder.encode(value)
