"""The exact things a line says: cut into tokens once, walked once from left to right.

Each word that may begin a term names the readers that are asked, in order; the first
that reads one takes its words. No reader looks further than a few words around, so
the walk is linear in the text.
"""

from collections.abc import Callable
from datetime import datetime

from answerable.claims.normalise import Normalised
from answerable.claims.terms import (
    conditions,
    counts,
    dates,
    durations,
    identifiers,
    methods,
    money,
    numbers,
    percent,
    times,
)
from answerable.claims.terms.days import days_of
from answerable.claims.terms.kinds import Bound, DateTerm, IdentifierTerm, Term, TimeTerm
from answerable.claims.terms.tokens import Tokens, tokens_of

Reader = Callable[["_Walk", int], int]
"""Reads at a token; returns the place behind what it read, or 0."""


class _Walk:
    """A line's terms while they are found."""

    __slots__ = ("at_end", "found", "held", "last_code", "last_code_end", "tokens")

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.found: list[Term] = []
        self.held: list[tuple[int, int]] = []
        self.at_end = 0  # behind the last quantity with its unit: "$8 a month"
        self.last_code: IdentifierTerm | None = None
        self.last_code_end = 0

    def take(self, term: Term, first: int, end: int) -> int:
        """Keep a term of tokens `first` to `end`."""
        self.found.append(term)
        self.held.append((first, end))
        self.at_end = end
        return end


def terms_of(line: Normalised, own: str) -> tuple[Term, ...]:
    """The terms of a line in the order in which they stand; only a condition may hold others.

    `own` is the statement's text that the line was folded from, and spans are in it.
    Days stay as written until a clock is known (`resolved`).
    """
    tokens = tokens_of(line, own)
    walk = _Walk(tokens)
    words, at, count = tokens.words, 0, tokens.count
    clauses: list[int] = []
    coded = not _CODE_MARKS.isdisjoint(line.text)
    if not coded and _STARTS.isdisjoint(words):
        return ()
    while at < count:
        word = words[at]
        if word in conditions.STARTS and conditions.begins(tokens, at):
            clauses.append(at)
        end = 0
        readers = _FIGURE if word[0].isdigit() else _READERS.get(word)
        if coded and words[at + 1][:1] in _CODE_MARKS and tokens.glued(at + 1) and word not in money.CODES:
            end = 0 if readers is _FIGURE else _code(walk, at)  # "gift_card_123" names no gift card
        if readers is not None and not end:
            for read in readers:
                end = read(walk, at)
                if end:
                    break
        at = end or at + 1
    if clauses:
        _take_clauses(walk, clauses)
    return tuple(walk.found)


def resolved(terms: tuple[Term, ...], now: datetime | None) -> tuple[Term, ...]:
    """The same terms, with each day told by the clock of who says the line. Pure."""
    if now is None or not any(isinstance(term, DateTerm) for term in terms):
        return terms
    return tuple([_by_clock(term, now) if isinstance(term, DateTerm) else term for term in terms])


def _by_clock(term: DateTerm, now: datetime) -> DateTerm:
    days = days_of(term.first, term.last, now)
    if days is None:
        return term
    return DateTerm(term.start, term.end, term.first, term.last, term.bound, days.earliest, days.latest)


def _take_clauses(walk: _Walk, clauses: list[int]) -> None:
    """Put each condition before the terms that stand in it. One inside another is part of it."""
    held = walk.held
    found: list[Term] = []
    done, behind = 0, 0
    for first in clauses:
        if first < behind:
            continue
        read = conditions.at(walk.tokens, first, held)
        if read is None:
            continue
        condition, behind = read
        while done < len(held) and held[done][0] < first:
            found.append(walk.found[done])
            done += 1
        found.append(condition)
    walk.found = found + walk.found[done:]


def _figure_date(walk: _Walk, at: int) -> int:
    tokens = walk.tokens
    read = dates.day_range_before_month(tokens, at) or dates.at(tokens, at)
    if read is None:
        return 0
    end = walk.take(read[0], at, read[1])
    # "2026-05-17T15:30" is a day and a time.
    if tokens.words[end] == "t" and tokens.glued(end) and ":" in tokens.words[end + 1]:
        clock = tokens.words[end + 1]
        hour, minute = clock.split(":")[:2]
        figures = hour.isdigit() and minute.isdigit() and len(hour) <= 2 and len(minute) == 2  # noqa: PLR2004
        if figures and tokens.glued(end + 1) and int(hour) < 24 and int(minute) < 60:  # noqa: PLR2004
            start, _ = tokens.span(end + 1, end + 2)
            minutes = int(hour) * 60 + int(minute)
            stop = start + len(clock)
            return walk.take(TimeTerm(start, stop, minutes, minutes), end + 1, end + 2)
    return end


def _date(walk: _Walk, at: int) -> int:
    read = dates.at(walk.tokens, at)
    if read is None:
        return 0
    term = read[0]
    if term.bound is Bound.EXACTLY:
        term = _bound_of_neighbour(walk, term, at)
    return walk.take(term, at, read[1])


