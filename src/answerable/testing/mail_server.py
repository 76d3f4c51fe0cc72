"""A mail server that goes wrong as it is told, and keeps what it really took (RFC 5321, as much as is needed).

mail = MailServer()
mail.faults.append(MailFault.CUT_AFTER_TEXT_DONE)      # the next message; after that all goes well
with mail.serving() as port: ...
"""

import asyncio
import base64
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from enum import Enum

from answerable.testing.listening import listening


class MailFault(Enum):
    """What goes wrong, and where. Those that end in DONE keep the message."""

    SENDER_REFUSED = "550 to MAIL FROM"
    RECIPIENT_REFUSED = "550 to RCPT TO"
    RECIPIENT_LATER = "451 to RCPT TO"
    CUT_BEFORE_TEXT = "hangs up instead of the go-ahead"
    SLOW_BEFORE_TEXT = "never gives the go-ahead"
    TEXT_REFUSED = "554 to the message"
    TEXT_LATER = "451 to the message"
    CUT_AFTER_TEXT = "hangs up after the message"
    CUT_AFTER_TEXT_DONE = "keeps the message, and hangs up"
    SLOW_AFTER_TEXT_DONE = "keeps the message, and says nothing"
    GARBAGE_DONE = "keeps the message, and answers in no SMTP"
    ECHO_REFUSED = "refuses the recipient with all that it was sent"

    @property
    def does_it(self) -> bool:
        return self.name.endswith("DONE")


@dataclass
class MailServer:
    """What a test turns and reads. With `tls` it offers STARTTLS; with `password` it wants a login."""

    tls: ssl.SSLContext | None = None
    password: str | None = None
    faults: list[MailFault] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    """Every line but the messages'."""

    @contextmanager
    def serving(self) -> Iterator[int]:
        """Yield the port."""
        with listening(self._session) as port:
            yield port

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self.faults.pop(0) if self.faults else None
        await _say(writer, "220 mail.example ESMTP")
        to = ""
        while line := (await reader.readline()).decode("utf-8", "replace").strip():
            self.heard.append(line)
            verb, _, rest = line.partition(" ")
            match verb.upper():
                case "EHLO":
                    offers = ["mail.example", *(["STARTTLS"] if self.tls else []), "AUTH PLAIN"]
                    for offer in offers[:-1]:
                        await _say(writer, f"250-{offer}")
                    await _say(writer, f"250 {offers[-1]}")
                case "STARTTLS" if self.tls is not None:
                    await _say(writer, "220 go on")
                    await writer.start_tls(self.tls)
                case "AUTH":
                    said = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")[-1]
                    await _say(writer, "235 welcome" if said == self.password else f"535 who is {rest}?")
                case "MAIL":
                    await _say(writer, "550 no" if fault is MailFault.SENDER_REFUSED else "250 ok")
                case "RCPT":
                    to = rest.partition("<")[2].rpartition(">")[0]
                    await _say(writer, self._recipient(fault))
                case "DATA":
                    if not await self._message(fault, to, reader, writer):
                        return
                case "QUIT":
                    await _say(writer, "221 bye")
                    return
                case _:
                    await _say(writer, "250 ok")

    def _recipient(self, fault: MailFault | None) -> str:
        match fault:
            case MailFault.RECIPIENT_REFUSED:
                return "550 nobody of that name"
            case MailFault.RECIPIENT_LATER:
                return "451 later"
            case MailFault.ECHO_REFUSED:
                return f"550 I was told: {' | '.join(self.heard)}"
        return "250 ok"

    async def _message(
        self, fault: MailFault | None, to: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Take the message; False where the connection is over."""
        if fault is MailFault.CUT_BEFORE_TEXT:
            return False
        if fault is MailFault.SLOW_BEFORE_TEXT:
            await asyncio.sleep(3600)
        await _say(writer, "354 go on")
        lines: list[bytes] = []
        while (line := await reader.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line[1:] if line.startswith(b".") else line)
        if fault is None or fault.does_it:
            message = message_from_bytes(b"".join(lines), policy=default)
            assert isinstance(message, EmailMessage)  # noqa: S101 – as the policy says
            self.taken.append(message)
            self.recipients.append(to)
        match fault:
            case MailFault.CUT_AFTER_TEXT | MailFault.CUT_AFTER_TEXT_DONE:
                return False
            case MailFault.SLOW_AFTER_TEXT_DONE:
                await asyncio.sleep(3600)
            case MailFault.TEXT_REFUSED:
                await _say(writer, "554 no")
            case MailFault.TEXT_LATER:
                await _say(writer, "451 later")
            case MailFault.GARBAGE_DONE:
                await _say(writer, "<html>")
            case _:
                await _say(writer, "250 taken")
        return True


async def _say(writer: asyncio.StreamWriter, line: str) -> None:
    writer.write(f"{line}\r\n".encode())
    await writer.drain()
