"""A value in words, for the people who read findings."""

from answerable.claims import Bound, CountTerm, DurationTerm, MoneyTerm, PercentTerm
from answerable.terms.term import Value

_BASIS = 100


def shown(value: Value) -> str:
    """A value as somebody would write it: "within 5 to 7 business days"."""
    low, high, unit = _parts(value)
    bound = "" if value.bound is Bound.EXACTLY else value.bound.value.replace("_", " ") + " "
    return f"{bound}{low}{unit}" if low == high else f"{bound}{low} to {high}{unit}"


def _parts(value: Value) -> tuple[str, str, str]:
    match value:
        case MoneyTerm():
            return str(value.amount), str(value.high), ""
        case PercentTerm():
            top = value.basis_points if value.high_basis_points is None else value.high_basis_points
            return f"{value.basis_points / _BASIS:g}", f"{top / _BASIS:g}", " %"
        case DurationTerm():
            unit = value.unit.value.replace("_", " ")
            return str(value.low), str(value.high), f" {unit}{'s' if value.high != 1 else ''}"
        case CountTerm():
            return str(value.low), str(value.high), f" {value.of}"
