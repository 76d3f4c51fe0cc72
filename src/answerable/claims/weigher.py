"""Adds up what a model's weights say of a line, remembering the sums of its setting.

A reply's lines share their customer, their calls and most of the lines around: the
weights of each of those are summed once. Gives the same sums as `features_of`.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from answerable.claims.claim import Force, Polarity, Subject
from answerable.claims.features import (
    ALWAYS,
    circumstances,
    folded_words,
    length,
    of_before,
    of_calls,
    of_customer,
    of_frame,
    of_further,
    of_governing,
    of_nearest,
    of_reasons,
    of_rules,
    of_talk,
    shape_of,
)
from answerable.claims.line import REMEMBERED, Line
from answerable.claims.model import LinearModel
from answerable.claims.setting import Setting, Settled
from answerable.exchange import EARLIER_TURNS

_RULES_REMEMBERED = 4096
"""Kinds of decisions and of verb groups; a few hundred make up most lines."""


class Weighed(NamedTuple):
    """What speaks for a line's labels: the rows of its own features, those of its setting, and the sum of all."""

    own: set[int]
    around: "tuple[_Part, ...]"
    total: int


class _Part(NamedTuple):
    """A part of a line's setting: the rows of its features and their sum."""

    rows: tuple[int, ...]
    total: int


class Weigher:
    """Weighs lines by a model. What it remembers changes no result; safe to share between threads."""

    def __init__(self, model: LinearModel) -> None:
        self._model = model

        def part(features: Iterable[str]) -> _Part:
            rows = tuple(model.rows(features))
            return _Part(rows, model.summed(rows))

        remember = lru_cache(maxsize=REMEMBERED)
        self._governing = remember(lambda text: part(of_governing(text)))
        self._nearest = remember(lambda text: part(of_nearest(text)))
        self._customer = remember(lambda text: part(of_customer(text)))
        self._talk = remember(lambda customer, earlier: part(of_talk(customer, earlier)))
        self._calls = remember(lambda calls: part(of_calls(calls)))
        self._further = remember(lambda text: tuple(model.rows(of_further(text))))
        self._before = remember(lambda text: tuple(model.rows(of_before(text))))
        often = lru_cache(maxsize=_RULES_REMEMBERED)
        self._rules = often(lambda read: tuple(model.rows(of_rules(read))))
        self._frame = often(lambda shape: tuple(model.rows(of_frame(shape))))
        self._length = often(lambda words: tuple(model.rows((ALWAYS, length(words)))))

    def weigh(
        self, line: Line, setting: Setting, settled: Settled, subject: Subject, polarity: Polarity
    ) -> Weighed:
        """The rows and the sum of what `features_of` names."""
        model, before = self._model, setting.before
        words = folded_words(line)
        own = model.rows_of_words(words)
        own.update(self._length(len(words)))
        own.update(self._rules(circumstances(line, setting, settled, subject, polarity)))
        own.update(model.rows(of_reasons(line, settled)))
        for frame in line.parse.frames:
            own.update(self._frame(shape_of(frame)))
        for text in before[:-1]:
            own.update(self._further(text))
        for text in before:
            own.update(self._before(text))
        around = (
            self._governing(setting.governing),
            self._nearest(before[-1] if before else None),
            self._customer(setting.customer),
            self._talk(setting.customer, setting.earlier[-EARLIER_TURNS:]),
            self._calls(setting.calls),
        )
        return Weighed(own, around, model.summed(own) + sum([part.total for part in around]))

    def spoke_for(self, weighed: Weighed, force: Force) -> tuple[str, ...]:
        """The features that spoke loudest for a force, loudest first; of equals, the first by name."""
        model = self._model
        rows = [*weighed.own, *[row for part in weighed.around for row in part.rows]]
        return model.named(model.loudest(rows, force))
