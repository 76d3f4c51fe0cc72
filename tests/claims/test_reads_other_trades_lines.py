"""The reader reads the lines of `lines.yaml` as the rule book does."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from answerable.claims import ReadingContext, RuleReader

LINES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("lines.yaml").read_text("utf-8"))


@pytest.mark.parametrize("line", LINES, ids=[f"{at}:{line['text'][:40]!a}" for at, line in enumerate(LINES)])
def test_reads_the_line_as_the_rule_book_does(line: dict[str, Any]) -> None:
    context = ReadingContext(
        line.get("governing"),
        tuple(line.get("before", ())),
        line.get("customer", ""),
        tuple(line.get("calls", ())),
    )
    claim = RuleReader().read(line["text"], context)
    read = {"force": claim.force.value, "polarity": claim.polarity.value, "subject": claim.subject.value}
    said = {name: line[name] for name in read if name in line}
    assert {name: read[name] for name in said} == said, claim.because
    assert claim.because
    assert 0 <= claim.confidence <= 1000


def test_the_vectors_cover_every_force() -> None:
    assert {line["force"] for line in LINES} == {
        "none", "informational", "estimate", "entitlement", "offer", "promise", "completed", "unknown",
    }  # fmt: skip
