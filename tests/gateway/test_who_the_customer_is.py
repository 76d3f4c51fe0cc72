"""Who the customer is rests on a login service's signature, or is recorded as resting on nothing."""

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from gateway_stack import HELLO, Answer, Programmed, Stack, either, gateway
from joserfc.jwk import ECKey

from answerable.apps.chain import Chain
from answerable.apps.ledger.report_content import asked
from answerable.testing.authorities import forged, token

LOGIN = "https://login.shop.example"
KEY, OTHER = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
REFUSED = "the gate does not accept this customer assertion; its owner finds the reason in its log"


def seconds() -> int:
    return int(datetime.now(UTC).timestamp())


def assertion(key: ECKey = KEY, kid: str = "k1", **claims: Any) -> str:
    said = {"iss": LOGIN, "aud": "support-chat", "sub": "u-7", "acr": "otp", "iat": seconds()}
    return token(key, kid, claims={**said, "exp": seconds() + 600, **claims})


@pytest.fixture(scope="module")
def upstream() -> Programmed:
    return Programmed(either("Order L-100 has shipped."))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, upstream: Programmed) -> Iterator[Stack]:
    """A gateway with a login service."""
    folder = tmp_path_factory.mktemp("login")
    keys = {"keys": [{**KEY.as_dict(private=False), "kid": "k1"}]}
    (folder / "keys.json").write_text(json.dumps(keys))
    (folder / "issuers.yaml").write_text(
        f"- issuer: {LOGIN}\n  audience: support-chat\n  keys: keys.json\n"
        "  assurance: {otp: aal2, pwd: aal1}\n"
    )
    with gateway(upstream.app, folder / "ledger.db", customer_issuers=folder / "issuers.yaml") as running:
        yield running


@pytest.fixture(scope="module")
def trusting(tmp_path_factory: pytest.TempPathFactory, upstream: Programmed) -> Iterator[Stack]:
    """A gateway that knows no login service."""
    with gateway(upstream.app, tmp_path_factory.mktemp("word") / "ledger.db") as running:
        yield running


def customer(chain: Chain) -> tuple[str | None, int, object]:
    assert chain.asked is not None
    return chain.asked.customer, chain.exchange.assurance, chain.exchange.customer_proof


def both(stack: Stack, metadata: Mapping[str, Any]) -> list[Answer]:
    """A chat completion and a check."""
    checked = stack.post("/v1/check", {"reply": "Hi.", "messages": HELLO, "metadata": metadata})
    return [stack.ask(metadata=metadata, stream=False), checked]


def test_an_assertion_says_who_the_customer_is_and_goes_no_further(
    stack: Stack, upstream: Programmed
) -> None:
    shown = assertion()
    for answer in both(stack, {"customer_assertion": shown, "team": "support"}):
        assert customer(stack.chain(answer.trace)) == ("u-7", 2, LOGIN)
    assert upstream.asked[-1].json["metadata"] == {"team": "support"}
    assert shown.encode() not in upstream.asked[-1].body
    told = list(asked(stack.chain(answer.trace)))
    assert ("customer", f"u-7 (vouched for by {LOGIN})") in told
    assert all(shown not in json.dumps(private) for _, private in stack.entries(answer.trace))


def test_a_level_that_is_only_claimed_raises_nothing(stack: Stack) -> None:
    for answer in both(stack, {"customer_assertion": assertion(acr="pwd"), "assurance": "aal3"}):
        assert customer(stack.chain(answer.trace)) == ("u-7", 1, LOGIN)
    for answer in both(stack, {"customer_assertion": assertion(acr=None), "assurance": "aal3"}):
        assert customer(stack.chain(answer.trace)) == ("u-7", 0, LOGIN)


def test_the_same_customer_may_be_named_beside_it_and_no_other(stack: Stack) -> None:
    for answer in both(stack, {"customer_assertion": assertion(), "customer_id": "u-7"}):
        assert answer.status == 200
    for answer in both(stack, {"customer_assertion": assertion(), "customer_id": "u-8"}):
        assert (answer.status, answer.error["param"]) == (400, "metadata.customer_id")


