"""Fixed turns of phrase, matched all at once by RE2 sets in linear time."""

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
_TABLES: tuple[dict[str, str], ...] = (
    phrases.COMPLETED | phrases.PROMISED | phrases.OFFERED,
    phrases.ENTITLED | phrases.ESTIMATED,
    phrases.SILENT | phrases.CUES,
)
"""Matched set by set: one automaton for all of them would have the product of their states."""
_AUTOMATON_BYTES = 96 << 20

FORCE_OF: dict[str, Force] = {name: force for force, table in _FORCES.items() for name in table}
"""The force that a turn of phrase has by itself; greetings and cues have none."""

SILENT = frozenset(phrases.SILENT)
"""Turns that say nothing about the case: greetings, thanks, requests, lead-ins."""


def _build(table: dict[str, str]) -> "tuple[re2.Set, tuple[str, ...]]":
    options = re2.Options()
    options.max_mem = _AUTOMATON_BYTES
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    patterns = re2.Set.SearchSet(options)
    for pattern in table.values():
        patterns.Add(pattern)
    patterns.Add("^")
    patterns.Compile()
    return patterns, tuple(table)


class MatcherExhausted(Exception):
    """The automaton ran out of memory: nothing is known about the line."""


_SETS = tuple(_build(table) for table in _TABLES)


def idioms_in(line: str) -> frozenset[str]:
    """The names of the turns of phrase in a line, given as words joined by single spaces.

    RE2 reports "no match" where its automaton runs out of memory, so the last
    pattern of each set matches every line: without it the answer is no answer.
    Raises MatcherExhausted then.
    """
    names: list[str] = []
    for patterns, table in _SETS:
        found: list[int] | None = patterns.Match(line)
        if not found or len(table) not in found:
            raise MatcherExhausted("the set of idioms could not be matched in the memory it has")
        names.extend([table[index] for index in found if index < len(table)])
    return frozenset(names)
