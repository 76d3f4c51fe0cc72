"""An act is done at the back end under a grant, once, as it was decided; and otherwise not at all."""

import io
import json
import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from grant_stack import Answer, Stack, a_way_to, free_port, grant_stack, send
from starlette.types import Receive, Scope, Send

from answerable.backends import (
    Act,
    HttpAuthority,
    RequireGrant,
    RequireGrantWsgi,
    StoreAuthority,
    check_grant,
)
from answerable.backends.asgi import GRANT
from answerable.grants import KILL_SWITCH, Grant, Revocation
from answerable.grants.arguments import MOST_BYTES
from answerable.testing import sample_grants as some
from answerable.testing.serving import serve_in_thread
from answerable.values import GrantId
from answerable.values.errors import GrantRefused, GrantsUnavailable, InvalidRequest, SettingsError

PATH = f"/{some.ACTION}"
BODY = some.ARGUMENTS.encode()

Post = Callable[..., Answer]


class Orders:
    """The application of a back end: it does what it is asked, and keeps what it did."""

    def __init__(self) -> None:
        self.done: list[tuple[str, bytes, Grant | None]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for answer in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{answer}.complete"})
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        self.done.append((scope["path"], body, scope.get(GRANT)))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})

    def wsgi(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        self.done.append((environ["PATH_INFO"], environ["wsgi.input"].read(length), environ.get(GRANT)))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"done"]


def over_asgi(app: RequireGrant, url: str) -> Post:
    def post(
        headers: list[tuple[str, str]], path: str = PATH, body: bytes = BODY, method: str = "POST"
    ) -> Answer:
        return send(url, method, path, body, headers)

    return post


def over_wsgi(app: RequireGrantWsgi) -> Post:
    def post(
        headers: list[tuple[str, str]], path: str = PATH, body: bytes = BODY, method: str = "POST"
    ) -> Answer:
        plain, _, query = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": plain,
            "SCRIPT_NAME": "",
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
        for name, value in headers:
            key = f"HTTP_{name.upper().replace('-', '_')}"
            environ[key] = f"{environ[key]},{value}" if key in environ else value
        setup_testing_defaults(environ)
        told: list[tuple[int, dict[str, str]]] = []

        def start(status: str, headers: list[tuple[str, str]], _: object = None) -> Callable[[bytes], object]:
            told.append((int(status[:3]), {name.lower(): value for name, value in headers}))
            return lambda _: None

        answer = validator(app)(environ, start)
        try:
            content = b"".join(answer)
        finally:
            answer.close()  # type: ignore[attr-defined]
        return Answer(*told[0], content)

    return post


class Shop:
    """An issuer and a back end that trusts it."""

    def __init__(self, stack: Stack, orders: Orders, post: Post) -> None:
        self.stack, self.orders, self.post = stack, orders, post


@contextmanager
def shop(
    kind: str, authority: Callable[[str], HttpAuthority] | None = None, **changed: Any
) -> Iterator[Shop]:
    orders = Orders()
    with grant_stack() as stack:
        made = authority(stack.url) if authority else HttpAuthority(stack.url, lambda: "Bearer orders")
        options: dict[str, Any] = {"now": lambda: stack.now, "open_paths": ["/healthz"], **changed}
        if kind == "asgi":
            app = RequireGrant(orders, some.AUDIENCE, made, **options)
            with serve_in_thread(app) as url:
                yield Shop(stack, orders, over_asgi(app, url))
        else:
            wsgi = RequireGrantWsgi(orders.wsgi, some.AUDIENCE, made, **options)
            yield Shop(stack, orders, over_wsgi(wsgi))
        made.close()


@pytest.fixture(params=["asgi", "wsgi"])
def kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def made(kind: str) -> Iterator[Shop]:
    with shop(kind) as one:
        yield one


# -- once -----------------------------------------------------------------------------


def test_an_act_is_done_under_its_grant_and_never_again(made: Shop) -> None:
    token = made.stack.token()
    assert made.post(made.stack.headers(token)).body == b"done"
    [(path, body, grant)] = made.orders.done
    assert (path, body) == (PATH, BODY)
    assert grant is not None
    assert grant.intent.action == some.ACTION
    for _ in range(2):
        answer = made.post(made.stack.headers(token))
        assert (answer.status, answer.json) == (401, {"error": "invalid_token"})
        assert answer.headers["www-authenticate"] == 'DPoP algs="ES256", error="invalid_token"'
    assert len(made.orders.done) == 1


def test_the_very_same_request_sent_again_is_not_done_again(made: Shop) -> None:
    headers = made.stack.headers(made.stack.token())
    assert [made.post(headers).status for _ in range(3)] == [200, 401, 401]
    assert len(made.orders.done) == 1


