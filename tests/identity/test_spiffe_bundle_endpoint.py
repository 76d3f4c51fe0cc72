"""A bundle endpoint that is known by its SPIFFE id is asked for nothing until it has proven that id."""

import json
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from answerable.adapters.identity.local_domain import LocalDomain
from answerable.adapters.identity.refreshed import Refreshed
from answerable.adapters.identity.trust import AllBundles, open_trust
from answerable.identity import Bundles, TrustBundle, bundle_map
from answerable.testing.authorities import key_pem, pem, signer
from answerable.testing.https_endpoint import Endpoint, endpoint_with, served_certificate
from answerable.values.errors import IdentityError, SettingsError

FAR, NEAR = "far.example", "near.example"
SERVER = f"spiffe://{FAR}/bundles"
HOUR = timedelta(hours=1)
Serve = Callable[[LocalDomain, str], None]


@pytest.fixture
def far(tmp_path: Path) -> LocalDomain:
    return LocalDomain.make(tmp_path / "far", FAR, datetime.now(UTC))


@pytest.fixture
def near(tmp_path: Path) -> LocalDomain:
    return LocalDomain.make(tmp_path / "near", NEAR, datetime.now(UTC))


@pytest.fixture
def context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


@pytest.fixture
def serve(context: ssl.SSLContext, tmp_path: Path) -> Serve:
    """Go on with the SVID of a workload."""

    def go_on(domain: LocalDomain, workload: str) -> None:
        domain.write_x509(tmp_path / "served", domain.issue_x509(workload, HOUR, datetime.now(UTC)))
        context.load_cert_chain(tmp_path / "served/svid.pem", tmp_path / "served/svid.key")

    return go_on


@pytest.fixture
def endpoint(context: ssl.SSLContext, serve: Serve, far: LocalDomain) -> Iterator[Endpoint]:
    serve(far, "bundles")
    with endpoint_with(context) as found:
        found.body = alone(far.bundle)
        yield found


def alone(bundle: TrustBundle) -> bytes:
    document = json.loads(bundle_map([bundle]))["trust_domains"][bundle.trust_domain]
    return json.dumps(document).encode()


def own(endpoint: Endpoint, far: LocalDomain, tmp_path: Path) -> AllBundles:
    """An endpoint of the trust domain whose bundle it serves."""
    (tmp_path / "first.json").write_bytes(alone(far.bundle))
    return sources(
        tmp_path, {"trust_domain": FAR, "url": endpoint.url, "spiffe_id": SERVER, "first": "first.json"}
    )


def sources(tmp_path: Path, *listed: dict[str, str]) -> AllBundles:
    (tmp_path / "trust.yaml").write_text(json.dumps(listed))
    return open_trust(str(tmp_path / "trust.yaml"))


async def test_a_server_that_shows_its_svid_gives_its_trust_domains_bundle(
    endpoint: Endpoint, far: LocalDomain, tmp_path: Path
) -> None:
    kept = own(endpoint, far, tmp_path)
    assert kept.current() == {}  # the first bundle is for the server, and makes nobody known
    assert await kept.hurry()
    assert kept.current() == {FAR: far.bundle}
    assert not kept.problem


async def test_the_last_bundle_vouches_for_the_server_and_the_first_no_more(
    endpoint: Endpoint, context: ssl.SSLContext, serve: Serve, far: LocalDomain, tmp_path: Path
) -> None:
    """Rotation in three steps; then a server with a key that was taken out, which the first bundle still has."""
    source = own(endpoint, far, tmp_path)._sources[0]
    assert await source.hurry()
    assert isinstance(source, Refreshed)
    far.write_x509(tmp_path / "stolen", far.issue_x509("bundles", HOUR, datetime.now(UTC)))
    far.rotate(datetime.now(UTC), keep=True)
    endpoint.body = alone(far.bundle)
    assert await source.refresh()
    serve(far, "bundles")
    newer = replace(
        far.bundle, x509_authorities=far.bundle.x509_authorities[1:], sequence=(far.bundle.sequence or 0) + 1
    )
    endpoint.body = alone(newer)
    assert await source.refresh()
    assert source.current() == {FAR: newer}
    asked = len(endpoint.asked)
    context.load_cert_chain(tmp_path / "stolen/svid.pem", tmp_path / "stolen/svid.key")
    given_up: Bundles = {}
    for last in (source.current(), given_up):
        with pytest.raises(IdentityError, match="certificate verify failed"):
            await source._fetch(last)
    assert len(endpoint.asked) == asked


@pytest.mark.parametrize("workload", ["bundles/evil", "Bundles", "bundle"])
async def test_another_workload_of_the_same_trust_domain_is_not_the_endpoint(
    endpoint: Endpoint, serve: Serve, far: LocalDomain, tmp_path: Path, workload: str
) -> None:
    serve(far, workload)
    kept = own(endpoint, far, tmp_path)
    assert not await kept.hurry()
    assert f"the server is 'spiffe://{FAR}/{workload}', and must be '{SERVER}'" in kept.problem
    assert (kept.current(), endpoint.asked) == ({}, [])


