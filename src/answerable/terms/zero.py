"""Words for an amount of nothing: "free returns" against a fee of $9."""

_PHRASES = (
    "free of charge", "for free", "at no cost", "at no charge", "no charge", "no fee", "no cost", "no fees",
    "without charge", "without a fee", "complimentary", "on the house", "fee waived", "waive the fee",
    "nothing to pay", "not be charged", "won t be charged", "are free", "is free", "free return", "free returns",
    "free shipping", "free delivery", "free exchange", "free exchanges", "free cancellation", "no restocking fee",
    "no extra charge", "no extra cost", "no additional charge", "no additional cost",
)  # fmt: skip


def says_zero(text: str) -> bool:
    """Does a line say that something costs nothing? Linear in the text."""
    words = " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
    spaced = f" {words} "
    return any(f" {phrase} " in spaced for phrase in _PHRASES)
