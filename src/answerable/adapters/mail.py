"""Notices by e-mail, over SMTP with TLS (RFC 3207 STARTTLS, or from the first byte as RFC 8314 has it)."""

import asyncio
import smtplib
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from answerable.adapters.identity.https import is_loopback
from answerable.adapters.webhooks import written
from answerable.ports.notifying import Notice
from answerable.values.errors import AnswerableError, NotNotified, SettingsError

_SECONDS = 15.0
EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. `password` reads the secret each time, so that it may change."""

    host: str
    port: int = 587
    implicit_tls: bool = False
    """TLS from the first byte, as on port 465."""
    user: str | None = None
    password: Callable[[], str] | None = field(default=None, repr=False)
    trust: ssl.SSLContext | None = field(default=None, repr=False)
    """The authorities that its certificate is held against; the system's where none are named."""
    insecure_plain: bool = False
    """No TLS: on this machine alone."""


class Mail:
    """A `Notifier`. Without verified TLS nothing is sent."""

    def __init__(
        self,
        server: MailServer,
        sender: str,
        to: Mapping[str, Sequence[str]],
        *,
        seconds: float = _SECONDS,
    ) -> None:
        """`to` has addresses by queue, and under `*` those of every other one. Raises SettingsError."""
        self.name = f"mail {server.host}:{server.port}"
        if server.insecure_plain and not is_loopback(f"http://{server.host}"):
            raise SettingsError(f"the {self.name} is not on this machine: it takes no mail without TLS")
        if server.insecure_plain and server.user is not None:
            raise SettingsError(f"the {self.name} has no TLS: no password is sent there")
        if not to.get(EVERYBODY):
            raise SettingsError(f"name who gets the {self.name} of every other queue, under '{EVERYBODY}'")
        for address in (sender, *(one for some in to.values() for one in some)):
            _check(address)
        self._server, self._sender, self._seconds = server, sender, seconds
        self._to = {route: tuple(some) for route, some in to.items()}

    def __repr__(self) -> str:
        return f"Mail({self.name!r})"

    async def notify(self, notice: Notice) -> None:
        to = self._to.get(notice.route) or self._to[EVERYBODY]
        await asyncio.to_thread(self._send, self._message(notice, to), to)

    def _message(self, notice: Notice, to: Sequence[str]) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = ", ".join(to)
        # One line, whatever stands in the summary: a header can't be continued by somebody's words.
        message["Subject"] = " ".join(f"[{notice.route}] {notice.summary}".split())[:200]
        message["Date"] = format_datetime(notice.at)
        message["Message-ID"] = f"<{notice.id}@{self._sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday note answers it
        message.set_content(written(notice))
        return message

    def _send(self, message: EmailMessage, to: Sequence[str]) -> None:
        server = self._server
        context = server.trust or ssl.create_default_context()
        try:
            if server.implicit_tls:
                line: smtplib.SMTP = smtplib.SMTP_SSL(
                    server.host, server.port, timeout=self._seconds, context=context
                )
            else:
                line = smtplib.SMTP(server.host, server.port, timeout=self._seconds)
            try:
                if not server.implicit_tls and not server.insecure_plain:
                    line.starttls(context=context)  # raises where it is not offered, or not believed
                if server.user is not None and server.password is not None:
                    line.login(server.user, server.password())
                refused = line.send_message(message, from_addr=self._sender, to_addrs=list(to))
            finally:
                with suppress(smtplib.SMTPException, OSError):
                    line.quit()
        except (smtplib.SMTPException, OSError) as error:
            # What a server says may hold what was sent to it: only the kind is told.
            raise NotNotified(f"the {self.name} did not take the message ({type(error).__name__})") from None
        except AnswerableError as error:
            raise NotNotified(f"there is no password for the {self.name}: {error}") from error
        if refused:
            raise NotNotified(f"the {self.name} did not take it for {len(refused)} of {len(to)} addresses")


def _check(address: str) -> None:
    """Raises SettingsError where that is no plain address."""
    try:
        parsed = Address(addr_spec=address)
    except (ValueError, IndexError, TypeError):
        parsed = Address()
    if not parsed.domain or not address.isprintable() or not address.isascii():
        raise SettingsError(f"'{address}' is no address; write name@domain")
