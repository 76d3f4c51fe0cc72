"""What OAuth clients send: `application/x-www-form-urlencoded` (RFC 6749 appendix B), read strictly."""

from collections.abc import Mapping

from answerable.values.errors import GrantRefused

MOST_BYTES = 32 * 1024
INVALID = "invalid_request"
_HEX = frozenset(b"0123456789abcdefABCDEF")
_PERCENT = ord("%")


def read_form(body: bytes) -> dict[str, str]:
    """The parameters. Raises GrantRefused.

    One that is given twice is refused, one without a value is as if it were not there (RFC 6749 section 3.2).
    """
    if len(body) > MOST_BYTES:
        raise GrantRefused(f"the form is larger than {MOST_BYTES} bytes", INVALID)
    found: dict[str, str] = {}
    for pair in body.split(b"&") if body else []:
        name, _, value = (_decoded(part) for part in pair.partition(b"="))
        if name in found:
            raise GrantRefused(f"the parameter '{name[:80]}' is given twice", INVALID)
        found[name] = value
    return {name: value for name, value in found.items() if value}


def needed(form: Mapping[str, str], name: str) -> str:
    """A parameter that must be there. Raises GrantRefused."""
    if name not in form:
        raise GrantRefused(f"the parameter '{name}' is missing", INVALID)
    return form[name]


def _decoded(part: bytes) -> str:
    found = bytearray()
    at = 0
    while at < len(part):
        letter = part[at]
        if letter == _PERCENT:
            pair = part[at + 1 : at + 3]
            if len(pair) != 2 or not _HEX.issuperset(pair):  # noqa: PLR2004 – two digits
                raise GrantRefused("the form has a percent sign that encodes nothing", INVALID)
            found.append(int(pair, 16))
            at += 3
            continue
        found += b" " if letter == ord("+") else bytes([letter])
        at += 1
    try:
        return found.decode()
    except UnicodeDecodeError:
        raise GrantRefused("the form is not UTF-8", INVALID) from None
