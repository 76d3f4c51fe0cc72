"""A linear model over features: how likely each force, polarity and subject is.

Scores are sums of learnt weights, one row of small integers a feature, so that a
reading can be explained by the features that spoke for it. Softmax over each
head's scores gives probabilities; the scale is fitted so that they are calibrated
(Guo et al., "On Calibration of Modern Neural Networks", 2017).
"""

from collections.abc import Iterable
from math import exp

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerable.claims.claim import Force, Polarity, Subject
from answerable.claims.ngrams import Ngrams

LARGEST = 64 << 20
"""Bytes of weights that are read; a model of ours has a few million."""


Sums = NDArray[np.int32]
"""Added weights, a number a label."""

_ROW_BITS = 24
_ROW = (1 << _ROW_BITS) - 1
_SILENT = 128
"""A weight of nothing as it stands in a mark; what speaks for a label stands below it."""


class WeightsError(ValueError):
    """Weights that can't be used, and why."""


class Weights(msgspec.Struct, frozen=True):
    """A trained model as kept: `matrix` is int8, a row a feature, a column a label of the heads in turn.

    A score is the sum of its column over the features present, times `scale` of
    the column, plus `bias` of the column (both float32, little-endian).
    `features` are in the order of the rows.
    """

    version: str
    features: str
    forces: tuple[Force, ...]
    polarities: tuple[Polarity, ...]
    subjects: tuple[Subject, ...]
    matrix: bytes
    scale: bytes
    bias: bytes


class Likelihoods(msgspec.Struct, frozen=True, gc=False):
    """How likely each force is, and how the other labels score: all in the order of the model's labels.

    The higher of two scores is the likelier; likelihoods of a head sum to 1.
    """

    force: tuple[float, ...]
    polarity_scores: list[float]
    subject_scores: list[float]

    @property
    def polarity(self) -> tuple[float, ...]:
        return _softmax(self.polarity_scores)

    @property
    def subject(self) -> tuple[float, ...]:
        return _softmax(self.subject_scores)


class LinearModel:
    """Reads features into likelihoods. Immutable; safe to share between threads."""

    def __init__(self, weights: Weights) -> None:
        names = weights.features.split("\n")
        columns = len(weights.forces) + len(weights.polarities) + len(weights.subjects)
        if len(weights.matrix) != len(names) * columns:
            raise WeightsError(
                f"the reader's weights hold {len(weights.matrix)} numbers where {len(names)} features by "
                f"{columns} labels need {len(names) * columns}; install the package again or train with 'make reader'"
            )
        self.version = weights.version
        self.forces = weights.forces
        self.polarities = weights.polarities
        self.subjects = weights.subjects
        self._names = names
        self._row = {name: row for row, name in enumerate(names)}
        self._ngrams = Ngrams(names)
        matrix: NDArray[np.int8] = np.frombuffer(weights.matrix, np.int8).reshape(len(names), columns)
        self._matrix = matrix
        marks = (_SILENT - matrix[:, : len(weights.forces)].astype(np.int64)) << _ROW_BITS
        # A row a force, in one piece: `take` copies what is not.
        self._marks = np.ascontiguousarray((marks + np.arange(len(names))[:, None]).T)
        self._scale = np.frombuffer(weights.scale, "<f4")
        self._bias = np.frombuffer(weights.bias, "<f4")
        self._polarity_at = len(weights.forces)
        self._subject_at = self._polarity_at + len(weights.polarities)

    def rows(self, features: Iterable[str]) -> set[int]:
        """The rows of the features that the model knows."""
        row = self._row
        return {row[name] for name in features if name in row}

    def rows_with(self, beginning: str) -> dict[str, int]:
        """The rows of the features with that beginning, by the rest of their names."""
        size = len(beginning)
        return {name[size:]: row for name, row in self._row.items() if name.startswith(beginning)}

    def rows_of_words(self, words: list[str]) -> set[int]:
        """The rows of the n-grams of folded words."""
        return self._ngrams.rows(words)

    def summed(self, rows: list[int]) -> Sums:
        """The weights of these rows added up, label by label: `likelihoods` reads them."""
        sums: Sums = self._matrix.take(rows, axis=0).sum(axis=0, dtype=np.int32)
        return sums

    def likelihoods(self, sums: Sums) -> Likelihoods:
        """How likely each label is of a line whose features' weights add up to that."""
        scores: list[float] = (sums * self._scale + self._bias).tolist()
        first, second = self._polarity_at, self._subject_at
        return Likelihoods(_softmax(scores[:first]), scores[first:second], scores[second:])

    def spoke_for(self, rows: list[int], force: Force, most: int = 3) -> tuple[str, ...]:
        """The features that spoke loudest for a force, loudest first; of equals, the first by name."""
        marks = self._marks[self.forces.index(force)].take(rows)
        marks.sort()
        loudest: list[int] = marks[:most].tolist()
        return tuple([self._names[mark & _ROW] for mark in loudest if mark >> _ROW_BITS < _SILENT])


def decode(packed: bytes) -> LinearModel:
    """The model that MessagePack bytes hold.

    Raises:
        WeightsError: they are too many, or not the weights of a reader.

    """
    if len(packed) > LARGEST:
        raise WeightsError(f"the reader's weights have {len(packed)} bytes; at most {LARGEST} are read")
    try:
        return LinearModel(msgspec.msgpack.decode(packed, type=Weights))
    except msgspec.DecodeError as error:
        raise WeightsError(f"the reader's weights can't be read: {error}") from error


def _softmax(scores: list[float]) -> tuple[float, ...]:
    top = max(scores)
    raised = [exp(score - top) for score in scores]
    total = sum(raised)
    return tuple([one / total for one in raised])
