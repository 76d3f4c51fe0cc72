"""Money: integer minor units and an ISO 4217 currency. Never a float."""

from dataclasses import dataclass

# RFC 8785 numbers are IEEE doubles, so an entry can hold no larger integer.
LARGEST_MINOR = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `Money(4599, "USD")` is $45.99."""

    minor: int
    currency: str

    def __str__(self) -> str:
        sign = "-" if self.minor < 0 else ""
        units, cents = divmod(abs(self.minor), 100)
        return f"{sign}{units}.{cents:02d} {self.currency}"
