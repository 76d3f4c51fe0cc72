"""A SPIFFE Workload API on a socket, standing in for an agent such as SPIRE's: real gRPC, made-up trust domains.

Needs the extra `spiffe`, whose package brings the service's stubs. Source: SPIFFE Workload API, sections 4 to 6.
"""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.serialization import Encoding
from spiffe._proto import workload_pb2, workload_pb2_grpc

from answerable.identity import TrustBundle

_HEADER = ("workload.spiffe.io", "true")
"""Without it a call may have been made by a browser, and is refused (SPIFFE Workload Endpoint, section 4)."""


@dataclass
class Agent:
    """What the agent tells, and how it fails."""

    socket: str
    bundles: dict[str, TrustBundle] = field(default_factory=dict)
    refuses: dict[str, str] = field(default_factory=dict)
    """The code that a method fails with, by the method's name."""
    calls: list[str] = field(default_factory=list)


class _Service(workload_pb2_grpc.SpiffeWorkloadAPIServicer):
    def __init__(self, agent: Agent, ended: threading.Event) -> None:
        self._agent, self._ended = agent, ended

    def FetchX509Bundles(self, _: Any, context: Any) -> Iterator[Any]:  # noqa: N802 – the service's names
        self._called("FetchX509Bundles", context)
        yield workload_pb2.X509BundlesResponse(
            bundles={
                f"spiffe://{name}": b"".join(
                    one.public_bytes(Encoding.DER) for one in bundle.x509_authorities
                )
                for name, bundle in self._agent.bundles.items()
                if bundle.x509_authorities
            }
        )
        self._stay_open(context)

    def FetchJWTBundles(self, _: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        self._called("FetchJWTBundles", context)
        yield workload_pb2.JWTBundlesResponse(
            bundles={f"spiffe://{name}": _jwks(bundle) for name, bundle in self._agent.bundles.items()}
        )
        self._stay_open(context)

    def _called(self, method: str, context: Any) -> None:
        self._agent.calls.append(method)
        if _HEADER not in [tuple(one) for one in context.invocation_metadata()]:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the security header is missing")
        if code := self._agent.refuses.get(method):
            context.abort(getattr(grpc.StatusCode, code), "no identity issued")

    def _stay_open(self, context: Any) -> None:
        """A stream stays open until its caller leaves: it would tell of changes."""
        over = threading.Event()
        if context.add_callback(over.set):
            while not over.wait(0.01) and not self._ended.is_set():
                pass


@contextmanager
def workload_api(socket: Path, **bundles: TrustBundle) -> Iterator[Agent]:
    """An agent that listens on a socket for as long as the block lasts."""
    agent, ended = Agent(f"unix://{socket}", dict(bundles)), threading.Event()
    server = grpc.server(ThreadPoolExecutor(max_workers=8))
    add: Callable[..., None] = workload_pb2_grpc.add_SpiffeWorkloadAPIServicer_to_server
    add(_Service(agent, ended), server)
    server.add_insecure_port(f"unix:{socket}")
    server.start()
    try:
        yield agent
    finally:
        ended.set()
        server.stop(0.2).wait()


def _jwks(bundle: TrustBundle) -> bytes:
    keys = [{**key.as_dict(private=False), "kid": kid} for kid, key in bundle.jwt_authorities.items()]
    return json.dumps({"keys": keys}).encode()