@pytest.mark.parametrize(
    ("metadata", "named"),
    [
        ({"customer_id": "u-7", "assurance": "aal2"}, "u-7"),
        ({"customer": "u-7"}, "u-7"),
        ({"assurance_level": "aal3"}, None),
    ],
)
def test_what_is_only_claimed_is_recorded_as_unproven_and_worth_nothing(
    stack: Stack, metadata: dict[str, str], named: str | None
) -> None:
    for answer in both(stack, metadata):
        assert customer(stack.chain(answer.trace)) == (named, 0, "unproven")
        assert ("customer", f"{named or 'not named'} (unproven)") in asked(stack.chain(answer.trace))


def test_where_nothing_is_claimed_nothing_is_unproven(stack: Stack) -> None:
    for answer in both(stack, {"team": "support"}):
        chain = stack.chain(answer.trace)
        assert chain.asked is not None
        assert (chain.asked.customer, chain.exchange.assurance) == (None, 0)
        assert chain.exchange.customer_proof is msgspec.UNSET


def bad() -> dict[str, str]:
    head, said, _ = assertion().split(".")
    return {
        "expired": assertion(exp=seconds() - 60),
        "is not valid before": assertion(nbf=seconds() + 60),
        "does not say when it was issued": assertion(iat=None),
        "it must be for 'support-chat'": assertion(aud="web-shop"),
        "is none of the customers' issuers": assertion(iss="https://evil.example"),
        "is not by the key": assertion(OTHER),
        "names the key 'k2'": assertion(kid="k2"),
        "signature was left out": f"{head}.{said}.",
        "algorithm is 'none'": forged({"alg": "none", "kid": "k1"}, {"iss": LOGIN}),
        "algorithm is 'HS256'": forged({"alg": "HS256", "kid": "k1"}, {"iss": LOGIN}),
        "has 1 parts": "u-7",
    }


@pytest.mark.parametrize("reason", list(bad()))
def test_an_assertion_that_does_not_hold_is_refused_and_only_the_log_says_why(
    stack: Stack, upstream: Programmed, caplog: pytest.LogCaptureFixture, reason: str
) -> None:
    before = len(upstream.asked)
    with caplog.at_level(logging.WARNING, "answerable.identity"):
        answers = both(stack, {"customer_assertion": bad()[reason]})
    for answer in answers:
        assert answer.status == 400
        assert answer.error["param"] == "metadata.customer_assertion"
        assert answer.error["message"] == REFUSED
    assert caplog.text.count("a customer's assertion was refused: ") == 2
    assert reason in caplog.text
    assert len(upstream.asked) == before


@pytest.mark.parametrize("value", ["", "x" * 16_385, 7, ["a"]])
def test_an_assertion_is_a_text_of_bounded_length(stack: Stack, value: Any) -> None:
    for answer in both(stack, {"customer_assertion": value}):
        assert (answer.status, answer.error["param"]) == (400, "metadata.customer_assertion")


def test_without_a_login_service_the_workloads_word_is_taken_as_before(trusting: Stack) -> None:
    for answer in both(trusting, {"customer_id": "u-7", "assurance": "aal2"}):
        chain = trusting.chain(answer.trace)
        assert chain.asked is not None
        assert (chain.asked.customer, chain.exchange.assurance) == ("u-7", 2)
        assert chain.exchange.customer_proof is msgspec.UNSET


def test_an_assertion_that_nobody_here_can_check_is_refused_and_not_passed_over(
    trusting: Stack, upstream: Programmed
) -> None:
    before = len(upstream.asked)
    for answer in both(trusting, {"customer_assertion": assertion()}):
        assert (answer.status, answer.error["param"]) == (400, "metadata.customer_assertion")
        assert "no customers' issuers" in answer.error["message"]
    assert len(upstream.asked) == before
