"""A server with a certificate of its own making, that answers as it was last told."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from answerable.testing.authorities import ec_key, key_pem, pem, signer
from answerable.testing.serving import serve_in_thread

_DAY = timedelta(days=1)


@dataclass
class Endpoint:
    """`url` answers with `body`; `authorities` is the file of who signed the server's certificate."""

    url: str = ""
    authorities: Path = Path()
    status: int = 200
    body: bytes = b"{}"
    bodies: dict[str, bytes] = field(default_factory=dict)
    """What single paths answer with instead."""
    asked: list[str] = field(default_factory=list)
    """The paths that were asked for."""

    async def answer(self, request: Request) -> Response:
        """What it was told to."""
        self.asked.append(request.url.path)
        return Response(
            self.bodies.get(request.url.path, self.body),
            self.status,
            {"Location": "https://localhost/elsewhere"},
        )


def served_certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server at `localhost` serves TLS with, and the file of who signed its certificate."""
    now, key = datetime.now(UTC), ec_key()
    authority = signer("web", begins=now - _DAY, ends=now + _DAY)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    certificate = authority.leaf(
        key=key,
        extensions={x509.SubjectAlternativeName: (names, True)},
        begins=now - _DAY,
        ends=now + _DAY,
    )
    served, authorities = folder / "served.pem", folder / "authorities.pem"
    served.write_bytes(pem(certificate) + key_pem(key))
    authorities.write_bytes(pem(authority.certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(served)
    return context, authorities


@contextmanager
def https_endpoint(folder: Path) -> Iterator[Endpoint]:
    """The endpoint, on `https://localhost`, for as long as the block lasts."""
    context, authorities = served_certificate(folder)
    with endpoint_with(context) as endpoint:
        endpoint.authorities = authorities
        yield endpoint


@contextmanager
def endpoint_with(context: ssl.SSLContext) -> Iterator[Endpoint]:
    """The same, with a certificate that is at hand."""
    endpoint = Endpoint()
    app = Starlette(routes=[Route("/{path:path}", endpoint.answer)])
    with serve_in_thread(app, ssl_context_factory=lambda _, __: context) as root:
        endpoint.url = root.replace("127.0.0.1", "localhost") + "/keys"
        yield endpoint
