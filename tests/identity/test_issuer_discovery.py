"""An issuer that is named alone is asked where its keys are, and believed for itself and over TLS only."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from answerable.adapters.identity.discovery import Discovery
from answerable.adapters.identity.issuers import Issuers, customer_issuers, workload_issuers
from answerable.apps.gateway.callers import Callers
from answerable.identity import WorkloadIssuer
from answerable.identity.keys import MOST_SET_BYTES
from answerable.ports.callers import Shown
from answerable.testing.authorities import token
from answerable.testing.https_endpoint import Endpoint, https_endpoint
from answerable.testing.serving import serve_in_thread
from answerable.values.errors import IdentityError, IdentityRefused, SettingsError

WHERE = "/.well-known/openid-configuration"
OLD, NEW = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Endpoint]:
    """A cluster's issuer: its document, and its keys elsewhere on it."""
    with https_endpoint(tmp_path) as found:
        url = issuer(found)
        found.bodies = {WHERE: document(url, f"{url}/openid/v1/jwks"), "/openid/v1/jwks": jwks(old=OLD)}
        yield found


def issuer(cluster: Endpoint) -> str:
    return cluster.url.removesuffix("/keys")


def document(url: object, keys: object) -> bytes:
    return json.dumps({"issuer": url, "jwks_uri": keys}).encode()


def jwks(**keys: ECKey) -> bytes:
    return json.dumps(
        {"keys": [{**key.as_dict(private=False), "kid": kid} for kid, key in keys.items()]}
    ).encode()


def listed(cluster: Endpoint, tmp_path: Path) -> Issuers[WorkloadIssuer]:
    file = tmp_path / "issuers.yaml"
    one = {
        "issuer": issuer(cluster),
        "audience": "answerable",
        "authorities": str(cluster.authorities),
        "workload": "spiffe://shop.example/ns/{kubernetes.io/namespace}/sa/{kubernetes.io/serviceaccount/name}",
    }
    file.write_text(json.dumps([one]))
    return workload_issuers(file)


def bearer(cluster: Endpoint, key: ECKey, kid: str) -> Shown:
    now = int(datetime.now(UTC).timestamp())
    account = {"namespace": "support", "serviceaccount": {"name": "bot"}}
    claims = {
        "iss": issuer(cluster),
        "aud": ["answerable"],
        "sub": "system:serviceaccount:support:bot",
        "iat": now,
        "exp": now + 600,
        "kubernetes.io": account,
    }
    return Shown(f"Bearer {token(key, kid, claims=claims)}")


async def test_a_service_account_is_known_by_keys_that_its_issuers_document_points_to(
    cluster: Endpoint, tmp_path: Path
) -> None:
    callers = Callers(issuers=listed(cluster, tmp_path))
    found = await callers.authenticate(bearer(cluster, OLD, "old"))
    assert (found.id, found.proof) == ("spiffe://shop.example/ns/support/sa/bot", "oidc")
    assert cluster.asked == [WHERE, "/openid/v1/jwks"]
    assert not callers.problem


async def test_keys_that_move_to_another_place_and_change_are_followed(
    cluster: Endpoint, tmp_path: Path
) -> None:
    issuers = listed(cluster, tmp_path)
    assert await issuers.hurry(issuer(cluster))
    cluster.bodies = {WHERE: document(issuer(cluster), f"{issuer(cluster)}/v2"), "/v2": jwks(new=NEW)}
    task = asyncio.create_task(issuers.run())
    while set(issuers.current()[issuer(cluster)].issuer.keys) != {"new"}:
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    callers = Callers(issuers=issuers)
    assert (await callers.authenticate(bearer(cluster, NEW, "new"))).proof == "oidc"
    with pytest.raises(IdentityRefused) as caught:
        await callers.authenticate(bearer(cluster, OLD, "old"))
    assert "names the key 'old', which is none of" in caught.value.reason


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (b"[]", "openid-configuration' "),
        (b'{"issuer": "https://evil.example"', "openid-configuration' "),
        (document("https://evil.example", "https://evil.example/keys"), "says that it is of 'https://evil"),
        (document("ISSUER/", "ISSUER/openid/v1/jwks"), "says that it is of"),
        (document("ISSUER", None), "'jwks_uri' of"),
        (document("ISSUER", ["ISSUER/keys"]), "which can't be used"),
        (document("ISSUER", "http://localhost/keys"), "'jwks_uri' of"),
        (document("ISSUER", "http://evil.example/keys"), "'jwks_uri' of"),
        (document("ISSUER", "https://user@evil.example/keys"), "which can't be used"),
        (document("ISSUER", "file:///etc/passwd"), "which can't be used"),
        (document("ISSUER", "ISSUER/none"), "has no 'keys'"),
        (b" " * (MOST_SET_BYTES + 1), f"answered with more than {MOST_SET_BYTES} bytes"),
    ],
)
async def test_a_document_that_is_not_the_issuers_own_or_points_elsewhere_brings_no_keys(
    cluster: Endpoint, tmp_path: Path, said: bytes, problem: str
) -> None:
    cluster.bodies[WHERE] = said.replace(b"ISSUER", issuer(cluster).encode())
    issuers = listed(cluster, tmp_path)
    assert not await issuers.hurry(issuer(cluster))
    assert problem in issuers.problem
    with pytest.raises(IdentityRefused) as caught:
        await Callers(issuers=issuers).authenticate(bearer(cluster, OLD, "old"))
    assert "it has none at all" in caught.value.reason


async def test_a_document_behind_a_certificate_that_nobody_vouches_for_is_not_read(cluster: Endpoint) -> None:
    with pytest.raises(IdentityError, match="certificate verify failed"):
        await Discovery(issuer(cluster)).read()
    assert cluster.asked == []


async def test_a_redirect_to_another_document_is_not_followed(cluster: Endpoint, tmp_path: Path) -> None:
    cluster.status = 302
    issuers = listed(cluster, tmp_path)
    assert not await issuers.hurry(issuer(cluster))
    assert issuers.problem.endswith("answered with status 302")


async def test_plain_http_is_for_an_issuer_on_loopback_alone() -> None:
    async def answer(request: Request) -> Response:
        url = f"http://{request.headers['host']}"
        return Response(document(url, f"{url}/k") if request.url.path == WHERE else jwks(old=OLD))

    with serve_in_thread(Starlette(routes=[Route("/{path:path}", answer)])) as root:
        discovery = Discovery(root)
        assert set(await discovery.keys(await discovery.read())) == {"old"}
    for url in ("http://shop.example", "https://a@shop.example", "https://shop.example?x", "shop.example"):
        with pytest.raises(IdentityError, match="write https://HOST/PATH"):
            Discovery(url)


def test_an_issuer_that_is_no_url_must_have_its_keys_named(tmp_path: Path) -> None:
    file = tmp_path / "issuers.yaml"
    file.write_text("- {issuer: shop, audience: a}")
    with pytest.raises(SettingsError, match=r"the issuer 'shop' can't be used; write https://HOST/PATH"):
        customer_issuers(file)
