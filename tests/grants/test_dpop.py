"""A proof is for one key, one request, one token and one minute, or it is none. RFC 9449's own examples are held to."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from forging import forged, signed
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OctKey, RSAKey

from answerable.grants import make_proof, verify_proof
from answerable.grants.dpop import AHEAD, MOST_BYTES, OLDEST, token_hash
from answerable.grants.jose import base64url, from_base64url, thumbprint
from answerable.testing import sample_grants as some
from answerable.values.errors import GrantRefused

# RFC 9449 sections 4.1, 6.1 and 7.1.
EXAMPLE_KEY = {
    "kty": "EC",
    "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
    "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
    "crv": "P-256",
}
EXAMPLE_THUMBPRINT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
EXAMPLE_PROOF = (
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0Rs"
    "cEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2"
    "In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2Vu"
    "IiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT"
    "3Lg"
)
EXAMPLE_PROOF_WITH_TOKEN = (
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0Rs"
    "cEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2"
    "In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90"
    "ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFby"
    "J9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"
)
EXAMPLE_TOKEN = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
EXAMPLE_AT = datetime.fromtimestamp(1562262618, UTC)

TOKEN = "a.b.c"


def check(proof: str, **changed: Any) -> Any:
    asked: dict[str, Any] = {"method": "POST", "url": some.URL, "now": some.NOW, "token": TOKEN, **changed}
    return verify_proof(proof, asked.pop("method"), asked.pop("url"), **asked)


def made(header: dict[str, Any] | None = None, claims: dict[str, Any] | None = None) -> str:
    """A proof as somebody with a key of their own can make it."""
    whole = {"typ": "dpop+jwt", "alg": "ES256", "jwk": some.HOLDER.public(), **(header or {})}
    iat = int(some.NOW.timestamp())
    said = {"jti": "j", "htm": "POST", "htu": some.URL, "iat": iat, "ath": token_hash(TOKEN)}
    return forged(whole, {**said, **(claims or {})}, some.HOLDER.secret)


def test_the_rfcs_proof_for_a_token_request_holds() -> None:
    found = verify_proof(EXAMPLE_PROOF, "POST", "https://server.example.com/token", now=EXAMPLE_AT)
    assert found.thumbprint == EXAMPLE_THUMBPRINT == thumbprint(EXAMPLE_KEY)


def test_the_rfcs_proof_for_a_protected_resource_holds_for_its_token() -> None:
    url = "https://resource.example.org/protectedresource"
    assert token_hash(EXAMPLE_TOKEN) == "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
    found = verify_proof(EXAMPLE_PROOF_WITH_TOKEN, "GET", url, now=EXAMPLE_AT, token=EXAMPLE_TOKEN)
    assert found.thumbprint == EXAMPLE_THUMBPRINT
    with pytest.raises(GrantRefused, match="another token"):
        verify_proof(EXAMPLE_PROOF_WITH_TOKEN, "GET", url, now=EXAMPLE_AT, token=EXAMPLE_TOKEN + "x")


def test_the_thumbprint_is_the_one_of_rfc_7638() -> None:
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3"
        "oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZ"
        "Hzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kE"
        "gU8awapJzKnqDKgw"
    )
    jwk = {"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    assert thumbprint(jwk) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 5), st.sampled_from(["GET", "POST", "PUT"]), st.text(min_size=1, max_size=20))
def test_a_proof_that_was_made_holds_for_its_request(number: int, method: str, jti: str) -> None:
    key = some.key(number)
    proof = make_proof(key.secret, method, some.URL, now=some.NOW, jti=jti, token=TOKEN)
    found = check(proof, method=method)
    assert found.thumbprint == key.id
    assert found.until > some.NOW + OLDEST


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"method": "PUT"}, "method"),
        ({"method": "post"}, "method"),
        ({"url": some.AUDIENCE + "/other"}, "not for"),
        ({"url": "http://orders.example/cancel_order"}, "not for"),
        ({"url": "https://orders.example:444/cancel_order"}, "not for"),
        ({"url": "https://orders.example.evil/cancel_order"}, "not for"),
        ({"url": some.URL + "/"}, "not for"),
        ({"now": some.NOW + OLDEST + timedelta(seconds=1)}, "old"),
        ({"now": some.NOW - AHEAD - timedelta(seconds=1)}, "ahead"),
        ({"token": "a.b.d"}, "another token"),
        ({"first_use": lambda *_: False}, "used before"),
    ],
)
def test_a_proof_for_anything_else_is_none(changed: dict[str, Any], why: str) -> None:
    proof = some.proof(TOKEN)
    check(proof, first_use=lambda *_: True)
    with pytest.raises(GrantRefused, match=why) as refused:
        check(proof, **changed)
    assert refused.value.code == "invalid_dpop_proof"


def test_a_proof_without_a_token_is_none_for_a_token() -> None:
    with pytest.raises(GrantRefused, match="another token"):
        check(some.proof(None))


def test_a_second_use_is_told_by_an_id_that_is_the_holders_own() -> None:
    seen: dict[str, datetime] = {}

    def first(proof: str, until: datetime) -> bool:
        return seen.setdefault(proof, until) is until

    check(some.proof(TOKEN, jti="one"), first_use=first)
    check(some.proof(TOKEN, jti="two"), first_use=first)
    check(some.proof(TOKEN, jti="one", by=some.key(7)), first_use=first)  # nobody uses up another's
    with pytest.raises(GrantRefused, match="used before"):
        check(some.proof(TOKEN, jti="one"), first_use=first)
    assert len(seen) == 3
    assert all(len(one) == 64 for one in seen)


def test_a_proof_is_remembered_for_as_long_as_it_would_hold() -> None:
    ahead = some.NOW + AHEAD
    until = check(some.proof(TOKEN, now=ahead)).until
    with pytest.raises(GrantRefused, match="old"):
        check(some.proof(TOKEN, now=ahead), now=until)


RSA = RSAKey.generate_key(2048).as_dict(private=False)
PRIVATE = some.HOLDER.secret.as_dict(private=True)


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "jwt"}, {"typ": "DPoP+JWT"}, {"typ": None}, {"alg": "none"}, {"alg": "HS256"}, {"alg": "ES384"},
        {"alg": "es256"},
        {"crit": ["exp"], "exp": 1}, {"b64": False, "crit": ["b64"]}, {"jwk": None}, {"jwk": "x"}, {"jwk": {}},
        {"jwk": PRIVATE},
        {"jwk": RSA}, {"jwk": {"kty": "oct", "k": "AA"}},
        {"jwk": {**some.HOLDER.public(), "y": some.key(1).public()["y"]}},
        {"jwk": {**some.HOLDER.public(), "crv": "P-384"}}, {"jwk": some.key(1).public()},
        {"jwk": {**some.HOLDER.public(), "x": some.HOLDER.public()["x"] + "="}},
        {"jwk": {**some.HOLDER.public(), "x": 7}},
        {"jwk": {**some.HOLDER.public(), "x": base64url(b"\0" + from_base64url(some.HOLDER.public()["x"]))}},
    ],
)  # fmt: skip
def test_a_header_that_leads_to_another_key_or_algorithm_is_refused(header: dict[str, Any]) -> None:
    with pytest.raises(GrantRefused) as refused:
        check(made(header))
    assert refused.value.code == "invalid_dpop_proof"


@pytest.mark.parametrize(
    "claims",
    [
        {"jti": ""}, {"jti": None}, {"jti": 7}, {"jti": "x" * 129}, {"htm": None}, {"htm": ["POST"]}, {"htu": None},
        {"htu": "orders.example/cancel_order"}, {"iat": None}, {"iat": True}, {"iat": "0"}, {"iat": 1.5},
        {"iat": 10**400},
        {"ath": None}, {"ath": 1}, {"ath": "\ud800"}, {"ath": ""},
    ],
)  # fmt: skip
def test_a_claim_of_another_shape_is_refused(claims: dict[str, Any]) -> None:
    check(made())
    with pytest.raises(GrantRefused) as refused:
        check(made(claims=claims))
    assert refused.value.code == "invalid_dpop_proof"


def test_a_url_may_be_written_another_way() -> None:
    for htu in ("HTTPS://Orders.Example:443/cancel%5Forder?x=1#y", some.AUDIENCE + "/a/../cancel_order"):
        check(made(claims={"htu": htu}))


def test_a_name_given_twice_is_refused() -> None:
    header, payload, _ = some.proof(TOKEN).split(".")
    twice = from_base64url(payload)[:-1] + b',"htm":"POST"}'
    with pytest.raises(GrantRefused):
        check(signed(f"{header}.{base64url(twice)}", some.HOLDER.secret))


def test_a_proof_by_a_shared_secret_is_none() -> None:
    key = OctKey.import_key(json.dumps(some.HOLDER.public()))
    header = {"typ": "dpop+jwt", "alg": "HS256", "jwk": some.HOLDER.public()}
    with pytest.raises(GrantRefused):
        check(jws.serialize_compact(header, b"{}", key, ["HS256"]))


@pytest.mark.parametrize(
    "text", ["", ".", "..", "...", "a.b", "é.é.é", "a" * (MOST_BYTES + 1), "\ud800.a.b", "=.=.="]
)
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(GrantRefused):
        check(text)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_proof_changed_anywhere_is_none(data: st.DataObject) -> None:
    proof = some.proof(TOKEN)
    at = data.draw(st.integers(0, len(proof) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda letter: letter != proof[at]))
    with pytest.raises(GrantRefused):
        check(proof[:at] + other + proof[at + 1 :])
