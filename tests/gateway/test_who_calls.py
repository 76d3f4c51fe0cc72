"""Over real HTTP and TLS: a workload is who it proves to be, the ledger says how, and a stranger learns nothing."""

import http.client
import json
import logging
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
import pytest
from gateway_stack import HELLO, Answer, Programmed, Stack, either, gateway
from joserfc.jwk import ECKey

from answerable.adapters.identity.local_domain import BUNDLE, LocalDomain
from answerable.identity import bundle_map
from answerable.testing.authorities import Domain, domain, ec_key, forged, key_pem, pem, signer, token
from answerable.testing.https_endpoint import https_endpoint
from answerable.testing.workload_api import workload_api
from answerable.values.errors import SettingsError

CHAT = "/v1/chat/completions"
AUDIENCE = "spiffe://shop.example/gateway"
BOT = "spiffe://shop.example/bot/support"
HOUR = timedelta(hours=1)
KEY = "gate-key-of-the-web-shop"
REFUSED = "the gate does not accept this credential; its owner finds the reason in its log"


def now() -> datetime:
    return datetime.now(UTC)


def seconds() -> int:
    return int(now().timestamp())


@pytest.fixture(scope="module")
def upstream() -> Programmed:
    return Programmed(either("Order L-100 has shipped."))


class Shop(NamedTuple):
    """A trust domain, and a gateway that trusts it."""

    domain: LocalDomain
    folder: Path
    stack: Stack


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, upstream: Programmed) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    made = LocalDomain.make(folder / "trust", "shop.example", now())
    keys = folder / "keys"
    keys.write_text(f"web-shop:{KEY}\n")
    trust = str(folder / "trust" / BUNDLE)
    with gateway(
        upstream.app, folder / "ledger.db", trust_bundles=trust, audience=AUDIENCE, insecure_client_keys=keys
    ) as stack:
        yield Shop(made, folder, stack)


def ask(stack: Stack, credential: str) -> Answer:
    return stack.post(CHAT, {"model": "m", "messages": HELLO}, {"Authorization": f"Bearer {credential}"})


def asked_by(stack: Stack, answer: Answer) -> tuple[str, object]:
    assert answer.status == 200, answer.body
    found = stack.chain(answer.trace).exchange
    return found.workload, found.identity


# -- JWT-SVIDs ------------------------------------------------------------------------------------


def test_a_jwt_svid_is_served_as_its_workload_and_stays_at_the_gate(shop: Shop, upstream: Programmed) -> None:
    svid = shop.domain.issue_jwt("bot/support", AUDIENCE, HOUR, now())
    answer = ask(shop.stack, svid)
    assert asked_by(shop.stack, answer) == (BOT, "jwt-svid")
    assert svid not in str(upstream.asked[-1])
    assert svid.encode() not in b"".join(file.read_bytes() for file in shop.folder.glob("ledger.db*"))
    checked = shop.stack.post("/v1/check", {"reply": "Hi."}, {"Authorization": f"Bearer {svid}"})
    assert asked_by(shop.stack, checked) == (BOT, "jwt-svid")
    for path in ("/v1/models", "/log/checkpoint"):
        assert shop.stack.get(path, {"Authorization": f"bearer {svid}"}).status in (200, 404)
        assert shop.stack.get(path).status == 401


def test_the_body_says_nothing_of_who_calls(shop: Shop) -> None:
    svid = shop.domain.issue_jwt("bot/support", AUDIENCE, HOUR, now())
    claimed = {"workload": "spiffe://shop.example/admin", "identity": "x509-svid", "role": "admin"}
    answer = shop.stack.post(
        CHAT,
        {"model": "m", "messages": HELLO, "user": "spiffe://shop.example/admin", "metadata": claimed},
        {"Authorization": f"Bearer {svid}", "X-SPIFFE-ID": "spiffe://shop.example/admin"},
    )
    assert asked_by(shop.stack, answer) == (BOT, "jwt-svid")