def test_arguments_that_say_the_same_in_other_words_are_the_same(made: Shop) -> None:
    same = b'{ "reason":"no longer needed",\n "order_id": "\\u00571" }'
    assert made.post(made.stack.headers(made.stack.token()), body=same).status == 200
    assert made.orders.done[0][1] == same


# -- exactly that ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b'{"order_id":"W2","reason":"no longer needed"}',
        b'{"order_id":"W1"}',
        b'{"order_id":"W1","reason":"no longer needed","refund":true}',
        b'{"order_id":"W1","order_id":"W2","reason":"no longer needed"}',
        b'[{"order_id":"W1","reason":"no longer needed"}]',
        b"",
        b"{}",
        b"\xff",
        b'{"order_id":"W1","reason":"no longer needed"',
        b'{"order_id":"W1\\u202e","reason":"no longer needed"}',
        '{"order_id":"Ｗ1","reason":"no longer needed"}'.encode(),  # the same by NFKC
        b'{"order_id":"W1\\u200b","reason":"no longer needed"}',
        b'{"order_id":"W1","reason":"no longer needed","amount":1e400}',
        b'{"a":' + b"[" * 40_000,
        b'{"a":"' + b"x" * MOST_BYTES + b'"}',
    ],
)
def test_other_arguments_are_not_done_and_use_nothing_up(made: Shop, body: bytes) -> None:
    token = made.stack.token()
    answer = made.post(made.stack.headers(token), body=body)
    assert answer.status in (400, 401, 413)
    assert made.orders.done == []
    assert made.post(made.stack.headers(token)).status == 200


@pytest.mark.parametrize(
    "path", ["/refund_order", "/", "/a/cancel_order", "/cancel_order/", PATH + "?force=true", "/Cancel_order"]
)
def test_another_act_is_not_done_and_uses_nothing_up(made: Shop, path: str) -> None:
    token = made.stack.token()
    url = some.AUDIENCE + path.partition("?")[0]
    answer = made.post(made.stack.headers(token, url=url), path=path)
    assert answer.status in (400, 401)
    assert made.orders.done == []
    assert made.post(made.stack.headers(token)).status == 200


def test_a_grant_for_another_back_end_is_none_here(made: Shop) -> None:
    permit = some.elsewhere(made.stack.permit(), "https://refunds.example")
    made.stack.permits[permit.decision] = permit
    assert made.post(made.stack.headers(made.stack.token(permit))).status == 401
    assert made.orders.done == []


# -- in its holder's hands ------------------------------------------------------------


def test_whoever_finds_a_token_can_do_nothing_with_it_and_takes_it_from_nobody(made: Shop) -> None:
    token = made.stack.token()
    thief = some.key(13)
    for headers in (
        [("Authorization", f"DPoP {token}")],
        [("Authorization", f"Bearer {token}")],
        [("Authorization", f"Bearer {token}"), ("DPoP", made.stack.proof(token))],
        [("Authorization", f"DPoP {token}"), ("DPoP", made.stack.proof(token, by=thief))],
        [("Authorization", f"DPoP {token}"), ("DPoP", made.stack.proof(None))],
        [
            ("Authorization", f"DPoP {token}"),
            ("DPoP", made.stack.proof(token, some.AUDIENCE + "/refund_order")),
        ],
        [("Authorization", f"DPoP {token}"), ("DPoP", made.stack.proof(token, method="GET"))],
        [
            ("Authorization", f"DPoP {token}"),
            ("DPoP", made.stack.proof(token)),
            ("DPoP", made.stack.proof(token)),
        ],
        [("Authorization", f"DPoP {token}"), *made.stack.headers(token)],
        [("Authorization", f"Basic {token}"), ("DPoP", made.stack.proof(token))],
        [("Authorization", "DPoP"), ("DPoP", made.stack.proof(token))],
        [("Authorization", f"DPoP {token[:-6]}AAAAAA"), ("DPoP", made.stack.proof(token))],
        [("DPoP", made.stack.proof(token))],
        [],
    ):
        assert made.post(headers).status in (400, 401)
    assert made.orders.done == []
    assert made.post(made.stack.headers(token)).status == 200


def test_nothing_is_told_of_why_and_the_owner_reads_it(made: Shop, caplog: pytest.LogCaptureFixture) -> None:
    token = made.stack.token()
    with caplog.at_level(logging.INFO):
        answer = made.post(made.stack.headers(token), body=b"{}")
    assert answer.json == {"error": "invalid_token"}
    assert "other arguments" in caplog.text
    assert token not in caplog.text
    with caplog.at_level(logging.INFO):
        answer = made.post([])
    assert answer.headers["www-authenticate"] == 'DPoP algs="ES256"'


# -- in its time ----------------------------------------------------------------------


