"""An e-mail as an act.

Until the message's text is sent, nothing was; from its last line on, only the server's answer says. The
server's own words go into no message of ours: they may quote an address.

Source: RFC 5321 sections 3.3, 4.2.5 and 4.5.3.2; RFC 3207 (STARTTLS); RFC 4954 (AUTH).
"""

import asyncio
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

from answerable.actions import Done, NotDone, Outcome, Uncertain
from answerable.adapters.connectors.credentials import Credential, Held, fetched
from answerable.adapters.connectors.mail_message import MailTool, compose
from answerable.adapters.connectors.urls import is_loopback
from answerable.exchange import ToolSpec
from answerable.grants.arguments import read_arguments
from answerable.ports.connectors import BackEndCall
from answerable.values.errors import InvalidRequest, KeyUnavailable, SettingsError

ENCRYPTIONS = ("starttls", "tls", "none")
_LOOK_SECONDS = 5.0
_GO_AHEAD, _OK, _FORWARDED, _TEMPORARY = 354, 250, 251, range(400, 500)


@dataclass(frozen=True, slots=True)
class MailServer:
    """What a deployment says of a mail server."""

    host: str
    port: int
    encryption: str
    sender: Address
    credential: Credential | None = None
    authorities: Path | None = None


class SmtpConnector:
    """A `Connector` whose tools are e-mails. A second try is a second e-mail, with the same Message-ID."""

    checks_grants = False
    repeatable = False
    can_query = False

    def __init__(
        self,
        name: str,
        server: MailServer,
        tools: Mapping[str, MailTool],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        look_seconds: float = _LOOK_SECONDS,
    ) -> None:
        """`look_seconds` is how long `problem` may take. Raises SettingsError."""
        if server.encryption not in ENCRYPTIONS:
            raise SettingsError(f"encryption is one of {', '.join(ENCRYPTIONS)}")
        if server.encryption == "none" and not is_loopback(server.host):
            raise SettingsError(f"'{server.host}' is another machine; use starttls or tls")
        self.name = name
        self._server, self._tools, self._now = server, tools, now
        self._look_seconds = look_seconds
        try:
            self._tls = ssl.create_default_context(cafile=server.authorities)
        except OSError as error:
            raise SettingsError(f"'{server.authorities}' holds no certificates") from error

    async def tools(self) -> Sequence[ToolSpec]:
        return [ToolSpec(name, one.description, one.schema) for name, one in self._tools.items()]

    async def call(self, call: BackEndCall, seconds: float) -> Outcome:
        tool = self._tools.get(call.tool)
        if tool is None:
            return NotDone(f"'{self.name}' has no such tool")
        try:
            given = read_arguments(call.arguments)
            message = compose(tool, given, self._server.sender, call.key, self._now())
            held = await fetched(self._server.credential)
        except InvalidRequest as error:
            return NotDone(str(error))
        except KeyUnavailable as error:
            return NotDone(f"the password of '{self.name}' can't be had: {error}", again=True)
        return await self._answered(held, message, seconds)

    async def query(self, call: BackEndCall, seconds: float) -> Outcome:  # noqa: ARG002 – it can't be asked
        return Uncertain(f"'{self.name}' can't be asked what became of a message")

    async def problem(self) -> str:
        try:
            held = await fetched(self._server.credential)
        except KeyUnavailable as error:
            return f"the password of '{self.name}' can't be had: {error}"
        outcome = await self._answered(held, None, self._look_seconds)
        return outcome.reason if isinstance(outcome, NotDone) else ""

    async def close(self) -> None:
        """Nothing is kept open."""

    async def _answered(self, held: Held, message: EmailMessage | None, seconds: float) -> Outcome:
        """What came of it within that many seconds, whatever the server does with its time."""
        sending = _Sending(self._server, self._tls, held, message, time.monotonic() + seconds)
        # Shielded: the thread goes on where the caller is put off; that it sends nothing then is seen to below.
        work = asyncio.ensure_future(asyncio.to_thread(sending.run))
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(work)
        except TimeoutError:
            work.add_done_callback(lambda done: done.exception())
            if sending.give_up():
                return NotDone(f"'{self.name}' did not answer in time: nothing was sent", again=True)
            return Uncertain(f"'{self.name}' did not say within {seconds:g} seconds that it has the message")
        except asyncio.CancelledError:
            sending.give_up()
            raise