def test_an_insecure_key_beside_svids_says_so_in_the_ledger(shop: Shop) -> None:
    assert asked_by(shop.stack, ask(shop.stack, KEY)) == ("insecure_key:web-shop", "insecure_key")


def test_a_workload_that_is_not_on_the_list_is_refused_though_it_proves_who_it_is(
    tmp_path: Path, upstream: Programmed, caplog: pytest.LogCaptureFixture
) -> None:
    made = LocalDomain.make(tmp_path / "trust", "shop.example", now())
    (tmp_path / "keys").write_text(f"web-shop:{KEY}\n")
    (tmp_path / "admitted").write_text(f"# bots\n{BOT}\n")
    with gateway(
        upstream.app,
        tmp_path / "ledger.db",
        trust_bundles=str(tmp_path / "trust" / BUNDLE),
        audience=AUDIENCE,
        workloads=tmp_path / "admitted",
        insecure_client_keys=tmp_path / "keys",
    ) as stack:
        listed = made.issue_jwt("bot/support", AUDIENCE, HOUR, now())
        other = made.issue_jwt("bot/supports", AUDIENCE, HOUR, now())
        assert asked_by(stack, ask(stack, listed)) == (BOT, "jwt-svid")
        assert asked_by(stack, ask(stack, KEY)) == ("insecure_key:web-shop", "insecure_key")
        with caplog.at_level(logging.WARNING, "answerable.identity"):
            answer = ask(stack, other)
    assert (answer.status, answer.error["message"]) == (401, REFUSED)
    assert "not on the list" in caplog.text


STRANGER = domain()
SIBLING = domain("sibling.example")


def bad(shop: Shop) -> dict[str, str]:
    """Credentials that must not do, by what the log is to say."""
    good = shop.domain.issue_jwt("bot/support", AUDIENCE, HOUR, now())
    head, said, _ = good.split(".")
    times = {"iat": seconds() - 7200, "exp": seconds() - 3600}
    claims = {"sub": BOT, "aud": AUDIENCE, "exp": seconds() + 60}
    (kid,) = shop.domain.bundle.jwt_authorities
    return {
        "it must be for 'spiffe://shop.example/gateway'": shop.domain.issue_jwt(
            "bot", "elsewhere", HOUR, now()
        ),
        "the token expired at": shop.domain.issue_jwt("bot", AUDIENCE, HOUR, now() - 2 * HOUR),
        "says it was issued at": shop.domain.issue_jwt("bot", AUDIENCE, HOUR, now() + HOUR),
        "names the key 'k1', which is none of 'shop.example'": STRANGER.token(**times),
        "no trust bundle of 'sibling.example' is at hand": SIBLING.token(aud=AUDIENCE),
        "the token's algorithm is 'none'": forged({"alg": "none", "kid": kid}, claims),
        "the token's algorithm is 'HS256'": forged({"alg": "HS256", "kid": kid}, claims),
        "the token's type is 'at+jwt'": forged({"alg": "ES256", "kid": kid, "typ": "at+jwt"}, claims),
        "the token's signature was left out": f"{head}.{said}.",
        "is not by the key": token(STRANGER.token_key, kid, claims=claims),
        "is none of the workloads' issuers": token(
            STRANGER.token_key, kid, claims={"iss": "https://x", "sub": "u"}
        ),
        "the token has 1 parts": KEY[:-1],
        "at most 16384 are taken": "a" * 17_000 + ".b.c",
    }


def test_a_stranger_hears_the_same_whatever_was_wrong_and_the_log_says_what(
    shop: Shop, upstream: Programmed, caplog: pytest.LogCaptureFixture
) -> None:
    before, heard = len(upstream.asked), set()
    for reason, credential in bad(shop).items():
        caplog.clear()
        with caplog.at_level(logging.WARNING, "answerable.identity"):
            answer = ask(shop.stack, credential)
        assert answer.status == 401, reason
        assert answer.error["code"] == "invalid_api_key"
        heard.add(answer.error["message"])
        assert reason in caplog.text
        assert "a caller was refused: " in caplog.text
        assert credential[-20:] not in caplog.text
    assert heard == {REFUSED}
    assert len(upstream.asked) == before


