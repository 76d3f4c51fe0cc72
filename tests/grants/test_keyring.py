"""Keys follow one another, and what one of them signed can be checked until it has expired."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.grants import LONGEST_LIFETIME, KeyRing, issue, new_key, read_jwks, read_token
from answerable.grants.keyring import MOST_BYTES, read_ring, written_ring
from answerable.testing import sample_grants as some
from answerable.values.errors import GrantRefused, SettingsError

RING = KeyRing(some.key(1), some.key(2))


def published(ring: KeyRing, seconds: float = 0) -> dict[str, Any]:
    now = some.NOW + timedelta(seconds=seconds)
    return read_jwks(json.dumps(ring.jwks(now)).encode())


def test_the_next_key_is_known_before_it_signs() -> None:
    known = published(RING)
    rotated = RING.rotated(some.key(3), some.NOW)
    assert rotated.current == some.key(2)
    token = issue(some.grant(), rotated.current, some.ISSUER)
    assert read_token(token, known.get, issuer=some.ISSUER) == some.grant()


def test_a_retired_key_is_known_until_the_last_grant_it_signed_has_expired_and_no_longer() -> None:
    token = issue(some.grant(lifetime=LONGEST_LIFETIME), RING.current, some.ISSUER)
    ring = RING.rotated(some.key(3), some.NOW)
    for seconds in (0, 299, 300):
        read_token(token, published(ring, seconds).get, issuer=some.ISSUER)
    with pytest.raises(GrantRefused):
        read_token(token, published(ring, 331).get, issuer=some.ISSUER)
    again = ring.rotated(some.key(4), some.NOW + timedelta(seconds=331))
    assert [one.id for one in again.retired] == [some.key(2).id]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 700), max_size=6))
def test_however_often_keys_are_rotated_every_living_grant_can_be_checked(pauses: list[int]) -> None:
    ring, now, number = RING, some.NOW, 3
    living: list[tuple[Any, str]] = []
    for pause in pauses:
        permit = some.permit(number, until=now + timedelta(days=1))
        grant = some.grant(number, permit, now=now, lifetime=LONGEST_LIFETIME)
        living.append((grant, issue(grant, ring.current, some.ISSUER)))
        ring = ring.rotated(some.key(number), now)
        now += timedelta(seconds=pause)
        number += 1
        known = read_jwks(json.dumps(ring.jwks(now)).encode())
        for grant, token in living:
            if now < grant.expires:
                assert read_token(token, known.get, issuer=some.ISSUER) == grant
        assert len(known) <= 2 + len(living)


def test_no_secret_is_published_or_shown() -> None:
    ring = RING.rotated(some.key(3), some.NOW)
    text = json.dumps(ring.jwks(some.NOW)) + repr(ring) + str(ring)
    for number in (1, 2, 3):
        assert str(some.key(number).secret.as_dict(private=True)["d"]) not in text
    assert [set(one) for one in ring.jwks(some.NOW)["keys"]] == [
        {"kty", "crv", "x", "y", "kid", "use", "alg"}
    ] * 3


def test_a_ring_survives_being_written() -> None:
    ring = RING.rotated(some.key(3), some.NOW)
    again = read_ring(written_ring(ring))
    assert again.jwks(some.NOW) == ring.jwks(some.NOW)
    assert again.current.id == ring.current.id
    assert issue(some.grant(), again.current, some.ISSUER)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"current":"x","next":"y","retired":[]}', "null", "[" * 9999]
)
def test_a_ring_that_can_not_be_read_is_not_quoted(text: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_ring(text)
    assert "current" not in str(error.value)


@pytest.mark.parametrize(
    "keys",
    [
        b"", b"[]", b"{}", b'{"keys":1}x', b'{"keys":[]', b'{"keys":[],"keys":[]}', b"x" * (MOST_BYTES + 1), b"\xff",
        b"[" * 9999,
    ],
)  # fmt: skip
def test_what_is_no_set_of_keys_is_refused(keys: bytes) -> None:
    with pytest.raises(ValueError):
        read_jwks(keys)


def test_keys_that_grants_are_never_signed_with_are_passed_over() -> None:
    public = some.key().public()
    others = [
        {**public, "kid": "enc", "use": "enc"},
        {**public, "kid": "alg", "alg": "ES384"},
        {**public, "kid": "crv", "crv": "P-384"},
        {"kty": "oct", "k": "AAAA", "kid": "oct"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "rsa"},
        {**public, "kid": 7},
        public,
        "x",
        None,
    ]
    assert list(read_jwks(json.dumps({"keys": [*others, {**public, "kid": "ok"}]}).encode())) == ["ok"]


@pytest.mark.parametrize(
    "key",
    [
        {**some.key().public(), "kid": "a", "d": "AAAA"},
        {**some.key().public(), "kid": "a", "x": "AAAA"},
        {**some.key().public(), "kid": "a", "y": some.key(1).public()["y"]},
    ],
)
def test_a_secret_or_a_point_that_is_none_condemns_the_set(key: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        read_jwks(json.dumps({"keys": [key]}).encode())


def test_one_id_for_two_keys_is_refused() -> None:
    keys = [{**some.key(number).public(), "kid": "a"} for number in (1, 2)]
    with pytest.raises(ValueError, match="two keys"):
        read_jwks(json.dumps({"keys": keys}).encode())


def test_a_key_is_made_from_enough_randomness() -> None:
    with pytest.raises(ValueError):
        new_key(bytes(39))
    assert new_key(bytes(40)).id != new_key(b"\x01" * 40).id
