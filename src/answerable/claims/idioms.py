"""Fixed turns of phrase, matched all at once by one RE2 set in linear time."""

import re2

from answerable.claims import phrases
from answerable.claims.claim import Force

_FORCES = {
    Force.COMPLETED: phrases.COMPLETED,
    Force.PROMISE: phrases.PROMISED,
    Force.OFFER: phrases.OFFERED,
    Force.ENTITLEMENT: phrases.ENTITLED,
    Force.ESTIMATE: phrases.ESTIMATED,
}
_TABLE: dict[str, str] = {
    **phrases.COMPLETED,
    **phrases.PROMISED,
    **phrases.OFFERED,
    **phrases.ENTITLED,
    **phrases.ESTIMATED,
    **phrases.SILENT,
    **phrases.CUES,
}
_NAMES: tuple[str, ...] = tuple(_TABLE)
_AUTOMATON_BYTES = 256 << 20

FORCE_OF: dict[str, Force] = {name: force for force, table in _FORCES.items() for name in table}
"""The force that a turn of phrase has by itself; greetings and cues have none."""

SILENT = frozenset(phrases.SILENT)
"""Turns that say nothing about the case: greetings, thanks, requests, lead-ins."""


def _build() -> "re2.Set":
    options = re2.Options()
    options.max_mem = _AUTOMATON_BYTES
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    patterns = re2.Set.SearchSet(options)
    for pattern in _TABLE.values():
        patterns.Add(pattern)
    patterns.Add("^")
    patterns.Compile()
    return patterns


class MatcherExhausted(Exception):
    """The automaton ran out of memory: nothing is known about the line."""


_SET = _build()


def idioms_in(line: str) -> frozenset[str]:
    """The names of the turns of phrase in a line, given as words joined by single spaces.

    RE2 reports "no match" where its automaton runs out of memory, so the last
    pattern of the set matches every line: without it the answer is no answer.
    Raises MatcherExhausted then.
    """
    found: list[int] | None = _SET.Match(line)
    if not found or len(_NAMES) not in found:
        raise MatcherExhausted("the set of idioms could not be matched in the memory it has")
    return frozenset([_NAMES[index] for index in found if index < len(_NAMES)])
