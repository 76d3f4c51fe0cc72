"""How a refusal names what it refuses: short, on one line, and never the credential itself."""

from answerable.values.errors import IdentityRefused

_SHOWN = 80


class KeyNotKnown(IdentityRefused):
    """The credential names a key that the issuer's keys at hand lack; newer ones may have it."""

    def __init__(self, reason: str, bland: str = "this credential", *, issuer: str = "") -> None:
        super().__init__(reason, bland)
        self.issuer = issuer


def quoted(value: object) -> str:
    """A value out of a credential, for a log: in quotes, cut short, with no character that could end the line."""
    written = str(value).encode("unicode_escape").decode("ascii")
    return f"'{written}'" if len(written) <= _SHOWN else f"'{written[:_SHOWN]}…'"
