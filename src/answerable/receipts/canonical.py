"""Canonical JSON (RFC 8785): one value, one sequence of bytes.

Entries are structs whose keys are ASCII and whose numbers are integers within
±(2^53 - 1). For such values a sorted msgspec encoding is the RFC's own output,
and twenty times as fast as a general implementation; the tests hold the two
together. What could differ (floats, large integers, keys from outside) is kept
out by the types: foreign JSON goes into an entry as text.
"""

import msgspec

_encoder = msgspec.json.Encoder(order="sorted")


def canonical(value: msgspec.Struct) -> bytes:
    """Encode an entry. Raises UnicodeEncodeError where a text holds a lone surrogate."""
    return _encoder.encode(value)
