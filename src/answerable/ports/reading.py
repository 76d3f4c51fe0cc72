"""Reading and deciding, so that a better reader or bundle needs no change in the flow."""

from typing import Protocol

from answerable.claims import Claim, ReadingContext
from answerable.decisions import Bundle, Decision
from answerable.findings import Finding
from answerable.values import AssuranceLevel


class Reader(Protocol):
    """Reads a statement. Pure, never raises: what it can't read is `Force.UNKNOWN`."""

    version: str

    def read(self, text: str, context: ReadingContext) -> Claim: ...


class Decider(Protocol):
    """Decides a line. Pure, never raises: what it can't evaluate is held."""

    @property
    def bundle(self) -> Bundle: ...

    def decide(self, claim: Claim, finding: Finding, assurance: AssuranceLevel) -> Decision: ...