def _bound_of_neighbour(walk: _Walk, term: DateTerm, at: int) -> DateTerm:
    """What binds the time binds the day: "until 18:00 today", "by 5 PM on Friday"."""
    if not walk.found or not isinstance(walk.found[-1], TimeTerm):
        return term
    behind = at - 1 if walk.tokens.words[at - 1] == "on" else at
    bound = walk.found[-1].bound
    if walk.held[-1][1] != behind or bound is Bound.EXACTLY:
        return term
    return DateTerm(term.start, term.end, term.first, term.last, bound, term.earliest, term.latest)


def _time(walk: _Walk, at: int) -> int:
    read = times.at(walk.tokens, at)
    if read is None:
        return 0
    term = read[0]
    if term.bound is Bound.EXACTLY and walk.found and isinstance(walk.found[-1], DateTerm):
        # "by Friday at 3 PM" binds both.
        words = walk.tokens.words
        behind = at - 1 if words[at - 1] in ("at", ",") else at
        if walk.held[-1][1] == behind and walk.found[-1].bound in (Bound.BY, Bound.AFTER):
            term = TimeTerm(term.start, term.end, term.low, term.high, walk.found[-1].bound)
    return walk.take(term, at, read[1])


def _quantity(walk: _Walk, at: int) -> int:
    tokens = walk.tokens
    if tokens.words[at] in _ARTICLES and tokens.words[at + 1] not in numbers.AFTER_ARTICLE:
        return 0
    spaced = money.spaced(tokens, at)
    if spaced is not None:
        return walk.take(spaced[0], at, spaced[1])
    quantity = numbers.quantity_at(tokens, at)
    if quantity is None:
        return 0
    read = (
        money.after(tokens, quantity) or percent.after(tokens, quantity) or durations.after(tokens, quantity)
    )
    if read is not None:
        return walk.take(read[0], at, read[1])
    counted = counts.after(tokens, quantity)
    if counted is None:
        return 0
    term, end, behind = counted
    walk.take(term, at, end)
    walk.at_end = behind
    return end


def _article(walk: _Walk, at: int) -> int:
    if walk.at_end == at and walk.found and walk.tokens.words[at] != "half":
        return 0  # "$8 a month", "200 km a day"
    read = durations.article(walk.tokens, at)
    return 0 if read is None else walk.take(read[0], at, read[1])


def _half_off(walk: _Walk, at: int) -> int:
    read = percent.half_off(walk.tokens, at)
    return 0 if read is None else walk.take(read[0], at, read[1])


def _money_sign(walk: _Walk, at: int) -> int:
    read = money.at_sign(walk.tokens, at)
    if read is None:
        return 0
    first = at - 1 if read[0].start < walk.tokens.span(at, at + 1)[0] else at
    return walk.take(read[0], first, read[1])


def _method(walk: _Walk, at: int) -> int:
    read = methods.at(walk.tokens, at)
    return 0 if read is None else walk.take(read[0], at, read[1])


def _named(walk: _Walk, at: int) -> int:
    return _keep_code(walk, at, identifiers.after_noun(walk.tokens, at))


def _ending(walk: _Walk, at: int) -> int:
    return _keep_code(walk, at, identifiers.ending(walk.tokens, at))


def _code(walk: _Walk, at: int) -> int:
    tokens = walk.tokens
    if tokens.glued(at) and tokens.words[at - 1] not in _OPENINGS:
        return 0  # in the middle of a chunk
    return _keep_code(walk, at, identifiers.by_shape(tokens, at, walk.last_code, walk.last_code_end))


def _phone(walk: _Walk, at: int) -> int:
    if not numbers.stands_free(walk.tokens, at) and walk.tokens.words[at - 1] != "(":
        return 0
    read = identifiers.phone(walk.tokens, at)
    if read is None:
        return 0
    return walk.take(read[0], at, read[1])


def _keep_code(walk: _Walk, at: int, read: tuple[IdentifierTerm, int] | None) -> int:
    if read is None:
        return 0
    walk.last_code, walk.last_code_end = read
    return walk.take(read[0], at, read[1])


_ARTICLES = frozenset(("a", "an"))
_OPENINGS = frozenset("([{\"':=|#")
_CODE_MARKS = frozenset("0123456789-_")
_FIGURE: tuple[Reader, ...] = (_figure_date, _time, _quantity, _phone, _code)


def _table() -> dict[str, tuple[Reader, ...]]:
    """The readers that a word may begin a term for, the surest first."""
    table: dict[str, tuple[Reader, ...]] = {}

    def add(words: "frozenset[str] | set[str]", reader: Reader) -> None:
        for word in words:
            table[word] = (*table.get(word, ()), reader)

    add({"$", *money.CODES}, _money_sign)
    add({"half"}, _half_off)
    add(frozenset(times.NAMED) | times.PAST_THE_HOUR | frozenset(numbers.ONES), _time)
    add({"a", "an", "half"}, _article)
    add(numbers.STARTS, _quantity)
    add(dates.STARTS, _date)
    add({"#"}, _code)
    add({"ending", "ends"}, _ending)
    add(frozenset(identifiers.NOUNS), _named)
    add(methods.STARTS, _method)
    return table


_READERS = _table()
_STARTS = conditions.STARTS.union(_READERS)
"""Without one of these words and without a figure a line says nothing exact."""
