"""A web server and a mail server on this machine that keep what they were sent, and misbehave when told to."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from answerable.testing.authorities import ec_key, key_pem, pem, signer
from answerable.testing.serving import serve_in_thread

_DAY = timedelta(days=1)


@dataclass
class Web:
    """`got` has the headers and body of each request."""

    url: str = ""
    status: int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        self.got.append((dict(request.headers), await request.body()))
        return Response(b"x" * 100_000, self.status, {"Location": f"{self.url}/elsewhere"})


@contextmanager
def web() -> Iterator[Web]:
    found = Web()
    app = Starlette(routes=[Route("/{path:path}", found.answer, methods=["GET", "POST"])])
    with serve_in_thread(app) as url:
        found.url = f"{url}/hooks/SECRET-PATH"
        yield found


@dataclass
class MailBox:
    """What a mail server was handed; `refuse` is what it says to the next message."""

    port: int = 0
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    got: list[EmailMessage] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)
    refuse: str = ""
    logins: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 – aiosmtpd's name
        if self.refuse:
            return self.refuse
        found = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]
        assert isinstance(found, EmailMessage)
        self.got.append(found)
        self.to.append(list(envelope.rcpt_tos))
        return "250 taken"

    def login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        return AuthResult(success=data.password == b"correct horse")


@contextmanager
def mail_server(folder: Path, *, tls: bool = True, auth: bool = False) -> Iterator[MailBox]:
    """A server on `localhost` with a certificate that only `trust` believes."""
    now, key = datetime.now(UTC), ec_key()
    authority = signer("mail", begins=now - _DAY, ends=now + _DAY)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    certificate = authority.leaf(
        key=key,
        extensions={x509.SubjectAlternativeName: (names, True)},
        begins=now - _DAY,
        ends=now + _DAY,
    )
    served = folder / "mail.pem"
    served.write_bytes(pem(certificate) + key_pem(key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(served)
    box = MailBox(trust=ssl.create_default_context(cadata=pem(authority.certificate).decode()))
    ready, over = threading.Event(), threading.Event()

    async def serve() -> None:
        loop = asyncio.get_running_loop()

        def protocol() -> SMTP:
            return SMTP(
                box,
                hostname="localhost",
                loop=loop,
                tls_context=context if tls else None,
                require_starttls=tls,
                authenticator=box.login if auth else None,
                auth_required=auth,
            )

        async with await loop.create_server(protocol, "127.0.0.1", 0) as server:
            box.port = server.sockets[0].getsockname()[1]
            ready.set()
            while not over.is_set():
                await asyncio.sleep(0.02)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield box
    finally:
        over.set()
        thread.join(10)
