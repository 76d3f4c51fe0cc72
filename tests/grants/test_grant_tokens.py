"""A token is one grant, in its holder's hands, at one back end, in its time; changed anywhere it is none."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from forging import forged, signed
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OctKey, RSAKey

from answerable.grants import (
    LONGEST_LIFETIME,
    Approval,
    ClientCertificate,
    DecisionId,
    DpopKey,
    Grant,
    Intent,
    Policies,
    Presented,
    bound_to,
    issue,
    read_token,
    verify_grant,
)
from answerable.grants.claims import claims_json, grant_from_json, grant_json
from answerable.grants.jose import base64url, from_base64url
from answerable.grants.token import AHEAD, MOST_BYTES, TYPE
from answerable.testing import sample_grants as some
from answerable.values import ApprovalId, ConversationId, Digest, GrantId, PolicyId, TraceId, WorkloadId
from answerable.values.errors import GrantRefused

KEY = some.key()
KEYS = {KEY.id: some.key().secret}
GRANT = some.grant()
TOKEN = issue(GRANT, KEY, some.ISSUER)
CERTIFICATE = b"a certificate in DER"

names = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=20)
digests = st.binary(min_size=32, max_size=32).map(lambda data: Digest(f"sha256:{data.hex()}"))
thumbprints = st.binary(min_size=32, max_size=32).map(base64url)
grants = st.builds(
    Grant,
    names.map(GrantId),
    st.builds(
        Intent,
        names,
        digests,
        names,
        names.map(WorkloadId),
        st.none() | names,
        st.none() | names,
        st.none() | names.map(ConversationId),
    ),
    st.builds(DecisionId, names.map(TraceId), digests),
    st.builds(Policies, st.lists(names.map(PolicyId), min_size=1, max_size=4).map(tuple))
    | st.builds(Approval, names.map(ApprovalId), st.lists(names, min_size=1, max_size=3).map(tuple)),
    digests,
    st.builds(DpopKey, thumbprints) | st.builds(ClientCertificate, thumbprints),
    st.just(some.NOW),
    st.integers(1, 300).map(lambda seconds: some.NOW + timedelta(seconds=seconds)),
)


def shown(token: str, **changed: Any) -> Presented:
    given: dict[str, Any] = {"scheme": "DPoP", "method": "POST", "url": some.URL, **changed}
    if "proof" not in given:
        given["proof"] = some.proof(token) if token.isascii() and len(token) < 9000 else None
    return Presented(token=token, **given)


def verify(presented: Presented, **changed: Any) -> Grant:
    asked = {"issuer": some.ISSUER, "audience": some.AUDIENCE, "now": some.NOW, **changed}
    return verify_grant(presented, asked.pop("keys", KEYS.get), **asked)


def with_claims(**changed: Any) -> str:
    """A token that the issuer's key signed and that says something else; a claim that is `...` is left out."""
    claims = {**json.loads(claims_json(GRANT, some.ISSUER)), **changed}
    kept = {name: value for name, value in claims.items() if value is not ...}
    return forged({"alg": "ES256", "typ": TYPE, "kid": KEY.id}, kept, KEY.secret)


def with_details(**changed: Any) -> str:
    [details] = json.loads(claims_json(GRANT, some.ISSUER))["authorization_details"]
    kept = {name: value for name, value in {**details, **changed}.items() if value is not ...}
    return with_claims(authorization_details=[kept])


@settings(max_examples=150, deadline=None)
@given(grants)
def test_what_is_issued_is_read_as_the_same_grant(grant: Grant) -> None:
    token = issue(grant, KEY, some.ISSUER)
    assert len(token) < MOST_BYTES
    assert read_token(token, KEYS.get, issuer=some.ISSUER) == grant
    assert grant_from_json(grant_json(grant)) == grant


def test_a_grant_in_its_holders_hands_is_taken() -> None:
    assert verify(shown(TOKEN)) == GRANT
    assert verify(shown(TOKEN, scheme="dpop")) == GRANT