def test_a_stranger_with_nothing_to_show_is_told_what_to_show(shop: Shop) -> None:
    for headers in ({}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer "}, {"Authorization": KEY}):
        answer = shop.stack.post(CHAT, {"model": "m", "messages": HELLO}, headers)
        assert answer.status == 401
        assert "send a credential that it takes as 'Authorization: Bearer …'" in answer.error["message"]
        assert "spiffe" not in answer.error["message"]


def test_a_rotated_trust_domain_is_known_by_its_new_keys_alone(tmp_path: Path, upstream: Programmed) -> None:
    made = LocalDomain.make(tmp_path / "trust", "shop.example", now())
    trust = str(tmp_path / "trust" / BUNDLE)
    with gateway(upstream.app, tmp_path / "l.db", trust_bundles=trust, audience=AUDIENCE) as stack:
        old = made.issue_jwt("bot", AUDIENCE, HOUR, now())
        assert ask(stack, old).status == 200
        made.rotate(now(), keep=False)
        assert ask(stack, old).status == 401
        assert ask(stack, made.issue_jwt("bot", AUDIENCE, HOUR, now())).status == 200


def test_a_broken_trust_bundle_lets_nobody_in_and_is_said_on_readyz_without_its_name(
    tmp_path: Path, upstream: Programmed
) -> None:
    made = LocalDomain.make(tmp_path / "trust", "shop.example", now())
    bundle = tmp_path / "trust" / BUNDLE
    with gateway(upstream.app, tmp_path / "l.db", trust_bundles=str(bundle), audience=AUDIENCE) as stack:
        svid, whole = made.issue_jwt("bot", AUDIENCE, HOUR, now()), bundle.read_bytes()
        bundle.write_bytes(b"{")
        assert ask(stack, svid).status == 401
        ready = stack.get("/readyz")
        assert ready.status == 503
        assert ready.json["failing"] == {
            "identity": "some keys to know callers or customers by are missing; the log says whose"
        }
        bundle.write_bytes(whole)
        assert ask(stack, svid).status == 200
        assert stack.get("/readyz").status == 200


def test_the_workload_api_says_whom_to_trust(tmp_path: Path, upstream: Programmed) -> None:
    shop = domain()
    with workload_api(tmp_path / "agent.sock") as agent:
        agent.bundles = {"shop.example": shop.bundle}
        with gateway(upstream.app, tmp_path / "l.db", trust_bundles=agent.socket, audience=AUDIENCE) as stack:
            svid = shop.token(aud=AUDIENCE, iat=seconds(), exp=seconds() + 60)
            while (answer := ask(stack, svid)).status == 401:
                assert agent.bundles
            assert asked_by(stack, answer) == ("spiffe://shop.example/bot", "jwt-svid")


# -- tokens of issuers ----------------------------------------------------------------------------


def test_a_service_accounts_token_is_served_as_its_workload_also_when_its_key_is_new(
    tmp_path: Path, upstream: Programmed
) -> None:
    old, new = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")

    def service_account(key: ECKey, kid: str, **more: Any) -> str:
        pod = {"namespace": "support", "serviceaccount": {"name": "bot"}}
        said = {"iss": "https://cluster", "aud": ["answerable"], "sub": "system:serviceaccount:support:bot"}
        times = {"iat": seconds(), "exp": seconds() + 600}
        return token(key, kid, header={"typ": None}, claims={**said, **times, "kubernetes.io": pod, **more})

    def jwks(key: ECKey, kid: str) -> bytes:
        return json.dumps({"keys": [{**key.as_dict(private=False), "kid": kid}]}).encode()

    with https_endpoint(tmp_path) as endpoint:
        endpoint.body = jwks(old, "old")
        issuers = tmp_path / "issuers.yaml"
        issuers.write_text(
            json.dumps(
                [
                    {
                        "issuer": "https://cluster",
                        "audience": "answerable",
                        "keys": endpoint.url,
                        "authorities": str(endpoint.authorities),
                        "workload": "spiffe://shop.example/ns/{kubernetes.io/namespace}/sa/"
                        "{kubernetes.io/serviceaccount/name}",
                    }
                ]
            )
        )
        with gateway(upstream.app, tmp_path / "l.db", workload_issuers=issuers) as stack:
            while (answer := ask(stack, service_account(old, "old"))).status == 401:
                assert endpoint.body
            assert asked_by(stack, answer) == ("spiffe://shop.example/ns/support/sa/bot", "oidc")
            assert ask(stack, service_account(new, "old")).status == 401
            assert ask(stack, service_account(old, "old", aud="kubernetes")).status == 401
            assert ask(stack, service_account(old, "old", iss="https://other")).status == 401
            asked = len(endpoint.asked)
            for _ in range(5):  # a key that nobody has does not make the gateway ask each time
                assert ask(stack, service_account(new, "new")).status == 401
            assert len(endpoint.asked) - asked <= 1


# -- certificates ---------------------------------------------------------------------------------


class Secured(NamedTuple):
    """A gateway over TLS, and the trust domain of its callers."""

    domain: LocalDomain
    folder: Path
    stack: Stack

    def context(self, certificate: Path | None = None, key: Path | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.folder / "gateway" / "bundle.pem"))
        if certificate is not None:
            context.load_cert_chain(certificate, key)
        return context

    def issued(self, workload: str) -> ssl.SSLContext:
        made = self.folder / workload.replace("/", "-")
        self.domain.write_x509(made, self.domain.issue_x509(workload, HOUR, now()))
        return self.context(made / "svid.pem", made / "svid.key")

    def connect(self, context: ssl.SSLContext) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(
            "localhost", int(self.stack.root.rpartition(":")[2]), context=context, timeout=20
        )


