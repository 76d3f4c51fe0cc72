"""A linear model over features: how likely each force, polarity and subject is.

Scores are sums of learnt weights, one row of small integers a feature, so that a
reading can be explained by the features that spoke for it. Softmax over each
head's scores gives probabilities; the scale is fitted so that they are calibrated
(Guo et al., "On Calibration of Modern Neural Networks", 2017).
"""

from collections.abc import Iterable
from math import exp
from struct import Struct

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerable.claims.claim import Force, Polarity, Subject
from answerable.claims.ngrams import Ngrams

LARGEST = 64 << 20
"""Bytes of weights that are read; a model of ours has a few million."""


_LANE = 32
_HALF = 1 << _LANE - 1
"""Added to each label's sum so that none is negative where they are taken apart."""
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
    """How likely each label is, in the order of the model's labels; each sums to 1."""

    force: tuple[float, ...]
    polarity: tuple[float, ...]
    subject: tuple[float, ...]


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
        # One integer a row, 32 bits a label: adding the integers adds every label's weights at once.
        self._lanes = Struct(f"<{columns}I")
        self._raised = sum(_HALF << _LANE * column for column in range(columns))
        lifted = (matrix.astype(np.int64) + _HALF).astype("<u4").tobytes()
        size = self._lanes.size
        self._packed = [
            int.from_bytes(lifted[at : at + size], "little") - self._raised
            for at in range(0, len(lifted), size)
        ]
        marks = (_SILENT - matrix[:, : len(weights.forces)].astype(np.int64).T) << _ROW_BITS
        self._marks: list[list[int]] = (marks + np.arange(len(names))).tolist()
        self._scale: list[float] = np.frombuffer(weights.scale, "<f4").tolist()
        self._bias: list[float] = np.frombuffer(weights.bias, "<f4").tolist()
        self._polarity_at = len(weights.forces)
        self._subject_at = self._polarity_at + len(weights.polarities)

    def rows(self, features: Iterable[str]) -> set[int]:
        """The rows of the features that the model knows."""
        row = self._row
        return {row[name] for name in features if name in row}

    def rows_of_words(self, words: list[str]) -> set[int]:
        """The rows of the n-grams of folded words."""
        return self._ngrams.rows(words)

    def summed(self, rows: Iterable[int]) -> int:
        """The weights of these rows added up, every label's in one integer: `likelihoods` takes it apart."""
        return sum(map(self._packed.__getitem__, rows))

    def likelihoods(self, total: int) -> Likelihoods:
        """How likely each label is of a line whose features' weights sum to that."""
        sums = self._lanes.unpack((total + self._raised).to_bytes(self._lanes.size, "little"))
        scores = [
            (one - _HALF) * scale + bias
            for one, scale, bias in zip(sums, self._scale, self._bias, strict=True)
        ]
        first, second = self._polarity_at, self._subject_at
        return Likelihoods(
            _softmax(scores[:first]), _softmax(scores[first:second]), _softmax(scores[second:])
        )

    def loudest(self, rows: Iterable[int], force: Force, most: int = 3) -> list[int]:
        """Which of these rows speak loudest for a force, as ordered marks: the loudest first, of equals the first."""
        marks = self._marks[self.forces.index(force)]
        return sorted([marks[row] for row in rows])[:most]

    def named(self, marks: Iterable[int]) -> tuple[str, ...]:
        """The features behind marks of `loudest` that speak for the force and not against it."""
        return tuple([self._names[mark & _ROW] for mark in marks if mark >> _ROW_BITS < _SILENT])


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
