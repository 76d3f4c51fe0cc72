"""Trust bundles come from a real Workload API, and go as soon as the agent says so."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from answerable.adapters.identity.trust import open_trust
from answerable.adapters.identity.workload_api import workload_api_bundles
from answerable.identity import TrustBundle, verify_bearer, verify_x509_svid
from answerable.testing.authorities import AUDIENCE, NOW, Domain, der, domain
from answerable.testing.workload_api import Agent, workload_api
from answerable.values.errors import SettingsError


@pytest.fixture(scope="module")
def shop() -> Domain:
    return domain()


@pytest.fixture
def agent(tmp_path: Path, shop: Domain) -> Iterator[Agent]:
    with workload_api(tmp_path / "agent.sock") as found:
        found.bundles = {"shop.example": shop.bundle}
        yield found


async def test_what_the_agent_trusts_proves_workloads_here(agent: Agent, shop: Domain) -> None:
    partner = domain("partner.example")
    agent.bundles["partner.example"] = partner.bundle
    kept = workload_api_bundles(agent.socket)
    assert await kept.refresh()
    bundles = kept.current()
    assert bundles == {"shop.example": shop.bundle, "partner.example": partner.bundle}
    assert verify_bearer(shop.token(), bundles, AUDIENCE, {}, NOW).id.trust_domain == "shop.example"
    chain = der(partner.root.leaf("spiffe://partner.example/bot"))
    assert verify_x509_svid(chain, bundles, NOW).id.trust_domain == "partner.example"
    assert not await kept.refresh()
    assert kept.current() is bundles


async def test_a_key_that_the_agent_no_longer_tells_is_gone(agent: Agent, shop: Domain) -> None:
    kept = workload_api_bundles(agent.socket)
    await kept.refresh()
    newer = domain()
    agent.bundles["shop.example"] = TrustBundle(shop.name, newer.bundle.x509_authorities, {})
    assert await kept.refresh()
    assert kept.current()[shop.name].x509_authorities == (newer.root.certificate,)
    assert not kept.current()[shop.name].jwt_authorities


async def test_an_agent_that_no_longer_knows_us_takes_everything_back(agent: Agent) -> None:
    kept = workload_api_bundles(agent.socket)
    await kept.refresh()
    agent.refuses = {"FetchX509Bundles": "PERMISSION_DENIED"}
    await kept.refresh()
    assert [len(one.x509_authorities) for one in kept.current().values()] == [0]
    assert [len(one.jwt_authorities) for one in kept.current().values()] == [1]
    agent.refuses["FetchJWTBundles"] = "PERMISSION_DENIED"
    await kept.refresh()
    assert kept.current() == {}
    assert "the agent does not know this process" in kept.problem


@pytest.mark.parametrize("code", ["UNAVAILABLE", "INTERNAL", "INVALID_ARGUMENT"])
async def test_an_agent_that_fails_leaves_what_it_told_last(agent: Agent, code: str) -> None:
    kept = workload_api_bundles(agent.socket)
    await kept.refresh()
    before = kept.current()
    agent.refuses = {"FetchJWTBundles": code}
    assert not await kept.refresh()
    assert kept.current() is before
    assert not kept.problem


async def test_without_an_agent_nobody_is_trusted_and_that_is_said(tmp_path: Path) -> None:
    trust = open_trust(f"unix://{tmp_path}/none.sock")
    assert not await trust.hurry()
    assert trust.current() == {}
    assert "does not exist" in trust.problem


def test_without_the_extra_the_start_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spiffe", None)
    with pytest.raises(SettingsError, match=r"pip install '\.\[spiffe\]'"):
        open_trust("unix:///run/spire/agent.sock")