def over_tls(connection: http.client.HTTPSConnection, path: str = CHAT, **headers: str) -> Answer:
    body = msgspec.json.encode({"model": "m", "messages": HELLO})
    method = "POST" if path == CHAT else "GET"
    connection.request(method, path, body, {"Content-Type": "application/json", **headers})
    response = connection.getresponse()
    return Answer(
        response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    )


@pytest.fixture
def secured(tmp_path: Path, upstream: Programmed) -> Iterator[Secured]:
    made = LocalDomain.make(tmp_path / "trust", "shop.example", now())
    made.write_x509(tmp_path / "gateway", made.issue_x509("gateway", HOUR, now(), ("localhost",)))
    with gateway(upstream.app, tmp_path / "l.db", **secured_by(tmp_path)) as stack:
        yield Secured(made, tmp_path, stack)


def secured_by(folder: Path) -> Mapping[str, Any]:
    return {
        "trust_bundles": str(folder / "trust" / BUNDLE),
        "audience": AUDIENCE,
        "tls_cert": folder / "gateway" / "svid.pem",
        "tls_key": folder / "gateway" / "svid.key",
    }


def test_a_certificate_is_served_as_its_workload_over_one_connection_or_many(secured: Secured) -> None:
    connection = secured.connect(secured.issued("bot/support"))
    for _ in range(3):
        assert asked_by(secured.stack, over_tls(connection)) == (BOT, "x509-svid")
    connection.close()
    other = secured.connect(secured.issued("bot/sales"))
    assert asked_by(secured.stack, over_tls(other))[0] == "spiffe://shop.example/bot/sales"
    other.close()


def test_a_certificate_is_the_callers_whatever_its_authorization_says(secured: Secured) -> None:
    """An API client always sends something there."""
    connection = secured.connect(secured.issued("bot/support"))
    admin = secured.domain.issue_jwt("admin", AUDIENCE, HOUR, now())
    for credential in ("none", admin):
        answer = over_tls(connection, Authorization=f"Bearer {credential}")
        assert asked_by(secured.stack, answer) == (BOT, "x509-svid")
    connection.close()


