"""A claim, held against what was published, recorded and done."""

from answerable.findings.check import check
from answerable.findings.finding import NOTHING_TO_CHECK, Direction, Evidence, Finding, Support
from answerable.findings.grounds import Grounds
from answerable.findings.published import PublishedTexts
from answerable.findings.results import succeeded

__all__ = [
    "NOTHING_TO_CHECK",
    "Direction",
    "Evidence",
    "Finding",
    "Grounds",
    "PublishedTexts",
    "Support",
    "check",
    "succeeded",
]