def test_the_token_says_what_its_standards_say_where() -> None:
    header, payload, _ = TOKEN.split(".")
    assert json.loads(from_base64url(header)) == {
        "alg": "ES256",
        "typ": "answerable-grant+jwt",
        "kid": KEY.id,
    }
    claims = json.loads(from_base64url(payload))
    assert claims["iss"] == some.ISSUER
    assert claims["aud"] == some.AUDIENCE
    assert claims["sub"] == claims["client_id"] == some.WORKLOAD
    assert claims["exp"] - claims["iat"] == 30
    assert claims["cnf"] == {"jkt": some.HOLDER.id}
    [details] = claims["authorization_details"]
    assert details["type"] == "answerable_action"
    assert details["actions"] == ["cancel_order"]
    assert details["locations"] == [some.AUDIENCE]
    assert "W1" not in details["arguments_digest"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"audience": "https://refunds.example"}, "not for"),
        ({"audience": some.AUDIENCE + "/"}, "not for"),
        ({"issuer": "https://grants.example.evil"}, "issuer"),
        ({"now": GRANT.expires}, "expired"),
        ({"now": some.NOW - AHEAD - timedelta(seconds=1)}, "before"),
        ({"keys": {}.get}, "key"),
        ({"keys": {KEY.id: some.key(1).secret}.get}, "not signed"),
    ],
)
def test_a_grant_counts_at_one_back_end_in_its_time_and_from_its_issuer(
    changed: dict[str, Any], why: str
) -> None:
    with pytest.raises(GrantRefused, match=why) as refused:
        verify(shown(TOKEN), **changed)
    assert refused.value.code == "invalid_token"


def test_the_last_moment_is_before_its_end() -> None:
    almost = GRANT.expires - timedelta(microseconds=1)
    assert verify(shown(TOKEN, proof=some.proof(TOKEN, now=almost)), now=almost) == GRANT
    early = some.NOW - AHEAD
    assert verify(shown(TOKEN, proof=some.proof(TOKEN, now=early)), now=early) == GRANT


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"proof": None}, "without a proof"),
        ({"proof": "x"}, "compact"),
        ({"proof": some.proof(TOKEN, by=some.key(9))}, "another key"),
        ({"proof": some.proof(None)}, "another token"),
        ({"proof": some.proof(TOKEN + "x")}, "another token"),
        ({"proof": some.proof(TOKEN, method="GET")}, "method"),
        ({"proof": some.proof(TOKEN, url=some.AUDIENCE + "/refund")}, "not for"),
        ({"scheme": "Bearer"}, "DPoP"),
        ({"scheme": "Bearer", "proof": None, "certificate": CERTIFICATE}, "DPoP"),
        ({"proof": None, "certificate": CERTIFICATE}, "without a proof"),
    ],
)
def test_whoever_has_only_the_token_has_nothing(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(GrantRefused, match=why):
        verify(shown(TOKEN, **changed))


def test_a_grant_bound_to_a_certificate_needs_that_certificate() -> None:
    grant = some.grant(held_by=bound_to(CERTIFICATE))
    token = issue(grant, KEY, some.ISSUER)
    assert verify(shown(token, scheme="Bearer", proof=None, certificate=CERTIFICATE)) == grant
    for changed in (
        {"scheme": "Bearer", "certificate": b"another"},
        {"scheme": "Bearer", "certificate": None},
        {"scheme": "DPoP", "certificate": CERTIFICATE},
    ):
        with pytest.raises(GrantRefused):
            verify(shown(token, proof=some.proof(token), **changed))


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"}, {"alg": "None"}, {"alg": "HS256"}, {"alg": "ES256K"}, {"alg": "RS256"}, {"alg": None},
        {"alg": ["ES256"]},
        {"typ": "JWT"}, {"typ": "at+jwt"}, {"typ": "dpop+jwt"}, {"typ": "ANSWERABLE-GRANT+JWT"}, {"typ": None},
        {"kid": None}, {"kid": 7}, {"kid": "unknown"}, {"kid": ["x"]}, {"crit": ["exp"], "exp": 1}, {"b64": False},
        {"kid": None, "jwk": KEY.public()}, {"kid": "x", "jku": "https://evil.example/jwks"},
    ],
)  # fmt: skip
def test_no_header_leads_to_another_key_or_algorithm(header: dict[str, Any]) -> None:
    claims = claims_json(GRANT, some.ISSUER)
    good = {"alg": "ES256", "typ": TYPE, "kid": KEY.id}
    verify(shown(forged(good, claims, KEY.secret)))
    with pytest.raises(GrantRefused):
        verify(shown(forged({**good, **header}, claims, KEY.secret)))


def test_a_key_in_the_header_is_not_used() -> None:
    mine = some.key(66)
    claims = claims_json(GRANT, some.ISSUER)
    for header in (
        {"kid": KEY.id, "jwk": mine.public()},
        {"kid": mine.id, "jwk": mine.public()},
        {"kid": KEY.id},
    ):
        with pytest.raises(GrantRefused):
            verify(shown(forged({"alg": "ES256", "typ": TYPE, **header}, claims, mine.secret)))


def test_the_public_key_is_no_secret_that_a_signature_can_be_made_with() -> None:
    claims = claims_json(GRANT, some.ISSUER)
    pem = KEY.secret.as_pem(private=False)
    for secret in (pem, json.dumps(KEY.public()).encode(), pem + b"\n"):
        key = OctKey.import_key(base64url(secret))
        header = {"alg": "HS256", "typ": TYPE, "kid": KEY.id}
        for algorithm in ("HS256", "HS512"):
            token = jws.serialize_compact({**header, "alg": algorithm}, claims, key, [algorithm])
            with pytest.raises(GrantRefused):
                verify(shown(token))
    rsa = RSAKey.generate_key(2048)
    token = jws.serialize_compact({"alg": "RS256", "typ": TYPE, "kid": KEY.id}, claims, rsa, ["RS256"])
    with pytest.raises(GrantRefused):
        verify(shown(token))


