"""A promise that is parted over lines: what stands above was left open, and the line completes it.

"I will:" over "refund you $50", or "1. We" "2. have" "3. refunded" "4. you". The words of
the open lines are read before the line's own; the terms and their spans stay its own.
"""

from dataclasses import replace

from answerable.claims.legibility import LONGEST_LINE
from answerable.claims.line import Line, parsed
from answerable.claims.reasons import COMMITTAL
from answerable.claims.setting import judged

_OPEN = frozenset(
    "will shall would have been we your the an i i'll we'll you'll i've we've you've it'll they'll".split()
)
_LONGEST_LEAD = 120
_LONGEST_FRAGMENT = 24
_MOST_WORDS = 2
_DRESS = " \t\r\n:*_~`\u2026.|-"


def in_full(text: str, governing: str | None, before: tuple[str, ...]) -> Line:
    """The line as parsed, with what was left open above it. Raises MatcherExhausted as `parsed` does."""
    lead = _left_open(governing, before)
    if lead is None:
        return parsed(text)
    own = parsed(text)
    whole = parsed(f"{lead} {text}"[:LONGEST_LINE])
    return replace(whole, terms=own.terms, legible=own.legible and whole.legible)


def _left_open(governing: str | None, before: tuple[str, ...]) -> str | None:
    """The open words above, unless they bind by themselves: then they govern."""
    if governing is not None and len(governing) <= _LONGEST_LEAD:
        lead = governing.rstrip(_DRESS)
        if _last_word(lead) in _OPEN:
            _, reading = judged(governing)
            return None if reading is not None and reading.force in COMMITTAL else lead
    if not before or len(before[-1]) > _LONGEST_FRAGMENT:
        return None
    fragments: list[str] = []
    for text in reversed(before):
        words = text.strip(_DRESS).split()
        if (
            not 0 < len(words) <= _MOST_WORDS
            or len(text) > _LONGEST_FRAGMENT
            or text.rstrip().endswith(("!", "?", ":"))
        ):
            break
        if len(words) > 1 and text.rstrip().endswith("."):
            break
        fragments.append(" ".join(words))
    fragments.reverse()
    return " ".join(fragments) if any(_last_word(one) in _OPEN for one in fragments) else None


def _last_word(text: str) -> str:
    return text[text.rfind(" ") + 1 :].lower().replace("\u2019", "'")
