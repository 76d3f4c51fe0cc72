"""An e-mail from a tool's arguments: pure. No argument can make a header, or another recipient."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from answerable.adapters.connectors.argument_schemas import object_schema
from answerable.values.errors import InvalidRequest, SettingsError

_LONGEST_SUBJECT = 200
_LONGEST_TEXT = 50_000
_LONGEST_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets


@dataclass(frozen=True, slots=True)
class MailTool:
    """A kind of e-mail. `to` is an address or `{argument}`; the others are text with `{argument}` in it."""

    to: str
    subject: str
    text: str
    only: tuple[str, ...] = ()
    description: str = ""

    def __post_init__(self) -> None:
        """Raises SettingsError."""
        if not self.only and not _argument(self.to):
            address_of(self.to)
        for one in self.only:
            address_of(f"a{one}" if one.startswith("@") else one)
        for text in (self.subject, self.text):
            _filled(text, {})

    @property
    def arguments(self) -> frozenset[str]:
        names = [name for text in (self.subject, self.text) for _, name in _parts(text) if name]
        return frozenset([*names, *filter(None, [_argument(self.to)])])

    @property
    def schema(self) -> str:
        """What `compose` takes, as a JSON Schema's text. Whom it may go to is not told."""
        values: dict[str, Any] = {name: {"type": ["string", "number"]} for name in sorted(self.arguments)}
        if to := _argument(self.to):
            values[to] = {"type": "string", "format": "email"}
        return json.dumps(object_schema(values, values, more=False))


def address_of(text: str) -> Address:
    """An address by itself. Raises SettingsError."""
    try:
        found = Address(addr_spec=text)
    except (ValueError, HeaderParseError, IndexError):
        found = None
    plain = len(text) <= _LONGEST_ADDRESS and text.isascii() and text.isprintable() and " " not in text
    if found is None or not plain or not found.username or "." not in f"{found.domain}." or not found.domain:
        raise SettingsError("it is no e-mail address; write name@example.com")
    if set(text) & set('<>,;:"()[]\\'):
        raise SettingsError("it is no plain e-mail address; write name@example.com")
    return found


def compose(
    tool: MailTool, given: Mapping[str, Any], sender: Address, key: str, now: datetime
) -> EmailMessage:
    """The message. Raises InvalidRequest.

    Its Message-ID comes from the idempotency key: two tries of one act are one message to whoever reads them
    (RFC 5322 section 3.6.4).
    """
    if extra := sorted(given.keys() - tool.arguments):
        raise InvalidRequest(f"this e-mail takes no '{extra[0][:40]}'; leave it out", "arguments")
    to = _recipient(tool, given)
    subject, text = _filled(tool.subject, given), _filled(tool.text, given)
    if len(subject) > _LONGEST_SUBJECT or not subject.isprintable():
        raise InvalidRequest(
            f"the subject is longer than {_LONGEST_SUBJECT} characters, or more than one line"
        )
    if len(text) > _LONGEST_TEXT or any(not one.isprintable() and one not in "\n\t" for one in text):
        raise InvalidRequest(f"the text is longer than {_LONGEST_TEXT} characters, or holds controls")
    message = EmailMessage(policy=SMTP)
    try:
        message["From"], message["To"], message["Subject"] = sender, to, subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = message_id(key, sender.domain)
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers it
        message.set_content(text)
    except (ValueError, HeaderParseError, UnicodeError):
        raise InvalidRequest(
            "the e-mail can't be written: a value holds what no header or text may"
        ) from None
    return message


def message_id(key: str, domain: str) -> str:
    """The same for every try of one act, and of no other."""
    return f"<{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:40]}@{domain}>"


def _recipient(tool: MailTool, given: Mapping[str, Any]) -> Address:
    name = _argument(tool.to)
    text = given.get(name) if name else tool.to
    try:
        found = address_of(text) if isinstance(text, str) else None
    except SettingsError:
        found = None
    if found is None:
        raise InvalidRequest(f"'{name or 'to'}' is no e-mail address", f"arguments.{name}")
    spec = found.addr_spec.lower()
    if tool.only and not any(
        spec.endswith(one.lower()) if one.startswith("@") else spec == one.lower() for one in tool.only
    ):
        raise InvalidRequest(f"'{name or 'to'}' is nobody that this e-mail may go to", f"arguments.{name}")
    return found


def _argument(text: str) -> str:
    """The argument that a text is, or nothing."""
    parts = _parts(text)
    return parts[0][1] if len(parts) == 1 and not parts[0][0] else ""


def _filled(text: str, given: Mapping[str, Any]) -> str:
    """The text with its arguments. Raises SettingsError, InvalidRequest; with nothing given, only the former."""
    made = ""
    for plain, name in _parts(text):
        made += plain
        if name and given:
            value = given.get(name)
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                raise InvalidRequest(f"'{name}' is missing, or is no plain value", f"arguments.{name}")
            made += str(value)
    return made


def _parts(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    rest = text
    while rest:
        plain, opened, rest = rest.partition("{")
        name, closed, rest = rest.partition("}") if opened else ("", "", "")
        if opened and (not closed or not name.replace("_", "a").isalnum()):
            raise SettingsError("a '{' without an argument's name and '}' after it; write {order_id}")
        found.append((plain, name))
    return found