def test_a_grant_that_is_over_or_taken_back_is_not_done(made: Shop) -> None:
    revoked, late = made.stack.token(), made.stack.token(made.stack.permit(1))
    made.stack.store.revoke(Revocation(KILL_SWITCH, made.stack.now, "ops", "drill"))
    assert made.post(made.stack.headers(revoked)).status == 401
    made.stack.store.lift(KILL_SWITCH, made.stack.now, "ops")
    assert made.post(made.stack.headers(late)).status == 401
    fresh = made.stack.token(made.stack.permit(2))
    made.stack.now += timedelta(seconds=30)
    assert made.post(made.stack.headers(fresh)).status == 401
    assert made.orders.done == []


def test_what_needs_no_grant_is_named(made: Shop) -> None:
    assert made.post([], "/healthz", b"", "GET").body == b"done"
    assert made.post([], "/healthz/", b"", "GET").status in (400, 401)
    assert made.orders.done[0][2] is None


# -- faults ---------------------------------------------------------------------------


def test_a_lost_answer_of_the_issuer_is_asked_for_again_and_the_act_is_done_once() -> None:
    orders = Orders()
    with grant_stack() as stack, a_way_to(stack.url) as way:
        authority = HttpAuthority(stack.url, lambda: "Bearer orders", address=way.url)
        token, other = stack.token(), stack.token(stack.permit(1))
        post = over_wsgi(RequireGrantWsgi(orders.wsgi, some.AUDIENCE, authority, now=lambda: stack.now))
        assert authority.key(some.key(1).id) is not None
        way.lose = 1
        assert post(stack.headers(token)).status == 200
        assert len(way.asked) == 3
        assert way.asked[1] == way.asked[2]  # the same attempt
        assert post(stack.headers(token)).status == 401
        way.lose = 2
        assert post(stack.headers(other)).status == 503  # used up, and not done: at most once
        assert post(stack.headers(other)).status == 401
        authority.close()
    assert len(orders.done) == 1


def nowhere(url: str) -> HttpAuthority:
    """An issuer that does not answer."""
    return HttpAuthority(url, lambda: "Bearer orders", address=f"http://127.0.0.1:{free_port()}")


def test_an_issuer_that_can_not_be_reached_lets_nothing_be_done(kind: str) -> None:
    with shop(kind, nowhere) as one:
        answer = one.post(one.stack.headers(one.stack.token()))
        assert (answer.status, answer.json) == (503, {"error": "temporarily_unavailable"})
        assert one.orders.done == []


def test_an_issuer_that_goes_away_lets_nothing_be_done() -> None:
    orders = Orders()
    with grant_stack() as stack:
        authority = HttpAuthority(stack.url, lambda: "Bearer orders")
        token = stack.token()
        assert authority.key(some.key(1).id) is not None
    post = over_wsgi(RequireGrantWsgi(orders.wsgi, some.AUDIENCE, authority, now=lambda: stack.now))
    assert post(stack.headers(token)).status == 503
    assert orders.done == []
    authority.close()


def test_a_back_end_that_the_issuer_does_not_know_does_nothing(kind: str) -> None:
    for credentials in ("Bearer mallory", "Bearer refunds", ""):

        def as_somebody_else(url: str, sent: str = credentials) -> HttpAuthority:
            return HttpAuthority(url, lambda: sent)

        with shop(kind, as_somebody_else) as one:
            assert one.post(one.stack.headers(one.stack.token())).status in (401, 503)
            assert one.orders.done == []


# -- keys -----------------------------------------------------------------------------


def test_a_key_that_is_new_is_read_when_it_is_met_but_not_for_everybody_who_names_one() -> None:
    steady = [0.0]
    with grant_stack() as stack, a_way_to(stack.url) as way:
        asked = way.asked
        authority = HttpAuthority(stack.url, lambda: "", address=way.url, steady=lambda: steady[0])
        assert authority.key(some.key(1).id) is not None
        assert len(asked) == 1
        for number in range(20):
            assert authority.key(f"made up {number}") is None
        assert len(asked) == 1
        stack.ring = stack.ring.rotated(some.key(3), stack.now)
        steady[0] = 11
        assert authority.key(some.key(3).id) is not None
        assert len(asked) == 2
        steady[0] = 100
        assert authority.key(some.key(1).id) is not None
        assert len(asked) == 2
        stack.now += timedelta(seconds=400)
        steady[0] = 312
        assert authority.key(some.key(1).id) is None  # given up by its issuer
        assert len(asked) == 3
        authority.close()


def test_keys_that_were_read_stay_while_the_issuer_is_away_and_none_are_made_up() -> None:
    steady = [0.0]
    with grant_stack() as stack:
        authority = HttpAuthority(stack.url, lambda: "", steady=lambda: steady[0])
        assert authority.key(some.key(1).id) is not None
    steady[0] = 1000
    assert authority.key(some.key(1).id) is not None
    assert authority.key("other") is None
    authority.close()
    never = HttpAuthority(f"http://127.0.0.1:{free_port()}", lambda: "", steady=lambda: steady[0])
    for _ in range(2):
        with pytest.raises(GrantsUnavailable):
            never.key("any")


