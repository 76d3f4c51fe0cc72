"""Fit the linear model to examples, calibrate it, and pack it as the reader reads it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from answerable.claims import Force, Polarity, Subject
from answerable.claims.model import Weights
from training.examples import Example

FORCES = tuple(force for force in Force if force is not Force.UNKNOWN)
HEADS: tuple[tuple[str, tuple[Force | Polarity | Subject, ...]], ...] = (
    ("force", FORCES),
    ("polarity", tuple(Polarity)),
    ("subject", tuple(Subject)),
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is fitted.

    `looseness` is the inverse strength of the L2 penalty; `rarest` the least number
    of examples a feature must stand in; `rules_count` how much more a feature of
    the rules' reading may weigh than a word's; `most` how many features are kept;
    `everyday` how often a line of everyday talk counts, the rest being denser in
    rare and difficult lines than what a gate hears.
    """

    looseness: float = 0.1
    rarest: int = 3
    rules_count: float = 1.5
    most: int = 60_000
    everyday: int = 2


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted model in floats: `matrix` has a row a feature and a column a label, heads in turn."""

    names: tuple[str, ...]
    matrix: NDArray[np.float64]
    bias: NDArray[np.float64]

    def scores(self, told: Sequence[Example]) -> NDArray[np.float64]:
        return np.asarray(
            table(told, {name: at for at, name in enumerate(self.names)}) @ self.matrix + self.bias
        )


def is_of_rules(feature: str) -> bool:
    return feature.startswith(("r:", "r+:", "rs:", "rp:", "f:", "v:", "vs:", "i:", "n:"))


def vocabulary(told: Sequence[Example], rarest: int) -> tuple[str, ...]:
    counts = Counter(feature for example in told for feature in set(example.features))
    return tuple(sorted(feature for feature, count in counts.items() if count >= rarest))


def table(told: Sequence[Example], column: dict[str, int]) -> csr_matrix:
    """Examples by features, 1 where present."""
    indices: list[int] = []
    ends = [0]
    for example in told:
        indices.extend(sorted({column[feature] for feature in example.features if feature in column}))
        ends.append(len(indices))
    return csr_matrix((np.ones(len(indices)), indices, ends), shape=(len(told), len(column)))


def fit(told: Sequence[Example], recipe: Recipe) -> Fitted:
    """Multinomial logistic regression for each head. The same examples give the same model."""
    names = vocabulary(told, recipe.rarest)
    told = [one for one in told for _ in range(recipe.everyday if one.group.startswith("everyday") else 1)]
    present = table(told, {name: at for at, name in enumerate(names)})
    stretch = np.array([recipe.rules_count if is_of_rules(name) else 1.0 for name in names])
    stretched = csr_matrix(present.multiply(stretch[None, :]))
    matrices, biases = [], []
    for head, labels in HEADS:
        answers = [getattr(example, head) for example in told]
        model = LogisticRegression(C=recipe.looseness, max_iter=100, tol=1e-3)
        model.fit(stretched, [answer.value for answer in answers])
        weights = np.zeros((len(names), len(labels)))
        bias = np.full(len(labels), -20.0)
        for at, label in enumerate(model.classes_):
            column = [one.value for one in labels].index(label)
            weights[:, column] = model.coef_[at] * stretch
            bias[column] = model.intercept_[at]
        matrices.append(weights)
        biases.append(bias)
    matrix = np.hstack(matrices)
    kept = np.sort(np.argsort(-np.abs(matrix).max(axis=1), kind="stable")[: recipe.most])
    return Fitted(tuple(names[at] for at in kept), matrix[kept], np.concatenate(biases))


def columns_of(head: str) -> slice:
    """Where a head's labels stand among the columns."""
    start = 0
    for name, labels in HEADS:
        if name == head:
            return slice(start, start + len(labels))
        start += len(labels)
    raise KeyError(head)


def temperature(scores: NDArray[np.float64], told: Sequence[Example], head: str) -> float:
    """What a head's scores are divided by so that its likelihoods are calibrated on examples it wasn't fitted to.

    Guo et al., "On Calibration of Modern Neural Networks", 2017.
    """
    labels = [one.value for one in dict(HEADS)[head]]
    right = np.array([labels.index(getattr(example, head).value) for example in told])
    mine = scores[:, columns_of(head)]

    def loss(divisor: float) -> float:
        scaled = mine / divisor
        top = scaled.max(axis=1)
        spread = np.log(np.exp(scaled - top[:, None]).sum(axis=1)) + top
        return float((spread - scaled[np.arange(len(right)), right]).mean())

    return float(minimize_scalar(loss, bounds=(0.3, 5.0), method="bounded").x)


def packed(fitted: Fitted, divisors: dict[str, float], version: str) -> bytes:
    """The weights as the reader reads them: one byte a weight."""
    divisor = np.concatenate([np.full(len(labels), divisors[head]) for head, labels in HEADS])
    matrix = fitted.matrix / divisor
    scale = np.abs(matrix).max(axis=0) / 127
    small = np.rint(matrix / scale).astype(np.int8)
    weights = Weights(
        version=version,
        features="\n".join(fitted.names),
        forces=FORCES,
        polarities=tuple(Polarity),
        subjects=tuple(Subject),
        matrix=small.tobytes(),
        scale=scale.astype("<f4").tobytes(),
        bias=(fitted.bias / divisor).astype("<f4").tobytes(),
    )
    return msgspec.msgpack.encode(weights)