def test_without_a_certificate_a_token_will_do_and_nothing_will_not(secured: Secured) -> None:
    connection = secured.connect(secured.context())
    svid = secured.domain.issue_jwt("bot/support", AUDIENCE, HOUR, now())
    assert asked_by(secured.stack, over_tls(connection, Authorization=f"Bearer {svid}")) == (BOT, "jwt-svid")
    assert over_tls(connection).status == 401
    assert over_tls(connection, "/healthz").status == 200
    connection.close()


def test_a_certificate_of_a_stranger_does_not_get_through_the_handshake_and_the_log_says_so(
    secured: Secured, caplog: pytest.LogCaptureFixture
) -> None:
    root = domain().root
    strange = secured.folder / "strange.pem"
    key = ec_key()
    strange.write_bytes(pem(root.leaf(BOT, key=key, begins=now() - HOUR, ends=now() + HOUR)) + key_pem(key))
    connection = secured.connect(secured.context(strange))
    with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
        over_tls(connection)
    connection.close()
    assert "its certificate ended the handshake: unable to get" in caplog.text


def test_an_open_connection_ends_with_the_authority_that_it_came_by(
    secured: Secured, caplog: pytest.LogCaptureFixture
) -> None:
    connection = secured.connect(secured.issued("bot/support"))
    assert over_tls(connection).status == 200
    secured.domain.rotate(now(), keep=False)
    with caplog.at_level(logging.WARNING, "answerable.identity"):
        assert over_tls(connection).error["message"] == REFUSED
    assert "no valid path leads from the certificate" in caplog.text
    connection.close()


def test_new_authorities_and_a_new_certificate_are_taken_up_while_the_gateway_runs(secured: Secured) -> None:
    before = secured.stack.root
    secured.domain.rotate(now(), keep=True)
    made = secured.domain.issue_x509("gateway", HOUR, now(), ("localhost",))
    secured.domain.write_x509(secured.folder / "gateway", made)
    newest = secured.issued("bot/support")
    while True:
        connection = secured.connect(newest)
        try:
            answer = over_tls(connection)
            shown = connection.sock.getpeercert(binary_form=True)
        except (OSError, http.client.HTTPException):
            continue
        finally:
            connection.close()
        if answer.status == 200 and shown == ssl.PEM_cert_to_DER_cert(made.svid.decode()):
            break
    assert secured.stack.root == before
    assert asked_by(secured.stack, answer) == (BOT, "x509-svid")


@pytest.fixture
def nested(tmp_path: Path, upstream: Programmed) -> Iterator[tuple[Path, Stack]]:
    """A gateway whose callers' authority is under another, which alone the bundle has; and their files."""
    times: dict[str, Any] = {"begins": now() - HOUR, "ends": now() + HOUR}
    root = signer("root", "spiffe://shop.example", **times)
    between = root.signer("between", "spiffe://shop.example", **times)
    shop, key = Domain(STRANGER.name, root, ECKey.generate_key("P-256")), ec_key()
    (tmp_path / "bundle.json").write_bytes(bundle_map([shop.bundle]))
    (tmp_path / "root.pem").write_bytes(pem(root.certificate))
    own = [between.leaf(BOT, key=key, **times), between.certificate]
    (tmp_path / "bot.pem").write_bytes(pem(*own) + key_pem(key))
    other = root.leaf("https://shop.example/not-spiffe", key=key, **times)
    (tmp_path / "other.pem").write_bytes(pem(other) + key_pem(key))
    (tmp_path / "own.pem").write_bytes(pem(root.leaf("spiffe://shop.example/gateway", key=key, **times)))
    (tmp_path / "own.key").write_bytes(key_pem(key))
    options = {
        "trust_bundles": str(tmp_path / "bundle.json"),
        "tls_cert": tmp_path / "own.pem",
        "tls_key": tmp_path / "own.key",
        "tls_client_ca": tmp_path / "root.pem",
    }
    with gateway(upstream.app, tmp_path / "l.db", **options) as stack:
        yield tmp_path, stack


