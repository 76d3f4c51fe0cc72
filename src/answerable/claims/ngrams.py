"""The words, pairs and triples of words that a model knows, found in a line without writing them out."""

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

_Key = TypeVar("_Key", bound=Hashable)

_BITS = 20
"""A model has fewer words, and fewer pairs of words, than two to this power."""
_PAIR, _TRIPLE = 2, 3
_NONE = -1
"""The row of what is no feature by itself."""


class Ngrams:
    """A tree over the words of the n-grams among a model's features. Immutable.

    Words and pairs of words are numbered; a pair is looked up by its words'
    numbers, a triple by its first pair's and its last word's. What is in no
    feature of the model costs one look-up.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._numbers: dict[str, int] = {}
        self._pairs: dict[int, int] = {}
        self._triples: dict[int, int] = {}
        self._word_rows = [_NONE]
        self._pair_rows = [_NONE]
        for row, name in enumerate(names):
            parts = name.split(" ")
            if len(parts) <= _TRIPLE and (":" not in parts[0] or parts[0] == ":"):
                self._add(parts, row)
        self._begin = self._numbers.get("^", 0)
        self._end = self._numbers.get("$", 0)

    def _add(self, parts: list[str], row: int) -> None:
        numbers = [_number(part, self._numbers, self._word_rows) for part in parts]
        if len(numbers) == 1:
            self._word_rows[numbers[0]] = row
            return
        pair = _number(numbers[0] << _BITS | numbers[1], self._pairs, self._pair_rows)
        if len(numbers) == _PAIR:
            self._pair_rows[pair] = row
        else:
            self._triples[pair << _BITS | numbers[2]] = row

    def rows(self, words: Iterable[str]) -> set[int]:
        """The rows of the n-grams in folded words, those with the line's two ends among them."""
        number_of = self._numbers.get
        numbers = [number_of(word, 0) for word in words]
        word_rows, pair_rows = self._word_rows, self._pair_rows
        found = [word_rows[number] for number in numbers]
        pair_of, triple_row = self._pairs.get, self._triples.get
        before, pair = self._begin, 0
        numbers.append(self._end)
        for number in numbers:
            if not number:
                before = pair = 0
                continue
            if pair:
                found.append(triple_row(pair << _BITS | number, _NONE))
            if before:
                pair = pair_of(before << _BITS | number, 0)
                found.append(pair_rows[pair])
            before = number
        rows = set(found)
        rows.discard(_NONE)
        return rows


def _number(key: _Key, numbers: dict[_Key, int], rows: list[int]) -> int:
    """The number of a word or pair, a new one where it has none; a new one has no row yet."""
    number = numbers.get(key)
    if number is None:
        number = numbers[key] = len(rows)
        rows.append(_NONE)
    return number
