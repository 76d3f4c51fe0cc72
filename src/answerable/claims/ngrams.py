"""The words, pairs and triples of words that a model knows, found in a line without writing them out."""

from collections.abc import Iterable, Sequence

_BITS = 20
"""A model has fewer words, and fewer pairs of words, than two to this power."""
_PAIR, _TRIPLE = 2, 3


class Ngrams:
    """A tree over the words of the n-grams among a model's features. Immutable.

    Words and pairs of words are numbered; a pair is looked up by its words'
    numbers, a triple by its first pair's and its last word's. What is in no
    feature of the model costs one look-up.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._numbers: dict[str, int] = {}
        self._words: dict[int, int] = {}
        self._pairs: dict[int, int] = {}
        self._pair_rows: dict[int, int] = {}
        self._triples: dict[int, int] = {}
        for row, name in enumerate(names):
            parts = name.split(" ")
            if len(parts) <= _TRIPLE and (":" not in parts[0] or parts[0] == ":"):
                self._add(parts, row)
        self._begin = self._numbers.get("^", 0)
        self._end = self._numbers.get("$", 0)

    def _add(self, parts: list[str], row: int) -> None:
        numbers = [self._numbers.setdefault(part, len(self._numbers) + 1) for part in parts]
        if len(numbers) == 1:
            self._words[numbers[0]] = row
            return
        key = numbers[0] << _BITS | numbers[1]
        pair = self._pairs.setdefault(key, len(self._pairs) + 1)
        if len(numbers) == _PAIR:
            self._pair_rows[pair] = row
        else:
            self._triples[pair << _BITS | numbers[2]] = row

    def rows(self, words: Iterable[str]) -> set[int]:
        """The rows of the n-grams in folded words, those with the line's two ends among them."""
        number_of = self._numbers.get
        numbers = [number_of(word, 0) for word in words]
        word_rows, pair_rows = self._words, self._pair_rows
        found = {word_rows[number] for number in numbers if number in word_rows}
        pair_of, triple_rows = self._pairs.get, self._triples
        before, pair = self._begin, 0
        numbers.append(self._end)
        for number in numbers:
            if not number:
                before = pair = 0
                continue
            if pair:
                triple = pair << _BITS | number
                if triple in triple_rows:
                    found.add(triple_rows[triple])
            pair = pair_of(before << _BITS | number, 0) if before else 0
            if pair in pair_rows:
                found.add(pair_rows[pair])
            before = number
        return found