class _Sending:
    """One message, in a thread. Without a message it goes as far as the login."""

    def __init__(
        self, server: MailServer, tls: ssl.SSLContext, held: Held, message: EmailMessage | None, until: float
    ) -> None:
        self._server, self._tls, self._held, self._message = server, tls, held, message
        self._until = until
        self._door = threading.Lock()
        self._given_up = self._sent = False
        self._line: socket.socket | None = None

    def give_up(self) -> bool:
        """Send nothing from now on. True where nothing of the text was sent, and nothing will be."""
        with self._door:
            self._given_up = True
            if self._line is not None:  # so that the thread waits no longer
                with suppress(OSError):
                    self._line.shutdown(socket.SHUT_RDWR)
            return not self._sent

    def run(self) -> Outcome:
        """Never raises for what the server or the network does.

        1. Up to the go-ahead (354) nothing was handed over.
        2. The text, at once and to its end. From here on it may have been taken.
        3. The server's answer: only 250 is a yes, only a refusal is a no.
        """
        try:
            with self._connected() as smtp:
                if self._message is None:
                    return Done("")
                # 1.
                if (refused := self._announced(smtp)) is not None:
                    return refused
                return self._handed_over(smtp, self._message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            if self._sent:
                return Uncertain("the mail server hung up before it said that it has the message")
            return NotDone(_why(error), again=not _for_good(error))

    def _connected(self) -> smtplib.SMTP:
        """A session, encrypted and logged in. Raises OSError, SMTPException."""
        server = self._server
        smtp = _Session(server.host, server.port, self._left(), self._opened)
        try:
            if server.encryption == "starttls":
                self._patience(smtp)
                smtp.starttls(context=self._tls)
            self._patience(smtp)
            smtp.ehlo_or_helo_if_needed()
            if server.credential is not None:
                self._patience(smtp)
                smtp.login(server.credential.name, self._held.secret)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _announced(self, smtp: smtplib.SMTP) -> NotDone | None:
        message = self._message
        assert message is not None  # noqa: S101 – the caller looked
        sender, to = self._server.sender.addr_spec, message["To"].addresses[0].addr_spec
        steps: tuple[tuple[str, str, tuple[int, ...]], ...] = (
            (f"MAIL FROM:<{sender}>", "the sender", (_OK,)),
            (f"RCPT TO:<{to}>", "the recipient", (_OK, _FORWARDED)),
            ("DATA", "the message", (_GO_AHEAD,)),
        )
        for command, what, wanted in steps:
            self._patience(smtp)
            code, _ = smtp.docmd(command)
            if code not in wanted:
                return NotDone(
                    f"the mail server does not take {what} (code {code})", again=code in _TEMPORARY
                )
        return None

    def _handed_over(self, smtp: smtplib.SMTP, message: EmailMessage) -> Outcome:
        lines = message.as_bytes(policy=message.policy.clone(max_line_length=78, cte_type="7bit")).split(
            b"\r\n"
        )
        # A line that begins with a dot has another one before it (RFC 5321 section 4.5.2).
        text = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)
        with self._door:
            if self._given_up:
                return NotDone("the time was over before anything was sent", again=True)
            self._sent = True
        # 2. A crash here leaves a message that may have been sent; its Message-ID says which.
        self._patience(smtp)
        smtp.send(text.removesuffix(b"\r\n") + b"\r\n.\r\n")
        # 3.
        code, _ = smtp.getreply()
        if code == _OK:
            to = message["To"].addresses[0].addr_spec
            return Done(
                f'{{"status": "sent", "to": "{to}", "message_id": "{message["Message-ID"]}"}}',
                str(message["Message-ID"]),
            )
        if code in _TEMPORARY or 500 <= code < 600:  # noqa: PLR2004 – RFC 5321 section 4.2.1: it was not taken
            return NotDone(
                f"the mail server does not take the message (code {code})", again=code in _TEMPORARY
            )
        return Uncertain(f"the mail server answered to the message with code {code}")

    def _opened(self, line: socket.socket) -> socket.socket:
        self._hold(line)
        if self._server.encryption == "tls":
            line = self._tls.wrap_socket(line, server_hostname=self._server.host)
            self._hold(line)
        return line

    def _hold(self, line: socket.socket) -> None:
        """Whoever gives up hangs up this line: a server that says a little all the time meets no time-out of ours."""
        with self._door:
            self._line = line
            if self._given_up:
                line.close()
                raise TimeoutError

    def _left(self) -> float:
        return max(0.01, self._until - time.monotonic())

    def _patience(self, smtp: smtplib.SMTP) -> None:
        if smtp.sock is not None:
            self._hold(smtp.sock)
            smtp.sock.settimeout(self._left())


class _Session(smtplib.SMTP):
    """A session that tells of its line before anything is read on it: the greeting can be one without an end."""

    def __init__(
        self, host: str, port: int, seconds: float, opened: Callable[[socket.socket], socket.socket]
    ) -> None:
        self._opened = opened
        super().__init__(host, port, timeout=seconds)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._opened(socket.create_connection((host, port), timeout))


def _for_good(error: Exception) -> bool:
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code not in _TEMPORARY


def _why(error: Exception) -> str:
    """In our own words: what a server answers may quote what it was sent."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"the mail server does not take the credential (code {error.smtp_code})"
        case smtplib.SMTPResponseException():
            return f"the mail server refuses (code {error.smtp_code})"
        case smtplib.SMTPNotSupportedError():
            return "the mail server has no TLS or no login, as is asked of it"
        case smtplib.SMTPServerDisconnected():
            return "the mail server hung up before anything was sent"
        case ssl.SSLError():
            return "the mail server's certificate does not hold, or it speaks no TLS"
        case TimeoutError():
            return "the mail server did not answer in time: nothing was sent"
    return f"the mail server was not reached ({type(error).__name__})"