async def test_a_sibling_trust_domains_server_is_not_the_endpoint(
    endpoint: Endpoint, serve: Serve, far: LocalDomain, near: LocalDomain, tmp_path: Path
) -> None:
    serve(near, "bundles")
    kept = own(endpoint, far, tmp_path)
    assert not await kept.hurry()
    assert "certificate verify failed" in kept.problem
    assert endpoint.asked == []


async def test_an_authority_cannot_vouch_for_another_trust_domains_server(
    endpoint: Endpoint, context: ssl.SSLContext, near: LocalDomain, tmp_path: Path
) -> None:
    """The chain is good for OpenSSL; the id in it is none of that trust domain's to give."""
    now, key = datetime.now(UTC), signer("x").key
    root = signer("root", f"spiffe://{NEAR}", begins=now - HOUR, ends=now + HOUR)
    leaf = root.leaf(SERVER, key=key, begins=now - HOUR, ends=now + HOUR)
    (tmp_path / "forged.pem").write_bytes(pem(leaf) + key_pem(key))
    context.load_cert_chain(tmp_path / "forged.pem")
    authority = TrustBundle(near.bundle.trust_domain, (root.certificate,))
    (tmp_path / "near.json").write_bytes(alone(authority))
    kept = sources(
        tmp_path,
        {"trust_domain": NEAR, "file": "near.json"},
        {"trust_domain": FAR, "url": endpoint.url, "spiffe_id": f"spiffe://{NEAR}/bundles"},
    )
    assert not await kept.hurry()
    assert "the server shows no SVID that holds: no trust bundle of 'far.example' is at hand" in kept.problem
    assert endpoint.asked == []


async def test_a_certificate_for_the_hosts_name_or_past_its_time_is_no_svid(
    endpoint: Endpoint, context: ssl.SSLContext, far: LocalDomain, tmp_path: Path
) -> None:
    served_certificate(tmp_path)
    context.load_cert_chain(tmp_path / "served.pem")
    kept = own(endpoint, far, tmp_path)
    assert not await kept.hurry()
    assert "certificate verify failed" in kept.problem
    old = far.issue_x509("bundles", HOUR, datetime.now(UTC) - 2 * HOUR, ("localhost",))
    far.write_x509(tmp_path / "old", old)
    context.load_cert_chain(tmp_path / "old/svid.pem", tmp_path / "old/svid.key")
    kept = own(endpoint, far, tmp_path)
    assert not await kept.hurry()
    assert "certificate has expired" in kept.problem
    assert endpoint.asked == []


async def test_a_server_of_another_trust_domain_is_held_against_that_ones_bundle(
    endpoint: Endpoint, serve: Serve, far: LocalDomain, near: LocalDomain, tmp_path: Path
) -> None:
    serve(near, "bundles")
    (tmp_path / "near.json").write_bytes(alone(near.bundle))
    kept = sources(
        tmp_path,
        {"trust_domain": NEAR, "file": "near.json"},
        {"trust_domain": FAR, "url": endpoint.url, "spiffe_id": f"spiffe://{NEAR}/bundles"},
    )
    assert await kept.hurry()
    assert kept.current() == {NEAR: near.bundle, FAR: far.bundle}


async def test_the_bundle_that_vouches_for_a_server_is_fetched_first(
    endpoint: Endpoint, far: LocalDomain, tmp_path: Path
) -> None:
    """Two endpoints, one server: it proves itself by its own trust domain's, which is not there yet either."""
    (tmp_path / "first.json").write_bytes(alone(far.bundle))
    endpoint.bodies["/third"] = json.dumps({"keys": [], "spiffe_sequence": 1}).encode()
    third = endpoint.url.removesuffix("/keys") + "/third"
    kept = sources(
        tmp_path,
        {"trust_domain": FAR, "url": endpoint.url, "spiffe_id": SERVER, "first": "first.json"},
        {"trust_domain": "third.example", "url": third, "spiffe_id": SERVER},
    )
    assert await kept._sources[1].hurry()
    assert set(kept.current()) == {FAR, "third.example"}
    assert endpoint.asked == ["/keys", "/third"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"spiffe_id": SERVER}, "name the file of its first bundle"),
        ({"spiffe_id": "spiffe://near.example/b", "first": "first.json"}, "list that one's bundle before it"),
        ({"spiffe_id": f"spiffe://{FAR}", "first": "first.json"}, "give it a path"),
        ({"spiffe_id": SERVER, "first": "first.json", "authorities": "ca.pem"}, "name no authorities"),
        ({"spiffe_id": "https://far.example", "first": "first.json"}, "https://far.example"),
        ({"spiffe_id": SERVER, "first": "none.json"}, "can't be read"),
        ({"first": "first.json"}, "goes with the spiffe_id of a server"),
    ],
)
def test_an_endpoint_that_could_not_be_verified_is_refused_at_the_start(
    far: LocalDomain, tmp_path: Path, entry: dict[str, str], said: str
) -> None:
    (tmp_path / "first.json").write_bytes(alone(far.bundle))
    (tmp_path / "ca.pem").write_bytes(pem(signer("web").certificate))
    with pytest.raises((SettingsError, IdentityError), match=said):
        sources(tmp_path, {"trust_domain": FAR, "url": "https://localhost/b", **entry})
    with pytest.raises(SettingsError, match="and that with its url"):
        sources(tmp_path, {"trust_domain": FAR, "file": "first.json", "spiffe_id": SERVER})