def showing(folder: Path, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(folder / "root.pem"))
    context.check_hostname = False
    context.load_cert_chain(folder / name)
    return context


def test_a_workloads_chain_reaches_the_gate_whole(nested: tuple[Path, Stack]) -> None:
    folder, stack = nested
    port = int(stack.root.rpartition(":")[2])
    connection = http.client.HTTPSConnection(
        "localhost", port, context=showing(folder, "bot.pem"), timeout=20
    )
    assert asked_by(stack, over_tls(connection)) == (BOT, "x509-svid")
    connection.close()
    # TLS takes this one, of the same authority; it names no workload.
    connection = http.client.HTTPSConnection(
        "localhost", port, context=showing(folder, "other.pem"), timeout=20
    )
    assert over_tls(connection).error["message"] == REFUSED
    connection.close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_session_that_is_taken_up_again_still_shows_the_whole_chain(
    nested: tuple[Path, Stack], version: ssl.TLSVersion
) -> None:
    folder, stack = nested
    context, session = showing(folder, "bot.pem"), None
    context.maximum_version = context.minimum_version = version
    for _ in range(3):
        plain = socket.create_connection(("127.0.0.1", int(stack.root.rpartition(":")[2])), timeout=20)
        with context.wrap_socket(plain, session=session) as wrapped:
            wrapped.sendall(b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert b" 200 " in wrapped.recv(65536).partition(b"\r\n")[0]
            session = wrapped.session


def test_the_served_process_speaks_tls_and_says_so(tmp_path: Path) -> None:
    made = LocalDomain.make(tmp_path / "trust", "shop.example", now())
    made.write_x509(tmp_path / "tls", made.issue_x509("gateway", HOUR, now(), ("localhost",)))
    command = [
        *(sys.executable, "-m", "answerable.apps.cli", "serve", "--port", "0", "--json"),
        *("--trust-bundles", "trust/bundle.json", "--audience", AUDIENCE),
        *("--tls-cert", "tls/svid.pem", "--tls-key", "tls/svid.key"),
    ]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ANSWERABLE_")}
    with subprocess.Popen(command, cwd=tmp_path, env=clean, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = json.loads(server.stdout.readline())["url"]
            assert url.startswith("https://127.0.0.1:")
            context = ssl.create_default_context(cafile=str(tmp_path / "tls" / "bundle.pem"))
            connection = http.client.HTTPSConnection(
                "localhost", urlsplit(url).port, context=context, timeout=20
            )
            assert over_tls(connection).status == 401
            assert over_tls(connection, "/healthz").status == 200
            connection.close()
        finally:
            server.terminate()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"trust_bundles": "b.json"}, "set ANSWERABLE_AUDIENCE"),
        ({"audience": "a"}, "set ANSWERABLE_TRUST_BUNDLES"),
        ({"tls_cert": Path("c")}, "TLS needs both a certificate and its key"),
        ({"tls_client_ca": Path("c")}, "TLS needs both a certificate and its key"),
        (
            {"tls_cert": Path("c"), "tls_key": Path("k"), "tls_client_ca": Path("a")},
            "set ANSWERABLE_TRUST_BUNDLES",
        ),
        ({"tls_cert": Path("none"), "tls_key": Path("none")}, "'none' can't be read"),
        ({"workloads": Path("none")}, "a list of workloads is of use where"),
    ],
)
def test_settings_that_prove_nobody_stop_the_start(
    tmp_path: Path, upstream: Programmed, options: Mapping[str, Any], said: str
) -> None:
    with pytest.raises(SettingsError, match=said), gateway(upstream.app, tmp_path / "l.db", **options):
        pass
