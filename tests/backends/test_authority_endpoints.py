"""The issuer over HTTP: who may ask for what, and what is told to whom."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from grant_stack import FORM, Stack, grant_stack, send
from starlette.requests import Request

from answerable.apps.authority import Caller, create_authority
from answerable.grants import KILL_SWITCH, Outstanding, Revocation, Revoked, read_jwks, read_token
from answerable.grants.metadata import CONSUME, INTROSPECT, JWKS, LIFT, METADATA, REVOKE, SELECT, TOKEN
from answerable.testing import sample_grants as some
from answerable.testing.memory_grants import MemoryGrants
from answerable.testing.serving import serve_in_thread
from answerable.values.errors import GrantsUnavailable

ATTEMPT = "attempt-0123456789abcdef"


@pytest.fixture
def stack() -> Iterator[Stack]:
    with grant_stack() as made:
        yield made


# -- a token for a permit -------------------------------------------------------------


def test_a_workload_exchanges_its_identity_and_a_permit_for_one_grant(stack: Stack) -> None:
    permit = stack.permit()
    answer = stack.exchange(permit)
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json["token_type"] == "DPoP"
    keys = read_jwks(send(stack.url, "GET", JWKS).body)
    grant = read_token(answer.json["access_token"], keys.get, issuer=stack.url)
    assert grant.intent == permit.intent
    assert stack.store.state(grant.id, stack.now) == Outstanding(grant)


def test_a_grant_bound_to_a_certificate_is_given_where_the_connection_has_one() -> None:
    with grant_stack(certificate=lambda _: b"certificate") as stack:
        permit = stack.permit()
        decision = {"trace": permit.decision.trace, "digest": permit.decision.digest}
        details = [
            {
                "type": "answerable_action",
                "actions": [some.ACTION],
                "locations": [some.AUDIENCE],
                "arguments_digest": permit.intent.arguments,
                "decision": decision,
            }
        ]
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": "svid-of-bot",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "audience": some.AUDIENCE,
            "authorization_details": json.dumps(details),
        }
        answer = stack.post(TOKEN, form)
        assert answer.json["token_type"] == "Bearer"
        assert answer.status == 200


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"caller": "other"}, "access_denied"),
        ({"caller": "nobody"}, "access_denied"),
        ({"subject_token": "forged"}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"audience": "https://refunds.example"}, "invalid_target"),
        ({"authorization_details": "[]"}, "invalid_authorization_details"),
        ({"proof": "x"}, "invalid_dpop_proof"),
        ({"proof": some.proof(None, url="https://elsewhere.example/oauth/token")}, "invalid_dpop_proof"),
    ],
)
def test_what_is_not_to_be_had_is_refused_with_a_code_and_no_reason(
    stack: Stack, changed: dict[str, Any], error: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = stack.exchange(stack.permit(), **changed)
    assert (answer.status, answer.json) == (400, {"error": error})
    assert "refused as" in caplog.text
    assert stack.store.outstanding(KILL_SWITCH, stack.now) == []


def test_a_decision_that_nobody_made_permits_nothing(stack: Stack) -> None:
    answer = stack.exchange(some.permit(77))
    assert answer.json == {"error": "access_denied"}


def test_who_waits_for_the_loop_takes_no_thread_from_what_the_loop_does_for_it() -> None:
    """An approval is looked up by the loop that runs approvals, which asks a store in a thread."""
    loops: list[asyncio.AbstractEventLoop] = []

    async def caller(_: Request) -> Caller:
        if not loops:
            loops.append(asyncio.get_running_loop())
            loops[0].set_default_executor(ThreadPoolExecutor(1))
        return Caller("bot")

    class Waits:
        name = "http://127.0.0.1:1"

        def introspect(self, _form: object, _caller: object) -> dict[str, bool]:
            asked = asyncio.run_coroutine_threadsafe(asyncio.to_thread(dict, active=False), loops[0])
            return asked.result(10)

    app = create_authority(Waits(), caller, auth_methods=[])  # type: ignore[arg-type]
    with serve_in_thread(app) as url:
        answer = send(url, "POST", INTROSPECT, b"token=one", [("Content-Type", FORM)])
        assert (answer.status, answer.json) == (200, {"active": False})


def test_a_proof_is_taken_once_and_the_log_says_that_it_came_again(
    stack: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    permit = stack.permit()
    proof = stack.proof(None, stack.url + TOKEN)
    assert stack.exchange(permit, proof=proof).status == 200
    assert stack.exchange(permit, proof=proof).json == {"error": "invalid_dpop_proof"}
    # A warning: nobody sees less, where nothing is set up for it.
    assert "refused as invalid_dpop_proof: the proof was used before" in caplog.text
    assert proof[-20:] not in caplog.text


def test_a_token_without_a_holder_is_not_given(stack: Stack) -> None:
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": "svid-of-bot",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
    }
    assert stack.post(TOKEN, form).status == 400
    two = [("DPoP", stack.proof(None, stack.url + TOKEN)) for _ in range(2)]
    assert stack.post(TOKEN, form, "bot", *two).json == {"error": "invalid_request"}


def test_a_lost_token_is_replaced_and_a_used_permit_is_over(stack: Stack) -> None:
    permit = stack.permit()
    lost, second = stack.token(permit), stack.token(permit)
    assert stack.post(CONSUME, {"token": lost, "attempt": ATTEMPT}, "orders").status == 409
    assert stack.post(CONSUME, {"token": second, "attempt": ATTEMPT}, "orders").status == 200
    assert stack.exchange(permit).json == {"error": "access_denied"}


# -- who asks -------------------------------------------------------------------------


@pytest.mark.parametrize("path", [TOKEN, INTROSPECT, REVOKE, CONSUME, SELECT, LIFT])
def test_nobody_unknown_is_answered(stack: Stack, path: str) -> None:
    for headers in (
        [("Content-Type", FORM)],
        [("Content-Type", FORM), ("Authorization", "Bearer mallory")],
    ):
        answer = send(stack.url, "POST", path, b"token=x", headers)
        assert (answer.status, answer.json) == (401, {"error": "invalid_client"})
        assert "www-authenticate" in answer.headers


@pytest.mark.parametrize("path", [TOKEN, INTROSPECT, REVOKE, CONSUME, SELECT, LIFT])
def test_what_is_no_form_is_refused(stack: Stack, path: str) -> None:
    known = ("Authorization", "Bearer ops")
    for body, kind, status in (
        (b"{}", "application/json", 400),
        (b"a=1&a=2", FORM, 400),
        (b"a=%", FORM, 400),
        (b"a=" + b"x" * 40_000, FORM, 413),
    ):
        answer = send(stack.url, "POST", path, body, [known, ("Content-Type", kind)])
        assert (answer.status, answer.json) == (status, {"error": "invalid_request"})
    assert send(stack.url, "GET", path).status == 405


# -- introspection --------------------------------------------------------------------


def test_a_back_end_learns_of_its_own_grants_whether_they_are_active(stack: Stack) -> None:
    token = stack.token()
    told = stack.post(INTROSPECT, {"token": token, "token_type_hint": "access_token"}, "orders").json
    assert told["active"] is True
    assert told["aud"] == some.AUDIENCE
    assert stack.post(INTROSPECT, {"token": token}, "ops").json == told
    for caller in ("refunds", "bot", "nobody"):
        assert stack.post(INTROSPECT, {"token": token}, caller).json == {"active": False}
    for other in ("x", token + "x", token[:-4] + "AAAA"):
        assert stack.post(INTROSPECT, {"token": other}, "orders").json == {"active": False}
    stack.now += timedelta(seconds=30)
    assert stack.post(INTROSPECT, {"token": token}, "orders").json == {"active": False}


def test_introspection_uses_nothing_up(stack: Stack) -> None:
    token = stack.token()
    for _ in range(3):
        assert stack.post(INTROSPECT, {"token": token}, "orders").json["active"] is True
    assert stack.post(CONSUME, {"token": token, "attempt": ATTEMPT}, "orders").json["consumed"] is True
    assert stack.post(INTROSPECT, {"token": token}, "orders").json == {"active": False}


# -- consumption ----------------------------------------------------------------------


def test_only_the_back_end_that_a_grant_is_for_uses_it_up(stack: Stack) -> None:
    token = stack.token()
    for caller in ("refunds", "bot", "ops", "nobody"):
        answer = stack.post(CONSUME, {"token": token, "attempt": ATTEMPT}, caller)
        assert (answer.status, answer.json) == (409, {"consumed": False, "because": "unknown"})
    assert stack.post(CONSUME, {"token": token, "attempt": ATTEMPT}, "orders").status == 200
    again = stack.post(CONSUME, {"token": token, "attempt": ATTEMPT}, "orders")
    assert (again.status, again.json["consumed"]) == (200, True)
    other = stack.post(CONSUME, {"token": token, "attempt": ATTEMPT + "x"}, "orders")
    assert (other.status, other.json) == (409, {"consumed": False, "because": "already consumed"})


def test_a_consumption_without_an_attempt_is_refused(stack: Stack) -> None:
    token = stack.token()
    for form in ({"token": token}, {"attempt": ATTEMPT}, {"token": token, "attempt": "1"}):
        assert stack.post(CONSUME, form, "orders").json == {"error": "invalid_request"}
    assert len(stack.store.outstanding(KILL_SWITCH, stack.now)) == 1


# -- revocation -----------------------------------------------------------------------


@pytest.mark.parametrize("caller", ["bot", "orders", "ops"])
def test_a_grant_is_revoked_by_its_holder_its_back_end_or_an_operator(stack: Stack, caller: str) -> None:
    token = stack.token()
    answer = stack.post(REVOKE, {"token": token, "token_type_hint": "access_token"}, caller)
    assert (answer.status, answer.body) == (200, b"")
    assert stack.post(CONSUME, {"token": token, "attempt": ATTEMPT}, "orders").json["because"] == "revoked"


def test_nobody_else_revokes_a_grant(stack: Stack) -> None:
    token = stack.token()
    for caller in ("other", "refunds", "nobody"):
        assert stack.post(REVOKE, {"token": token}, caller).json == {"error": "unauthorized_client"}
    assert stack.post(CONSUME, {"token": token, "attempt": ATTEMPT}, "orders").status == 200


def test_revoking_what_is_no_token_is_no_error(stack: Stack) -> None:
    for token in ("x", "a.b.c"):
        assert stack.post(REVOKE, {"token": token}, "nobody").status == 200


def test_the_kill_switch_stops_what_is_out_and_what_would_be_and_is_lifted(stack: Stack) -> None:
    token = stack.token()
    form = {"selector": "everything", "reason": "something is wrong"}
    assert stack.post(SELECT, form, "ops").status == 204
    assert stack.post(CONSUME, {"token": token, "attempt": ATTEMPT}, "orders").json["because"] == "revoked"
    assert stack.exchange(stack.permit(1)).json == {"error": "access_denied"}
    assert stack.store.revocations() == [Revocation(KILL_SWITCH, stack.now, "ops", "something is wrong")]
    assert stack.post(LIFT, {"selector": "everything"}, "ops").json == {"lifted": 1}
    assert stack.post(CONSUME, {"token": token, "attempt": ATTEMPT}, "orders").status == 409
    assert stack.exchange(stack.permit(1)).status == 200


def test_only_an_operator_revokes_by_selector_and_says_why(stack: Stack) -> None:
    form = {"selector": "everything", "reason": "x"}
    for caller in ("bot", "orders", "nobody"):
        for path in (SELECT, LIFT):
            assert stack.post(path, form, caller).json == {"error": "unauthorized_client"}
    for wrong in (
        {"selector": "everything"},
        {"selector": "planet", "value": "earth", "reason": "x"},
        {"selector": "workload", "reason": "x"},
        {"selector": "everything", "value": "x", "reason": "x"},
    ):
        assert stack.post(SELECT, wrong, "ops").json == {"error": "invalid_request"}
    assert stack.store.revocations() == []


# -- what it says of itself -----------------------------------------------------------


def test_the_metadata_names_endpoints_that_are_there(stack: Stack) -> None:
    told = send(stack.url, "GET", METADATA).json
    assert told["issuer"] == stack.url
    for name in (
        "token_endpoint",
        "introspection_endpoint",
        "revocation_endpoint",
        "answerable_consumption_endpoint",
    ):
        path = told[name].removeprefix(stack.url)
        assert send(stack.url, "POST", path).status == 401
    assert send(stack.url, "GET", told["jwks_uri"].removeprefix(stack.url)).status == 200


def test_keys_are_published_as_they_are_rotated(stack: Stack) -> None:
    token = stack.token()
    stack.ring = stack.ring.rotated(some.key(3), stack.now)
    answer = send(stack.url, "GET", JWKS)
    assert "max-age" in answer.headers["cache-control"]
    keys = read_jwks(answer.body)
    assert set(keys) == {some.key(number).id for number in (1, 2, 3)}
    assert stack.post(INTROSPECT, {"token": token}, "orders").json["active"] is True
    read_token(stack.token(stack.permit(1)), keys.get, issuer=stack.url)


# -- faults ---------------------------------------------------------------------------


class Failing(MemoryGrants):
    """A store that can't be asked; or that has done what it was asked, and then can't answer."""

    def __init__(self) -> None:
        super().__init__()
        self.fault = ""

    @contextmanager
    def failing(self, when: str) -> Iterator[None]:
        self.fault = when
        yield
        self.fault = ""

    def issue(self, *asked: Any) -> Any:
        return self._maybe(super().issue, *asked)

    def consume(self, *asked: Any) -> Any:
        return self._maybe(super().consume, *asked)

    def _maybe(self, act: Any, *asked: Any) -> Any:
        if self.fault == "before":
            raise GrantsUnavailable("the disk is gone")
        answer = act(*asked)
        if self.fault == "after":
            raise GrantsUnavailable("the disk is gone")
        return answer


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_store_that_fails_gives_no_token_and_takes_no_grant(when: str) -> None:
    store = Failing()
    with grant_stack(store) as stack:
        permit = stack.permit()
        with store.failing(when):
            answer = stack.exchange(permit)
        assert (answer.status, answer.json) == (503, {"error": "temporarily_unavailable"})
        token = stack.token(permit)  # asked again, it is given, and is the only one that lives
        assert len(store.outstanding(KILL_SWITCH, stack.now)) == 1
        form = {"token": token, "attempt": ATTEMPT}
        with store.failing(when):
            answer = stack.post(CONSUME, form, "orders")
        assert (answer.status, answer.json) == (503, {"error": "temporarily_unavailable"})
        assert stack.post(CONSUME, form, "orders").status == 200
        assert stack.post(CONSUME, {**form, "attempt": ATTEMPT + "x"}, "orders").status == 409


def test_a_grant_that_was_revoked_by_token_is_on_record(stack: Stack) -> None:
    grant = read_token(stack.token(), {some.key(1).id: some.key(1).secret}.get, issuer=stack.url)
    token = stack.token(stack.permit(1))
    stack.post(REVOKE, {"token": token}, "bot")
    [kept] = stack.store.revocations()
    assert (kept.by, kept.selection.selector.value) == ("bot", "grant")
    assert stack.store.state(grant.id, stack.now) == Outstanding(grant)
    assert isinstance(stack.store.state(type(grant.id)(kept.selection.value), stack.now), Revoked)
