"""Money: integer minor units and an ISO 4217 currency. Never a float."""

from dataclasses import dataclass

# RFC 8785 numbers are IEEE doubles, so an entry can hold no larger integer.
LARGEST_MINOR = 2**53 - 1

WITHOUT_MINOR_UNITS = frozenset({"JPY", "KRW"})


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `Money(4599, "USD")` is $45.99, `Money(4599, "JPY")` ¥4599."""

    minor: int
    currency: str

    @property
    def figure(self) -> str:
        """The amount without sign and currency, as `45.99`."""
        if self.currency in WITHOUT_MINOR_UNITS:
            return str(abs(self.minor))
        units, cents = divmod(abs(self.minor), 100)
        return f"{units}.{cents:02d}"

    def __str__(self) -> str:
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{self.figure} {self.currency}"
