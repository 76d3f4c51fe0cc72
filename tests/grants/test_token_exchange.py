"""A grant is given for exactly what was decided, to the workload it was decided for, and for nothing besides."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from answerable.grants import DecisionId, DpopKey, Grant, Permit, bound_to, issue
from answerable.grants.forms import read_form
from answerable.grants.token_exchange import exchange, exchanged, read_exchange
from answerable.testing import sample_grants as some
from answerable.values import GrantId, TraceId, WorkloadId
from answerable.values.errors import GrantRefused, NotAuthenticated

HOLDER = DpopKey(some.HOLDER.id)
PERMIT = some.permit()
DETAILS = {
    "type": "answerable_action",
    "actions": [some.ACTION],
    "locations": [some.AUDIENCE],
    "arguments_digest": PERMIT.intent.arguments,
    "decision": {"trace": PERMIT.decision.trace, "digest": PERMIT.decision.digest},
}
FORM: dict[str, Any] = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token": "svid",
    "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
    "audience": some.AUDIENCE,
    "authorization_details": json.dumps([DETAILS]),
}


def proven(token: str) -> WorkloadId:
    if token != "svid":
        raise NotAuthenticated("the SVID does not hold")
    return some.WORKLOAD


def asked(form: dict[str, Any] | None = None, **changed: Any) -> Grant:
    body = urlencode({name: value for name, value in {**FORM, **(form or {})}.items() if value is not ...})
    given: dict[str, Any] = {
        "verify_subject": proven,
        "may_ask_for": lambda workload: workload == some.WORKLOAD,
        "find_permit": lambda decision, _: {PERMIT.decision: PERMIT}.get(decision),
        "id": GrantId("gr_1"),
        "now": some.NOW,
        **changed,
    }
    grant, permit = exchange(read_exchange(read_form(body.encode())), given.pop("holder", HOLDER), **given)
    assert permit == given["find_permit"](permit.decision, some.WORKLOAD)
    return grant


def test_a_workload_is_given_a_grant_for_what_was_decided() -> None:
    grant = asked()
    assert grant.intent == PERMIT.intent
    assert grant.decision == PERMIT.decision
    assert grant.basis == PERMIT.basis
    assert grant.confirmation == HOLDER
    assert grant.expires - grant.issued == timedelta(seconds=30)


def test_the_response_says_what_kind_of_token_it_is() -> None:
    grant = asked()
    body = exchanged(grant, issue(grant, some.key(), some.ISSUER))
    assert body["token_type"] == "DPoP"
    assert body["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    assert body["expires_in"] == 30
    assert body["authorization_details"][0]["actions"] == (some.ACTION,)
    assert exchanged(asked(holder=bound_to(b"certificate")), "t")["token_type"] == "Bearer"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"grant_type": ...}, "invalid_request"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"subject_token": ...}, "invalid_request"),
        ({"subject_token": "forged"}, "invalid_request"),
        ({"subject_token_type": ...}, "invalid_request"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:access_token"}, "invalid_request"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}, "invalid_request"),
        ({"actor_token": "x"}, "invalid_request"),
        ({"scope": "all"}, "invalid_request"),
        ({"resource": some.AUDIENCE}, "invalid_request"),
        ({"audience": ...}, "invalid_request"),
        ({"audience": "https://refunds.example"}, "invalid_target"),
        ({"authorization_details": ...}, "invalid_request"),
    ],
)
def test_a_request_of_another_kind_is_refused(form: dict[str, Any], code: str) -> None:
    with pytest.raises(GrantRefused) as refused:
        asked(form)
    assert refused.value.code == code


CHANGES: list[dict[str, Any]] = [
    {"type": "payment_initiation"}, {"type": ...}, {"actions": []}, {"actions": ["a", "b"]}, {"actions": ...},
    {"locations": []}, {"locations": [some.AUDIENCE] * 2}, {"arguments_digest": "x"}, {"arguments_digest": ...},
    {"decision": ...}, {"decision": {"trace": "tr_1", "digest": "x"}}, {"privileges": ["admin"]}, {"identifier": 1},
    {"decision": {"trace": "", "digest": PERMIT.decision.digest}},
]  # fmt: skip


def changed_details(changed: dict[str, Any]) -> str:
    return json.dumps([{name: value for name, value in {**DETAILS, **changed}.items() if value is not ...}])


@pytest.mark.parametrize(
    "details",
    [
        "x", "{}", "[]", "[1]", "null", "[" * 5000, json.dumps([DETAILS, DETAILS]), json.dumps(DETAILS),
        json.dumps([DETAILS])[:-2] + ',"type":"answerable_action"}]', *map(changed_details, CHANGES),
    ],
)  # fmt: skip
def test_details_of_other_than_one_act_are_refused(details: str) -> None:
    with pytest.raises(GrantRefused) as refused:
        asked({"authorization_details": details})
    assert refused.value.code == "invalid_authorization_details"


def with_details(**changed: Any) -> dict[str, Any]:
    return {"authorization_details": json.dumps([{**DETAILS, **changed}])}


@pytest.mark.parametrize(
    ("form", "changed", "why"),
    [
        ({}, {"may_ask_for": lambda _: False}, "may not ask"),
        ({}, {"find_permit": lambda *_: None}, "permits nothing"),
        ({}, {"find_permit": lambda *_: some.permit(1)}, "permits nothing"),
        (with_details(decision={"trace": "tr_1", "digest": some.digest("entry 1")}), {}, "permits nothing"),
        (with_details(decision={"trace": "tr_9", "digest": PERMIT.decision.digest}), {}, "permits nothing"),
        (with_details(actions=["refund"]), {}, "another act"),
        (with_details(arguments_digest=some.digest("other")), {}, "another arguments"),
        (with_details(identifier='Order::"W2"'), {}, "another resource"),
        (with_details(identifier=""), {}, "another resource"),
        (
            {"audience": "https://b.example", **with_details(locations=["https://b.example"])},
            {},
            "another back end",
        ),
        (
            {},
            {"verify_subject": lambda _: "spiffe://shop.example/other", "may_ask_for": lambda _: True},
            "another workload",
        ),
        ({}, {"now": PERMIT.until}, "no grant"),
        ({}, {"lifetime": timedelta(seconds=301)}, "no grant"),
    ],
)
def test_what_was_not_decided_so_is_denied(form: dict[str, Any], changed: dict[str, Any], why: str) -> None:
    with pytest.raises(GrantRefused, match=why) as refused:
        asked(form, **changed)
    assert refused.value.code == "access_denied"


def test_a_decision_is_looked_up_only_for_a_workload_that_is_proven() -> None:
    looked: list[DecisionId] = []

    def find(decision: DecisionId, _: WorkloadId) -> Permit | None:
        looked.append(decision)
        return None

    for changed in ({"form": {"subject_token": "forged"}}, {"may_ask_for": lambda _: False}):
        with pytest.raises(GrantRefused):
            asked(changed.pop("form", None), find_permit=find, **changed)  # type: ignore[arg-type]
    assert looked == []


def test_a_grant_takes_over_from_its_permit_what_the_request_did_not_say() -> None:
    permit = some.permit(approved_by=("ruth",))
    other = replace(permit, decision=DecisionId(TraceId("tr_0"), permit.decision.digest))
    grant = asked(find_permit=lambda decision, _: {other.decision: other}.get(decision))
    assert (grant.basis, grant.bundle, grant.intent) == (other.basis, other.bundle, other.intent)


def test_a_resource_that_is_asked_for_by_name_is_the_one_that_was_decided_on() -> None:
    assert asked(with_details(identifier=PERMIT.intent.resource)).intent == PERMIT.intent
    nowhere = replace(PERMIT, intent=replace(PERMIT.intent, resource=None))
    with pytest.raises(GrantRefused, match="another resource"):
        asked(with_details(identifier="Order W1"), find_permit=lambda *_: nowhere)
