"""Train the reader from the corpus and print its scores: python -m training.train [--out FILE] [--check]

Every score but the last table is of examples that the model was not fitted to:
whole trades are read by a model of other trades.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.examples import Example, examples
from training.fit import HEADS, Fitted, Recipe, columns_of, fit, packed, temperature

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"
WEIGHTS = ROOT / "src/answerable/claims/trained/weights.msgpack"
VERSION = "trained-1"
PARTS = 4
"""The trades are parted in so many; each part is read by a model of the others."""

COMMITTAL = ("entitlement", "offer", "promise", "completed")


def trade(example: Example) -> str:
    return example.group


def read_by_others(told: Sequence[Example], recipe: Recipe) -> tuple[list[Example], NDArray[np.float64]]:
    """The examples with the scores that a model of other trades gives them."""
    order: list[Example] = []
    scores = []
    names = sorted({trade(example) for example in told})
    for part in (names[at::PARTS] for at in range(PARTS)):
        mine = [example for example in told if trade(example) in part]
        fitted = fit([example for example in told if trade(example) not in part], recipe)
        order += mine
        scores.append(fitted.scores(mine))
        print(
            f"  {', '.join(part)}: {len(mine)} lines read by a model of the others",
            file=sys.stderr,
            flush=True,
        )
    return order, np.vstack(scores)


def likelihoods(scores: NDArray[np.float64], head: str) -> NDArray[np.float64]:
    mine = scores[:, columns_of(head)]
    raised = np.exp(mine - mine.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def trade_off(told: Sequence[Example], scores: NDArray[np.float64]) -> list[tuple[int, float, float]]:
    """(threshold in permille, committal recall, committal precision) at thresholds from 50 to 950."""
    labels = [label.value for label in dict(HEADS)["force"]]
    likely = likelihoods(scores, "force")[:, [labels.index(force) for force in COMMITTAL]].sum(axis=1)
    is_committal = np.array([example.force.value in COMMITTAL for example in told])
    found = []
    for permille in range(50, 1000, 50):
        read = likely >= permille / 1000
        both = (read & is_committal).sum()
        found.append((permille, both / is_committal.sum(), both / max(1, read.sum())))
    return found


def calibrated(fitted: Fitted, told: Sequence[Example], scores: NDArray[np.float64], version: str) -> bytes:
    divisors = {head: temperature(scores, told, head) for head, _ in HEADS}
    print("temperatures:", ", ".join(f"{head} {value:.2f}" for head, value in divisors.items()))
    return packed(fitted, divisors, version)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument(
        "--check", action="store_true", help="compare with the shipped weights, write nothing"
    )
    given = parser.parse_args()
    begun = time.perf_counter()
    told = list(examples(sorted(CORPUS.glob("*.txt"))))
    print(f"{len(told)} lines of {len({trade(one) for one in told})} trades")
    recipe = Recipe()
    order, scores = read_by_others(told, recipe)
    fitted = fit(told, recipe)
    weights = calibrated(fitted, order, scores, VERSION)
    print("| threshold | committal recall | committal precision |\n| --- | --- | --- |")
    for permille, recall, precision in trade_off(order, scores):
        print(f"| {permille} | {recall:.3f} | {precision:.3f} |")
    print(
        f"{len(fitted.names)} features, {len(weights) / 1e6:.1f} MB, in {time.perf_counter() - begun:.0f} s"
    )
    if given.check:
        shipped = given.out.read_bytes()
        if shipped == weights:
            print("the shipped weights, byte for byte")
            return 0
        unlike = sum(a != b for a, b in zip(shipped, weights, strict=False)) + abs(
            len(shipped) - len(weights)
        )
        print(
            f"{unlike} of {len(weights)} bytes are not those of the shipped weights; run make reader and ship them"
        )
        return 1
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_bytes(weights)
    print(f"written to {given.out}. Next: answerable eval reading --gold FILE")
    return 0


if __name__ == "__main__":
    sys.exit(main())
