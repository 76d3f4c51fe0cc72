"""How well and how fast lines are read: python benchmarks/reader.py FOLDER

FOLDER holds `statements.jsonl` (labelled lines: dialogue_id, turn, start, end,
force, polarity, subject, sure) and the recorded conversations (*.jsonl.gz) that
its messages stand in. Each labelled line is compared with the statement of ours
that overlaps it most, read in its place in the message.
"""

import argparse
import gzip
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from answerable.claims import Claim, Force, Kind, ReadingContext, RuleReader
from answerable.statements import Statement, split

COMMITTAL = {"entitlement", "offer", "promise", "completed"}
FORCES = ["none", "informational", "estimate", *sorted(COMMITTAL)]


def messages(folder: Path) -> dict[tuple[str, int], tuple[str, str, tuple[str, ...]]]:
    """(dialogue, turn) -> the agent's text, what the customer said last, the tools that had answered."""
    found: dict[tuple[str, int], tuple[str, str, tuple[str, ...]]] = {}
    for file in sorted(folder.glob("*.jsonl.gz")):
        customer: dict[str, str] = defaultdict(str)
        calls: dict[str, list[str]] = defaultdict(list)
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                one = json.loads(line)
                dialogue = one["dialogue_id"]
                if one["role"] == "user":
                    customer[dialogue] = one["text"]
                for result in one["tool_results"]:
                    if not str(result["content"]).startswith("Error"):
                        calls[dialogue].append(result["name"])
                if one["role"] == "agent" and one["text"]:
                    key = (dialogue, one["turn"])
                    found[key] = (one["text"], customer[dialogue], tuple(calls[dialogue]))
    return found


def read_message(
    reader: RuleReader, text: str, customer: str, calls: tuple[str, ...]
) -> Iterator[tuple[Statement, Claim]]:
    before: list[str] = []
    for statement in split(text):
        context = ReadingContext(statement.governing, tuple(before[-4:]), customer, calls)
        yield statement, reader.read(statement.text, context)
        if statement.text:
            before.append(statement.text)


def best(gold: dict[str, Any], lines: list[tuple[Statement, Claim]]) -> Claim:
    def overlap(one: tuple[Statement, Claim]) -> int:
        return int(min(one[0].end, gold["end"]) - max(one[0].start, gold["start"]))

    return max(lines, key=overlap)[1]


def score(pairs: list[tuple[dict[str, Any], Claim]]) -> dict[str, float]:
    both = sum(g["force"] in COMMITTAL and c.kind is Kind.COMMITTAL for g, c in pairs)
    gold = sum(g["force"] in COMMITTAL for g, _ in pairs)
    ours = sum(c.kind is Kind.COMMITTAL for _, c in pairs)
    f1 = []
    for force in FORCES:
        true = sum(g["force"] == force and c.force == force for g, c in pairs)
        all_of = sum(g["force"] == force for g, _ in pairs) + sum(c.force == force for _, c in pairs)
        f1.append(2 * true / all_of if all_of else 1.0)
    count = len(pairs)
    return {
        "lines": count,
        "committal recall": both / gold,
        "committal precision": both / ours,
        "force macro-F1": statistics.mean(f1),
        "force accuracy": sum(g["force"] == c.force for g, c in pairs) / count,
        "polarity accuracy": sum(g["polarity"] == c.polarity for g, c in pairs) / count,
        "subject accuracy": sum(g["subject"] == c.subject for g, c in pairs) / count,
        "unknown": sum(c.force is Force.UNKNOWN for _, c in pairs) / count,
    }


def speed(reader: RuleReader, texts: list[str]) -> tuple[int, float, float]:
    """Lines, and the median and 99th percentile of microseconds a line, each line once and cold."""
    times = []
    for text in texts:
        for statement in split(text):
            start = time.perf_counter()
            reader.read(statement.text, ReadingContext(statement.governing))
            times.append((time.perf_counter() - start) * 1e6)
    times.sort()
    return len(times), times[len(times) // 2], times[int(len(times) * 0.99)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--errors", action="store_true", help="print each line that was read otherwise")
    given = parser.parse_args()
    reader = RuleReader()
    said = messages(given.folder)
    pairs = []
    for line in (given.folder / "statements.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        claim = best(gold, list(read_message(reader, *said[gold["dialogue_id"], gold["turn"]])))
        pairs.append((gold, claim))
        if given.errors and claim.force != gold["force"]:
            print(f"{gold['force']:>14} read as {claim.force:<14} {claim.because} | {gold['text']}")
    print("| | all | marked sure |\n| --- | --- | --- |")
    everything, sure = score(pairs), score([pair for pair in pairs if pair[0]["sure"]])
    for name, value in everything.items():
        print(
            f"| {name} | {value:.3f} | {sure[name]:.3f} |"
            if name != "lines"
            else f"| lines | {value} | {sure[name]} |"
        )
    lines, median, slow = speed(reader, [text for text, _, _ in said.values()][:600])
    print(f"\n{lines} lines, each read once: p50 {median:.0f} µs, p99 {slow:.0f} µs a line")


if __name__ == "__main__":
    main()