def test_a_token_without_a_signature_is_none() -> None:
    header, payload, signature = TOKEN.split(".")
    none = base64url(json.dumps({"alg": "none", "typ": TYPE, "kid": KEY.id}).encode())
    for token in (
        f"{none}.{payload}.",
        f"{none}.{payload}.{signature}",
        f"{header}.{payload}.",
        f"{header}.{payload}.{base64url(bytes(64))}",
        f"{header}.{payload}.{base64url(from_base64url(signature)[:63])}",
        f"{header}.{payload}.{base64url(from_base64url(signature) + b'x')}",
    ):
        with pytest.raises(GrantRefused):
            verify(shown(token))


LATER = int(GRANT.expires.timestamp())
ISSUED = int(GRANT.issued.timestamp())


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": ...}, {"iss": None}, {"iss": [some.ISSUER]}, {"iss": some.ISSUER + "/"},
        {"aud": ...}, {"aud": [some.AUDIENCE]}, {"aud": [some.AUDIENCE, "https://b.example"]}, {"aud": "*"},
        {"aud": ""},
        {"sub": ...}, {"sub": "spiffe://other"}, {"client_id": "spiffe://other"}, {"client_id": ...},
        {"sub": "", "client_id": ""},
        {"jti": ...}, {"jti": ""}, {"jti": 7}, {"jti": "x" * 600}, {"jti": "a\nb"},
        {"iat": ...}, {"iat": "1"}, {"iat": True}, {"iat": ISSUED + 60}, {"iat": -(10**18)}, {"nbf": ...},
        {"nbf": ISSUED - 1},
        {"exp": ...}, {"exp": None}, {"exp": ISSUED}, {"exp": ISSUED + 301}, {"exp": 10**30},
        {"exp": float(LATER) + 0.5},
        {"iat": ISSUED - 400, "nbf": ISSUED - 400},
        {"cnf": ...}, {"cnf": {}}, {"cnf": None}, {"cnf": {"jkt": some.HOLDER.id, "x5t#S256": some.HOLDER.id}},
        {"cnf": {"jkt": "x"}},
        {"cnf": {"jkt": some.HOLDER.id, "kid": "x"}}, {"cnf": {"jwk": some.HOLDER.public()}},
        {"authorization_details": ...}, {"authorization_details": []}, {"authorization_details": {}},
        {"scope": "everything"},
    ],
)  # fmt: skip
def test_a_signed_token_that_says_something_else_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(GrantRefused):
        verify(shown(with_claims(**changed)))


@pytest.mark.parametrize(
    "changed",
    [
        {"type": ...}, {"type": "payment"}, {"actions": []}, {"actions": ["cancel_order", "refund"]},
        {"actions": "cancel_order"},
        {"actions": [""]}, {"actions": ...}, {"locations": []}, {"locations": [some.AUDIENCE, "https://b.example"]},
        {"locations": ...},
        {"locations": ["https://b.example"]}, {"arguments_digest": ...}, {"arguments_digest": "sha256:00"},
        {"arguments_digest": None},
        {"arguments_digest": GRANT.intent.arguments.upper()}, {"decision": ...}, {"decision": {"trace": "tr_1"}},
        {"decision": "tr_1"},
        {"bundle": ...}, {"bundle": "latest"}, {"policies": ...}, {"policies": []},
        {"approval": {"id": "a", "by": ["ruth"]}},
        {"policies": ..., "approval": {"id": "a", "by": []}}, {"policies": ["x"] * 33}, {"identifier": ""},
        {"privileges": ["admin"]},
        {"conversation": 7}, {"customer": "a\u202eb"},
    ],
)  # fmt: skip
def test_a_signed_token_for_other_than_one_act_is_refused(changed: dict[str, Any]) -> None:
    assert verify(shown(with_details())) == GRANT
    with pytest.raises(GrantRefused):
        verify(shown(with_details(**changed)))


def test_two_acts_in_one_token_are_refused() -> None:
    [details] = json.loads(claims_json(GRANT, some.ISSUER))["authorization_details"]
    with pytest.raises(GrantRefused, match="2 acts"):
        verify(shown(with_claims(authorization_details=[details, details])))


