"""What each design is worth on trades it never met: python -m training.designs

Whole trades are read by a model of other trades. Prints a Markdown table: committal
recall and precision where the line is drawn at the reader's threshold, force
macro-F1, polarity and subject accuracy, features.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from answerable.claims.thresholds import COMMITTAL as COMMITTAL_FROM
from training.examples import Example, examples
from training.fit import HEADS, Recipe, is_of_rules
from training.train import COMMITTAL, CORPUS, likelihoods, read_by_others

SETTING = ("g:", "gn:", "b:", "b1:", "b+:", "bn:", "bn+:", "c:", "cn:", "e:", "e1:", "k:", "kw:", "kw1:")
DESIGNS: dict[str, Callable[[str], bool]] = {
    "words alone": lambda name: not is_of_rules(name) and not name.startswith(SETTING) and " " not in name,
    "n-grams": lambda name: not is_of_rules(name) and not name.startswith(SETTING),
    "n-grams and the setting": lambda name: not is_of_rules(name),
    "the rules' readings": is_of_rules,
    "n-grams, setting and the rules' readings": lambda _: True,
}


def row(name: str, told: Sequence[Example], read: Sequence[tuple[str, str, str]]) -> str:
    labelled = [(one.force.value, one.polarity.value, one.subject.value) for one in told]
    both = sum(a[0] in COMMITTAL and b[0] in COMMITTAL for a, b in zip(labelled, read, strict=True))
    recall = both / sum(a[0] in COMMITTAL for a in labelled)
    precision = both / sum(b[0] in COMMITTAL for b in read)
    f1 = []
    for force in {a[0] for a in labelled}:
        same = sum(a[0] == b[0] == force for a, b in zip(labelled, read, strict=True))
        f1.append(2 * same / (sum(a[0] == force for a in labelled) + sum(b[0] == force for b in read)))
    polarity, subject = (
        np.mean([a[at] == b[at] for a, b in zip(labelled, read, strict=True)]) for at in (1, 2)
    )
    return f"| {name} | {recall:.3f} | {precision:.3f} | {np.mean(f1):.3f} | {polarity:.3f} | {subject:.3f} |"


def readings(scores: np.ndarray) -> list[tuple[str, str, str]]:
    """The labels that scores stand for, as the reader draws its lines."""
    labels = {head: [label.value for label in of] for head, of in HEADS}
    likely = {head: likelihoods(scores, head) for head in labels}
    committal = [at for at, force in enumerate(labels["force"]) if force in COMMITTAL]
    quiet = [at for at, force in enumerate(labels["force"]) if force not in COMMITTAL]
    found = []
    for force, polarity, subject in zip(*(likely[head] for head in labels), strict=True):
        among = committal if force[committal].sum() >= COMMITTAL_FROM / 1000 else quiet
        read = labels["force"][max(among, key=lambda at: force[at])]
        silent = read == "none"
        found.append(
            (
                read,
                "neutral" if silent else labels["polarity"][int(polarity.argmax())],
                "none" if silent else labels["subject"][1 + int(subject[1:].argmax())],
            )
        )
    return found


def main() -> None:
    told = list(examples(sorted(CORPUS.glob("*.txt"))))
    print("| design | committal recall | precision | force macro-F1 | polarity | subject |")
    print("| --- | --- | --- | --- | --- | --- |")
    alone = [(one.rules_force.value, one.rules_polarity.value, one.rules_subject.value) for one in told]
    print(row("the rules alone, no model", told, alone), flush=True)
    for name, keeps in DESIGNS.items():
        some = [replace(one, features=tuple(filter(keeps, one.features))) for one in told]
        order, scores = read_by_others(some, Recipe())
        print(row(name, order, readings(scores)), flush=True)


if __name__ == "__main__":
    main()
