"""What a back end is told of a token, and what the issuer says of itself."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.grants import AlreadyConsumed, Consumed, Expired, Outstanding, Revoked, Unknown
from answerable.grants.introspection import consumed, introspected, read_consumption, used_at
from answerable.grants.metadata import metadata, usable_issuer
from answerable.testing import sample_grants as some
from answerable.values.errors import GrantRefused, GrantsUnavailable, SettingsError

ENDED = [AlreadyConsumed(some.NOW), Revoked(), Expired(some.NOW), Unknown()]
ATTEMPT = "a" * 32


def test_an_active_token_is_told_with_everything_that_it_says() -> None:
    body = introspected(Outstanding(some.grant()), some.ISSUER)
    assert body["active"] is True
    assert body["token_type"] == "DPoP"
    assert body["cnf"] == {"jkt": some.HOLDER.id}
    assert {"iss", "aud", "sub", "client_id", "jti", "iat", "nbf", "exp"} <= set(body)
    json.dumps(body)


@pytest.mark.parametrize("state", ENDED)
def test_of_a_token_that_is_not_active_nothing_else_is_told(state: Revoked) -> None:
    assert introspected(state, some.ISSUER) == {"active": False}


def test_a_consumption_is_read_back_as_it_was_answered() -> None:
    answer = json.dumps(consumed(Consumed(some.grant(), some.NOW))).encode()
    assert used_at(answer, "gr_0") == some.NOW
    with pytest.raises(GrantsUnavailable, match="another grant"):
        used_at(answer, "gr_1")


@pytest.mark.parametrize("state", ENDED)
def test_a_grant_that_is_not_consumed_is_never_read_as_one_that_is(state: Revoked) -> None:
    with pytest.raises(GrantRefused):
        used_at(json.dumps(consumed(state)).encode(), "gr_0")


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"{}", b"true", b'{"consumed":1}', b'{"consumed":"true"}', b'{"consumed":true}',
        b'{"consumed":true,"jti":"gr_0"}',
        b'{"consumed":true,"jti":"gr_0","at":"x"}', b'{"consumed":true,"jti":"gr_0","at":"2026-11-30T00:00:00"}',
        b"\xff",
        b'{"active":true}', b"<html>",
    ],
)  # fmt: skip
def test_an_answer_that_can_not_be_read_is_no_yes(answer: bytes) -> None:
    with pytest.raises((GrantsUnavailable, GrantRefused)):
        used_at(answer, "gr_0")


@given(st.binary(max_size=80))
def test_no_bytes_but_an_answer_are_a_yes(answer: bytes) -> None:
    with pytest.raises((GrantsUnavailable, GrantRefused)):
        used_at(answer, "gr_0")


def test_an_attempt_is_named_so_that_nobody_guesses_it() -> None:
    assert read_consumption({"token": "t", "attempt": ATTEMPT}) == ("t", ATTEMPT)
    for form in (
        {"token": "t"},
        {"attempt": ATTEMPT},
        {"token": "t", "attempt": "1"},
        {"token": "t", "attempt": "é" * 32},
    ):
        with pytest.raises(GrantRefused):
            read_consumption(form)


def test_the_metadata_says_where_everything_is_and_what_is_taken() -> None:
    body = metadata(some.ISSUER, ["private_key_jwt"])
    assert body["issuer"] == some.ISSUER
    assert body["token_endpoint"] == "https://grants.example/oauth/token"
    assert body["jwks_uri"] == "https://grants.example/.well-known/jwks.json"
    assert body["dpop_signing_alg_values_supported"] == ["ES256"]
    assert body["authorization_details_types_supported"] == ["answerable_action"]
    assert body["grant_types_supported"] == ["urn:ietf:params:oauth:grant-type:token-exchange"]
    msgspec.json.encode(body)


@pytest.mark.parametrize(
    "name",
    ["", "grants.example", "https://grants.example/", "https://grants.example/a", "https://Grants.example", "https://grants.example:443",
     "https://grants.example?x", "ftp://grants.example", "https://a@grants.example"],
)  # fmt: skip
def test_an_issuer_has_one_way_to_be_written(name: str) -> None:
    assert usable_issuer(some.ISSUER) == some.ISSUER
    with pytest.raises(SettingsError):
        usable_issuer(name)
