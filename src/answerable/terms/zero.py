"""Words for an amount of nothing: "free returns" against a fee of $9."""

_PHRASES = (
    "free of charge", "for free", "at no cost", "at no charge", "no charge", "no fee", "no cost", "no fees",
    "without charge", "without a fee", "complimentary", "on the house", "fee waived", "waive the fee",
    "nothing to pay", "not be charged", "won t be charged", "are free", "is free", "free return", "free returns",
    "free shipping", "free delivery", "free exchange", "free exchanges", "free cancellation", "no restocking fee",
    "no extra charge", "no extra cost", "no additional charge", "no additional cost",
)  # fmt: skip


_DENIALS = frozenset(("no", "without", "zero"))
_FEES = frozenset("fee fees charge charges cost costs".split())
_BREAKS = frozenset("the to in of for on with change changes refund refunds need".split())
"""Words that make the fee another matter: "no change to the fee", "no refund of the fee"."""
_REACH = 3


def says_zero(text: str) -> bool:
    """Does a line say that something costs nothing? Linear in the text."""
    words = " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
    spaced = f" {words} "
    return any(f" {phrase} " in spaced for phrase in _PHRASES) or _denies_a_fee(words.split())


def _denies_a_fee(words: list[str]) -> bool:
    """Is it "no termination fee", "without any extra charge": a fee within three words of its denial?"""
    for at, word in enumerate(words):
        if word in _DENIALS:
            for later in words[at + 1 : at + 1 + _REACH]:
                if later in _FEES:
                    return True
                if later in _BREAKS:
                    break
    return False
