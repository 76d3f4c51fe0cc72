"""JSON from outside: read strictly, and where it is refused, say which field is at fault."""

import json
from typing import Any

import msgspec

from answerable.values.errors import InvalidRequest

_LONGEST_LABEL = 128


def decode_body(
    decoder: "msgspec.json.Decoder[Any]", body: bytes, apart: frozenset[str] = frozenset()
) -> Any:
    """Decode a whole request body. Raises InvalidRequest with the path of what is wrong.

    1. It is UTF-8; JSON is nothing else (RFC 8259 section 8.1).
    2. It is JSON of the expected types.
    3. No object gives a name twice: the gate would read the last of them, and the
       upstream may read the first (RFC 8259 section 4). What stands under the names
       in `apart` is left to the caller, who may know it from before.
    """
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"the body is not UTF-8 at byte {error.start}") from None
    decoded = decode(decoder, body)
    if not apart:
        names_once(body)
        return decoded
    members: dict[str, msgspec.Raw] = decode(_members, body)
    if _written_once(members, len(body)):
        for name, value in members.items():
            if name not in apart:
                names_once(value)
    else:
        names_once(body)
    return decoded


def names_once(data: bytes | msgspec.Raw) -> None:
    """Raises InvalidRequest where an object in some JSON gives a name twice. As slow as parsing all of it."""
    try:
        _names_once.decode(bytes(data).decode())
    except _TwiceError as twice:
        raise InvalidRequest(f"'{twice.name[:80]}' is given twice in one object", twice.name[:80]) from None
    except RecursionError:
        raise _too_deep("") from None


def _written_once(members: dict[str, msgspec.Raw], size: int) -> bool:
    """Do these members fill an object of `size` bytes, with nothing between them but what must be?

    Then no further member can be hidden in it: braces, colons and commas are 2n + 1
    bytes, and no name can be written shorter than it is encoded here.
    """
    filled = sum(len(_encode(name)) + memoryview(value).nbytes for name, value in members.items())
    return filled + 2 * len(members) + 1 == size


def decode(decoder: "msgspec.json.Decoder[Any]", data: bytes, prefix: str = "") -> Any:
    """Decode a part of a body that stands at `prefix`. Raises InvalidRequest with the path of what is wrong."""
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        field = (prefix + path.rstrip("`")).lstrip(".").replace("[...]", "")
        _, missing, name = message.partition("missing required field ")
        if missing:
            field = f"{field}.{name.strip('`')}".lstrip(".")
        named = f"'{field}'" if field else "the body"
        raise InvalidRequest(f"{named} is not usable: {_lower(message)}", field or None) from None
    except msgspec.DecodeError as error:
        place = _half_pair(data)
        if place is None:
            raise InvalidRequest(
                f"the body is not valid JSON: {_lower(str(error))}", prefix or None
            ) from None
        field = (prefix + place).lstrip(".")
        raise InvalidRequest(f"'{field}' holds half of a surrogate pair, which is no text", field) from None
    except RecursionError:
        raise _too_deep(prefix) from None


def checked(text: str, field: str) -> str:
    """A text that can be stored and shown. Raises InvalidRequest where it holds a NUL character."""
    if "\0" in text:
        raise InvalidRequest(f"'{field}' holds a NUL character; remove it", field)
    return text


def label(value: object) -> str | None:
    """A name that stands in the open part of an entry, whoever chose it. None where it is not short, printable text."""
    usable = isinstance(value, str) and 0 < len(value) <= _LONGEST_LABEL and value.isprintable()
    return str(value) if usable else None


def label_in(raw: msgspec.Raw) -> str | None:
    """The same of JSON that may be anything."""
    try:
        return label(_string.decode(raw))
    except msgspec.MsgspecError:
        return None


class _TwiceError(Exception):
    def __init__(self, name: str) -> None:
        self.name = name


def _once(members: list[tuple[str, None]]) -> None:
    if len(members) > 1 and len(dict(members)) != len(members):
        names = [name for name, _ in members]
        raise _TwiceError(next(name for at, name in enumerate(names) if name in names[:at]))


_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.Encoder().encode
_string = msgspec.json.Decoder(str)
_names_once = json.JSONDecoder(object_pairs_hook=_once, parse_int=str, parse_float=str)


def _half_pair(data: bytes) -> str | None:
    """The path of the first text with a lone surrogate; None where there is none, or it can't be found."""
    try:
        waiting: list[tuple[str, Any]] = [("", json.loads(data, parse_int=str))]
    except (ValueError, RecursionError):
        return None
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value):
            return path
        if isinstance(value, dict):
            if any(_half_pair(json.dumps(name).encode()) is not None for name in value):
                return path
            waiting += [(f"{path}.{name}", one) for name, one in reversed(value.items())]
        elif isinstance(value, list):
            waiting += reversed([(f"{path}[{at}]", one) for at, one in enumerate(value)])
    return None


def _too_deep(prefix: str) -> InvalidRequest:
    return InvalidRequest("the body is nested too deeply", prefix or None)


def _lower(message: str) -> str:
    return message if message[1:2].isupper() else message[:1].lower() + message[1:]
