"""Words alone, in lower case: what phrases are looked for in. The same messages are looked at act after act."""

import re
from functools import lru_cache

# One class of characters, so there is nothing to backtrack into: linear on any text.
_MARKS = re.compile(r"[\W_]+")
_REMEMBERED = 512


@lru_cache(maxsize=_REMEMBERED)
def plain(text: str) -> str:
    """Words and numbers alone, apart, between spaces: "$1,049.50" is " 1049 50 "."""
    words = _MARKS.sub(" ", text.casefold().replace(",", "")).strip()
    return f" {words} " if words else " "