def test_an_issuer_is_not_asked_in_the_clear() -> None:
    HttpAuthority("https://grants.example", lambda: "")
    HttpAuthority("http://127.0.0.1:8080", lambda: "")
    for url in ("http://grants.example", "grants.example", "https://grants.example/"):
        with pytest.raises(SettingsError):
            HttpAuthority(url, lambda: "")


# -- without HTTP ---------------------------------------------------------------------


def checked(stack: Stack, token: str, act: Act | None = None, **changed: Any) -> Grant:
    keys = {some.key(1).id: some.key(1).secret}
    asked: dict[str, Any] = {
        "audience": some.AUDIENCE,
        "authority": StoreAuthority(stack.url, stack.store, lambda: keys, lambda: stack.now),
        "now": stack.now,
        "attempt": secrets.token_urlsafe(24),
        **changed,
    }
    return check_grant(
        stack.headers(token), "POST", some.URL, act or Act(some.ACTION, some.ARGUMENTS), **asked
    )


def test_the_plain_function_checks_the_same_over_the_store_itself() -> None:
    with grant_stack() as stack:
        token = stack.token()
        with pytest.raises(GrantRefused, match="other arguments"):
            checked(stack, token, Act(some.ACTION, "{}"))
        with pytest.raises(GrantRefused, match="not for 'refund'"):
            checked(stack, token, Act("refund", some.ARGUMENTS))
        with pytest.raises(InvalidRequest, match="reorders"):
            checked(stack, token, Act(some.ACTION, json.dumps({"a": "\u202e"})))
        grant = checked(stack, token, attempt="a" * 32)
        assert grant.id == GrantId("gr_0")
        assert checked(stack, token, attempt="a" * 32) == grant  # the same attempt, asked again
        with pytest.raises(GrantRefused, match="AlreadyConsumed"):
            checked(stack, token)


def test_a_mapping_of_ones_own_names_the_act_and_its_arguments() -> None:
    def act_of(request: Any) -> Act:
        _, order, verb = request.path.split("/")
        return Act(
            f"{verb}_order", json.dumps({"order_id": order, "reason": json.loads(request.body)["reason"]})
        )

    with shop("asgi", act_of=act_of) as one:
        token = one.stack.token()
        headers = one.stack.headers(token, url=some.AUDIENCE + "/W1/cancel")
        assert one.post(headers, "/W2/cancel", b'{"reason":"no longer needed"}').status == 401
        assert one.post(headers, "/W1/cancel", b'{"reason":"no longer needed"}').status == 200


# -- the ways of ASGI -----------------------------------------------------------------


async def conversation(
    app: RequireGrant, scope: dict[str, Any], *messages: dict[str, Any]
) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def answer(message: Any) -> None:
        sent.append(dict(message))

    await app(scope, receive, answer)
    return sent


def mounted(stack: Stack, orders: Orders) -> RequireGrant:
    keys = {some.key(1).id: some.key(1).secret}
    authority = StoreAuthority(stack.url, stack.store, lambda: keys, lambda: stack.now)
    return RequireGrant(orders, some.AUDIENCE, authority, now=lambda: stack.now, body_seconds=0.2)


def scope_of(stack: Stack, token: str) -> dict[str, Any]:
    headers = [(name.lower().encode(), value.encode()) for name, value in stack.headers(token)]
    return {"type": "http", "method": "POST", "path": PATH, "query_string": b"", "headers": headers}


async def test_a_websocket_is_closed_and_a_lifespan_passes() -> None:
    with grant_stack() as stack:
        orders = Orders()
        app = mounted(stack, orders)
        sent = await conversation(app, {"type": "websocket", "path": PATH, "headers": []})
        assert [message["type"] for message in sent] == ["websocket.close"]
        sent = await conversation(app, {"type": "lifespan"})
        assert sent[0]["type"] == "lifespan.startup.complete"
        assert orders.done == []


async def test_a_body_in_pieces_is_one_body_and_one_that_breaks_off_is_none() -> None:
    with grant_stack() as stack:
        orders = Orders()
        app = mounted(stack, orders)
        token = stack.token()
        pieces = [
            {"type": "http.request", "body": BODY[at : at + 7], "more_body": True}
            for at in range(0, len(BODY), 7)
        ]
        sent = await conversation(app, scope_of(stack, token), *pieces)
        assert sent[0]["status"] == 400
        assert orders.done == []
        sent = await conversation(app, scope_of(stack, token), *pieces, {"type": "http.request", "body": b""})
        assert sent[0]["status"] == 200
        assert orders.done[0][1] == BODY
