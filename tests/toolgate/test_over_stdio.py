"""Over stdin and stdout the workload is whoever its SVID says, and a line is bounded and strictly read."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tool_stack import tools

from answerable.adapters.identity.local_domain import LocalDomain
from answerable.adapters.identity.trust import open_trust
from answerable.adapters.world import utc_now
from answerable.apps.gateway.callers import Callers
from answerable.apps.toolgate.stdio import Credential, StrictLines, serve_stdio
from answerable.values.errors import NotAuthenticated, SettingsError

AUDIENCE = "spiffe://shop.example/tools"
NOBODY: Any = None


@pytest.fixture
def domain(tmp_path: Path) -> LocalDomain:
    return LocalDomain.make(tmp_path / "domain", "shop.example", utc_now())


def callers_of(tmp_path: Path) -> Callers:
    return Callers(trust=open_trust(str(tmp_path / "domain" / "bundle.json")), audience=AUDIENCE)


def svid(domain: LocalDomain, path: Path, name: str = "bot", lasts: timedelta = timedelta(hours=1)) -> Path:
    path.write_text(domain.issue_jwt(name, AUDIENCE, lasts, utc_now()) + "\n")
    return path


async def test_the_workload_is_the_one_of_the_file_as_it_is_now(domain: LocalDomain, tmp_path: Path) -> None:
    file = svid(domain, tmp_path / "svid")
    who = Credential(callers_of(tmp_path), file)
    assert (await who(NOBODY))[0].id == "spiffe://shop.example/bot"
    svid(domain, file, "other")
    assert (await who(NOBODY))[0].id == "spiffe://shop.example/other"
    file.unlink()
    with pytest.raises(NotAuthenticated, match="can't be read from its file"):
        await who(NOBODY)


async def test_without_a_credential_that_holds_nobody_is_served(domain: LocalDomain, tmp_path: Path) -> None:
    callers = callers_of(tmp_path)
    async with tools(tmp_path) as stack:
        for path in (None, tmp_path / "missing"):
            with pytest.raises(SettingsError, match=r"nobody is served: .*ANSWERABLE_SVID"):
                await serve_stdio(stack.gate, callers, path)


async def test_a_line_is_bounded_and_read_in_one_way() -> None:
    good = b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n'
    long = b'{"x":"' + b"y" * 500 + b'"}\n'
    bad = [b'{"a":1,"a":2}\n', b"\xff\n", b"{\n", b"\n", long, b"[" * 90 + b"\n"]
    lines = [good, *bad, good[:-1]]
    stream = StrictLines(io.BytesIO(b"".join(lines)), 100)
    found = [line async for line in stream]
    assert [line.strip() for line in found] == [good.decode().strip(), *[""] * 6, good.decode().strip()]