def test_a_name_given_twice_in_a_token_is_refused() -> None:
    header = b'{"alg":"ES256","typ":"answerable-grant+jwt","kid":"' + KEY.id.encode() + b'"}'
    claims = claims_json(GRANT, some.ISSUER)
    verify(shown(forged(header, claims, KEY.secret)))
    for first, second in (
        (header[:-1] + b',"alg":"ES256"}', claims),
        (header, claims[:-1] + b',"aud":"https://orders.example"}'),
        (header, claims.replace(b'{"jkt"', b'{"jkt":"x","jkt"')),
    ):
        with pytest.raises(GrantRefused, match="twice"):
            verify(shown(forged(first, second, KEY.secret)))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_token_changed_anywhere_is_none(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(TOKEN) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda letter: letter != TOKEN[at]))
    changed = TOKEN[:at] + other + TOKEN[at + 1 :]
    with pytest.raises(GrantRefused):
        read_token(changed, KEYS.get, issuer=some.ISSUER)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_token_cut_or_lengthened_anywhere_is_none(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(TOKEN)))
    extra = data.draw(st.text(st.sampled_from("Aa0-_=. \n"), max_size=3))
    for changed in (TOKEN[:at], TOKEN[at:], TOKEN[:at] + extra + TOKEN[at:]):
        if changed != TOKEN:
            with pytest.raises(GrantRefused):
                read_token(changed, KEYS.get, issuer=some.ISSUER)


def test_every_part_of_one_token_is_bound_to_every_other() -> None:
    other = issue(some.grant(1), KEY, some.ISSUER).split(".")
    mine = TOKEN.split(".")
    for at in range(1, 3):
        swapped = [*mine[:at], other[at], *mine[at + 1 :]]
        with pytest.raises(GrantRefused):
            read_token(".".join(swapped), KEYS.get, issuer=some.ISSUER)


def test_every_claim_is_covered_by_the_signature() -> None:
    header, payload, signature = TOKEN.split(".")
    claims = json.loads(from_base64url(payload))
    [details] = claims["authorization_details"]
    changes = [{**claims, name: "x"} for name in claims]
    changes += [{**claims, "authorization_details": [{**details, name: "x"}]} for name in details]
    for changed in changes:
        token = f"{header}.{base64url(json.dumps(changed).encode())}.{signature}"
        with pytest.raises(GrantRefused, match="not signed"):
            read_token(token, KEYS.get, issuer=some.ISSUER)


@pytest.mark.parametrize(
    "text",
    ["", "a", "..", "a.b.c.d", "é.é.é", "\ud800", "{}", " " + TOKEN, TOKEN + "\n", "A" * (MOST_BYTES + 1)],
)
def test_what_is_no_token_at_all_is_refused(text: str) -> None:
    with pytest.raises(GrantRefused):
        read_token(text, KEYS.get, issuer=some.ISSUER)


def test_an_oversized_token_is_refused_before_it_is_read() -> None:
    claims = {**json.loads(claims_json(GRANT, some.ISSUER)), "x": "y" * MOST_BYTES}
    with pytest.raises(GrantRefused, match="larger"):
        verify(shown(forged({"alg": "ES256", "typ": TYPE, "kid": KEY.id}, claims, KEY.secret)))


def test_a_reason_is_for_the_owner_and_says_nothing_of_the_token() -> None:
    with pytest.raises(GrantRefused) as refused:
        verify(shown(TOKEN), now=GRANT.expires)
    assert TOKEN not in str(refused.value)
    assert TOKEN.split(".")[2] not in str(refused.value)


def test_another_form_of_signature_over_the_same_text_is_refused() -> None:
    header, payload, _ = TOKEN.split(".")
    text = f"{header}.{payload}"
    assert verify(shown(signed(text, KEY.secret))) == GRANT
    with pytest.raises(GrantRefused):
        verify(shown(signed(text, some.key(5).secret)))


@pytest.mark.parametrize("seconds", [0, -1, 301])
def test_no_grant_is_made_for_no_time_or_for_long(seconds: int) -> None:
    with pytest.raises(ValueError):
        some.grant(lifetime=timedelta(seconds=seconds))
    assert some.grant(lifetime=LONGEST_LIFETIME).expires - some.NOW == LONGEST_LIFETIME


def test_a_grant_does_not_outlast_its_permit() -> None:
    permit = some.permit(until=some.NOW + timedelta(seconds=10))
    assert some.grant(of=permit).expires == permit.until
    with pytest.raises(ValueError):
        some.grant(of=permit, now=permit.until)


@pytest.mark.parametrize(
    "changed",
    [
        {"action": ""}, {"action": "a\nb"}, {"action": "x" * 513}, {"arguments": "sha256:x"}, {"audience": ""},
        {"workload": ""},
        {"resource": ""}, {"customer": "\ud800"}, {"conversation": "\u202e"},
    ],
)  # fmt: skip
def test_an_intent_that_can_not_stand_in_a_token_is_never_made(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        replace(GRANT.intent, **changed)
