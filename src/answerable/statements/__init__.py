"""Text deltas become statements, the same ones however the text is cut."""

from answerable.statements.json_values import JsonSplitter, spoken, written
from answerable.statements.splitter import Splitter, split
from answerable.statements.statement import Shape, Statement

__all__ = ["JsonSplitter", "Shape", "Splitter", "Statement", "split", "spoken", "written"]
