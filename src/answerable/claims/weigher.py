"""Adds up what a model's weights say of a line, remembering the sums of its setting.

A reply's lines share their customer, their calls and most of the lines around: the
weights of each of those are summed once. Gives the same sums as `features_of`.
"""

from functools import lru_cache
from typing import NamedTuple

from answerable.claims.claim import Force, Polarity, Subject
from answerable.claims.features import (
    ALWAYS,
    NEAREST,
    circumstances,
    length,
    of_before,
    of_calls,
    of_customer,
    of_frame,
    of_further,
    of_governing,
    of_nearest,
    of_nearest_read,
    of_reasons,
    of_rules,
    of_talk,
    shape_of,
)
from answerable.claims.legibility import LONGEST_LINE
from answerable.claims.line import REMEMBERED, Line, folded_words
from answerable.claims.model import LinearModel, Sums
from answerable.claims.setting import Setting, Settled
from answerable.exchange import EARLIER_TURNS

_RULES_REMEMBERED = 4096
"""Kinds of decisions and of verb groups; a few hundred make up most lines."""


class Weighed(NamedTuple):
    """What speaks for a line's labels: the rows of its own features, those of its setting, and the sums of all."""

    own: list[int]
    around: list[int]
    sums: Sums


class Weigher:
    """Weighs lines by a model. What it remembers changes no result; safe to share between threads."""

    def __init__(self, model: LinearModel) -> None:
        self._model = model
        words_before = model.rows_with(NEAREST)

        def nearest(text: str | None) -> set[int]:
            if text is None:
                return model.rows(of_nearest(None))
            found = {words_before[w] for w in folded_words(text[:LONGEST_LINE]) if w in words_before}
            found.update(model.rows(of_nearest_read(text)))
            return found

        def around(
            governing: str | None, customer: str, earlier: tuple[str, ...], calls: tuple[str, ...]
        ) -> tuple[list[int], Sums]:
            rows = [
                *self._governing(governing),
                *self._customer(customer),
                *self._talk(customer, earlier),
                *self._calls(calls),
            ]
            return rows, model.summed(rows)

        remember = lru_cache(maxsize=REMEMBERED)
        self._governing = remember(lambda text: model.rows(of_governing(text)))
        self._customer = remember(lambda text: model.rows(of_customer(text)))
        self._talk = remember(lambda customer, earlier: model.rows(of_talk(customer, earlier)))
        self._calls = remember(lambda calls: model.rows(of_calls(calls)))
        self._around = remember(around)
        self._nearest = nearest
        self._further = remember(lambda text: model.rows(of_further(text)))
        self._before = remember(lambda text: model.rows(of_before(text)))
        often = lru_cache(maxsize=_RULES_REMEMBERED)
        self._rules = often(lambda read: model.rows(of_rules(read)))
        self._frame = often(lambda shape: model.rows(of_frame(shape)))
        self._length = often(lambda words: model.rows((ALWAYS, length(words))))

    def weigh(
        self, line: Line, setting: Setting, settled: Settled, subject: Subject, polarity: Polarity
    ) -> Weighed:
        """The rows and the sums of what `features_of` names."""
        model, before = self._model, setting.before
        found = model.rows_of_words(line.folded)
        found |= self._length(len(line.folded))
        found |= self._rules(circumstances(line, setting, settled, subject, polarity))
        found |= model.rows(of_reasons(line, settled))
        for frame in line.parse.frames:
            found |= self._frame(shape_of(frame))
        found |= self._nearest(before[-1] if before else None)
        for text in before[:-1]:
            found |= self._further(text)
        for text in before:
            found |= self._before(text)
        own = list(found)
        around, sums = self._around(
            setting.governing, setting.customer, setting.earlier[-EARLIER_TURNS:], setting.calls
        )
        return Weighed(own, around, model.summed(own) + sums)

    def spoke_for(self, weighed: Weighed, force: Force) -> tuple[str, ...]:
        """The features that spoke loudest for a force, loudest first; of equals, the first by name."""
        return self._model.spoke_for(weighed.own + weighed.around, force)
