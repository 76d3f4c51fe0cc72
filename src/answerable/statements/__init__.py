"""Text deltas become statements, the same ones however the text is cut."""

from answerable.statements.splitter import Splitter, split
from answerable.statements.statement import Shape, Statement

__all__ = ["Shape", "Splitter", "Statement", "split"]
