"""What an expression of the bundle finds in a tool's answer: figures and names."""

import json
from typing import Any

from answerable.findings.amounts import Amounts, currencies_in
from answerable.findings.results import spelled
from answerable.records import Expression, ExpressionFailed
from answerable.records.book import LARGEST_ANSWER


def figures_at(wanted: Expression, answer: str) -> Amounts:
    """The numbers that stand there, without their signs; none where there are none."""
    found = _found(wanted, answer)
    numbers = [one for one in found if isinstance(one, int | float) and not isinstance(one, bool)]
    # A sum of floats is off in the 12th place: two places are what money has.
    return Amounts(frozenset(spelled(f"{abs(one):.2f}") for one in numbers), currencies_in(answer))


def texts_at(wanted: Expression, answer: str) -> tuple[str, ...]:
    """The texts that stand there."""
    return tuple(one for one in _found(wanted, answer) if isinstance(one, str))


def _found(wanted: Expression, answer: str) -> list[Any]:
    if len(answer) > LARGEST_ANSWER:
        return []
    try:
        value = wanted.find(json.loads(answer))
    except (ValueError, RecursionError, ExpressionFailed):
        return []
    return value if isinstance(value, list) else [value]
