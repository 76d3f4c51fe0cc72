"""A claim, held against what was published, recorded and done."""

from answerable.findings.check import check
from answerable.findings.finding import NOTHING_TO_CHECK, Direction, Evidence, Finding, Support
from answerable.findings.grounds import Grounds
from answerable.findings.known import NOTHING_KNOWN, ActShows, Known
from answerable.findings.published import PublishedTexts
from answerable.findings.results import succeeded

__all__ = [
    "NOTHING_KNOWN",
    "NOTHING_TO_CHECK",
    "ActShows",
    "Direction",
    "Evidence",
    "Finding",
    "Grounds",
    "Known",
    "PublishedTexts",
    "Support",
    "check",
    "succeeded",
]
