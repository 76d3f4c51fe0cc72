"""A token proves an id only with its own trust domain's signature, for this audience, now; tricks prove none."""

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey, RSAKey

from answerable.identity import Bundles, Proof, TrustBundle, TrustDomain, verify_bearer, verify_jwt_svid
from answerable.identity.keys import usable_key
from answerable.identity.tokens import ALGORITHMS, MOST_TOKEN_BYTES
from answerable.testing.authorities import AUDIENCE, HOUR, NOW, Domain, base64url, domain, forged, token
from answerable.values.errors import IdentityRefused

BOT = "spiffe://shop.example/bot"
SHOP, OTHER = TrustDomain("shop.example"), TrustDomain("other.example")
RSA = RSAKey.generate_key(2048)
SECONDS = int(NOW.timestamp())


@pytest.fixture(scope="module")
def shop() -> Domain:
    made = domain()
    made.extra["rsa"] = usable_key(RSA.public_key)
    return made


@pytest.fixture(scope="module")
def bundles(shop: Domain) -> Bundles:
    return {SHOP: shop.bundle, OTHER: domain(OTHER).bundle}


def refused(text: str, bundles: Bundles, *, now: Any = NOW) -> str:
    """Why a token is refused, for the owner. The caller learns nothing, and the reason does not hold the token."""
    with pytest.raises(IdentityRefused) as caught:
        verify_jwt_svid(text, bundles, AUDIENCE, now)
    reason = caught.value.reason
    assert (
        str(caught.value) == "the gate does not accept this credential; its owner finds the reason in its log"
    )
    assert reason.isprintable()
    assert len(reason) < 600
    assert len(text) < 40 or text[-40:] not in reason
    return reason


def test_a_token_proves_its_subject_until_it_expires(shop: Domain, bundles: Bundles) -> None:
    found = verify_jwt_svid(shop.token(), bundles, AUDIENCE, NOW)
    assert (str(found.id), found.expires, found.proof) == (BOT, NOW + HOUR, Proof.JWT_SVID)


def test_every_algorithm_of_the_specification_is_taken(bundles: Bundles) -> None:
    for alg in ALGORITHMS:
        curve = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}.get(alg)
        key = ECKey.generate_key(curve) if curve else RSA
        trusting = {SHOP: TrustBundle(SHOP, (), {"k1": usable_key(key.public_key)})}
        assert str(verify_jwt_svid(token(key, alg=alg), trusting, AUDIENCE, NOW).id) == BOT


@pytest.mark.parametrize("typ", ["JWT", "JOSE", None])
def test_the_types_of_the_specification_are_taken(shop: Domain, bundles: Bundles, typ: str | None) -> None:
    assert (
        verify_jwt_svid(token(shop.token_key, header={"typ": typ}), bundles, AUDIENCE, NOW).id.path == "/bot"
    )


# -- signatures -----------------------------------------------------------------------------------


def test_a_public_key_is_no_secret_for_an_hmac(bundles: Bundles) -> None:
    """Key confusion: the verifier's RSA or EC key, as PEM, DER or a JWK, taken for a shared secret."""
    for key, kid in ((RSA, "rsa"), (RSA, "k1")):
        secrets = [
            key.public_key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
            for encoding in (Encoding.PEM, Encoding.DER)
        ]
        for secret in [*secrets, json.dumps(key.as_dict(private=False)).encode()]:
            head = base64url(json.dumps({"alg": "HS256", "kid": kid, "typ": "JWT"}).encode())
            said = base64url(json.dumps({"sub": BOT, "aud": AUDIENCE, "exp": SECONDS + 60}).encode())
            signature = hmac.digest(secret, f"{head}.{said}".encode(), hashlib.sha256)
            made = f"{head}.{said}.{base64url(signature)}"
            assert refused(made, bundles).startswith("the token's algorithm is 'HS256'; RS256, RS384")


def test_an_unsigned_token_proves_nothing(shop: Domain, bundles: Bundles) -> None:
    head, said, _ = shop.token().split(".")
    for alg in ("none", "None", "NONE", "nOnE", "", None, ["ES256"], 7):
        made = forged({"alg": alg, "kid": "k1"}, {"sub": BOT, "aud": AUDIENCE, "exp": SECONDS + 60})
        assert "the token's algorithm is" in refused(made, bundles)
    assert refused(f"{head}.{said}.", bundles) == "the token's signature was left out"
    assert refused(f"{head}.{said}", bundles).startswith("the token has 2 parts")


def test_a_changed_token_proves_nothing(shop: Domain, bundles: Bundles) -> None:
    head, said, signature = shop.token().split(".")
    admin = base64url(json.dumps({"sub": f"{BOT}/admin", "aud": AUDIENCE, "exp": SECONDS + 60}).encode())
    other_head = base64url(json.dumps({"alg": "ES256", "kid": "k1"}).encode())
    other_signature = shop.token(jti="another").split(".")[2]
    for made in (
        f"{head}.{admin}.{signature}",
        f"{other_head}.{said}.{signature}",
        f"{head}.{said}.{other_signature}",
        f"{head}.{said}.{base64url(bytes(64))}",
        f"{head}.{said}.{base64url(bytes(3))}",
    ):
        assert "the token's signature (ES256) is not by the key 'k1' of 'shop.example'" in refused(
            made, bundles
        )


def test_an_algorithm_is_bound_to_its_kind_of_key_and_curve(shop: Domain, bundles: Bundles) -> None:
    p384 = ECKey.generate_key("P-384")
    trusting = {
        SHOP: TrustBundle(SHOP, (), {"k1": usable_key(p384.public_key), "rsa": usable_key(RSA.public_key)})
    }
    made = token(p384, alg="ES384")
    assert verify_jwt_svid(made, trusting, AUDIENCE, NOW).id.path == "/bot"
    for alg, kid in (("ES256", "k1"), ("RS256", "k1"), ("ES384", "rsa"), ("ES512", "k1")):
        head = {"alg": alg, "kid": kid}
        assert "is not by the key" in refused(forged(head, {"sub": BOT, "aud": AUDIENCE}), trusting)


def test_a_key_that_comes_with_the_token_is_not_used(shop: Domain, bundles: Bundles) -> None:
    mine = ECKey.generate_key("P-256")
    jwk = mine.as_dict(private=False)
    for name, value in (
        ("jwk", jwk),
        ("jku", "https://evil.example/keys"),
        ("x5u", "https://evil.example/chain"),
        ("x5c", ["MII"]),
        ("x5t", "abc"),
        ("crit", ["exp"]),
        ("b64", False),
        ("zip", "DEF"),
        ("cty", "JWT"),
        ("anything", "else"),
    ):
        made = forged({"alg": "ES256", "kid": "k1", name: value}, {"sub": BOT})
        assert refused(made, bundles) == f"the token's header holds '{name}'; alg, kid, typ are taken"


@pytest.mark.parametrize("typ", ["at+jwt", "jwt", "JWE", "logout+jwt", "dpop+jwt", "", 1, None])
def test_a_token_of_another_type_proves_nothing(shop: Domain, bundles: Bundles, typ: Any) -> None:
    made = forged({"alg": "ES256", "kid": "k1", "typ": typ}, {"sub": BOT})
    assert refused(made, bundles).endswith("it must be JWT or JOSE where it is given")


def test_an_encrypted_or_json_serialised_token_proves_nothing(shop: Domain, bundles: Bundles) -> None:
    assert "five, can't be used" in refused("a.b.c.d.e", bundles)
    head, said, signature = shop.token().split(".")
    whole = json.dumps({"protected": head, "payload": said, "signature": signature})
    assert "the token has 1 parts" in refused(whole, bundles)


# -- whose it is ----------------------------------------------------------------------------------


def test_a_key_of_another_trust_domain_proves_nothing(shop: Domain) -> None:
    """Both have a key of one name, and both are trusted for their own."""
    sibling = domain(OTHER)
    both = {SHOP: shop.bundle, OTHER: sibling.bundle}
    assert verify_jwt_svid(sibling.token(), both, AUDIENCE, NOW).id.trust_domain == OTHER
    assert "is not by the key 'k1' of 'shop.example'" in refused(sibling.token(sub=BOT), both)
    named = token(sibling.token_key, "only-there")
    said = refused(named, both)
    assert said == "the token names the key 'only-there', which is none of 'shop.example': it has 'k1', 'rsa'"


def test_a_trust_domain_without_a_bundle_or_keys_proves_nothing(shop: Domain, bundles: Bundles) -> None:
    assert refused(shop.token(sub="spiffe://none.example/bot"), bundles).startswith(
        "no trust bundle of 'none.example' is at hand"
    )
    assert "it has none at all" in refused(shop.token(), {SHOP: TrustBundle(SHOP)})


def test_a_revoked_key_proves_nothing_any_more(shop: Domain) -> None:
    made = shop.token()
    newer = {SHOP: TrustBundle(SHOP, (), {"k2": usable_key(ECKey.generate_key("P-256").public_key)})}
    assert "names the key 'k1', which is none of 'shop.example': it has 'k2'" in refused(made, newer)


@pytest.mark.parametrize("kid", [None, "", 7, ["k1"]])
def test_a_token_names_its_key(shop: Domain, bundles: Bundles, kid: Any) -> None:
    assert (
        refused(forged({"alg": "ES256", "kid": kid}, {}), bundles)
        == "the token does not name its key ('kid')"
    )


@pytest.mark.parametrize(
    "sub",
    [
        None,
        7,
        "",
        "bot",
        "https://shop.example/bot",
        "spiffe://Shop.example/bot",
        "spiffe://shop.example/a/../bot",
    ],
)
def test_a_subject_is_a_workloads_id(shop: Domain, bundles: Bundles, sub: Any) -> None:
    assert refused(shop.token(sub=sub), bundles).startswith("the token's subject ('sub') is no SPIFFE id: ")


def test_a_trust_domain_is_no_workload(shop: Domain, bundles: Bundles) -> None:
    said = refused(shop.token(sub="spiffe://shop.example"), bundles)
    assert said == "the token's subject 'spiffe://shop.example' is a trust domain, and no workload of it"


# -- for whom, and when ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "aud",
    [
        "spiffe://shop.example/billing",
        [AUDIENCE, "spiffe://shop.example/billing"],
        AUDIENCE + "/",
        AUDIENCE.upper(),
        "spiffe://shop.example",
        [AUDIENCE, AUDIENCE],
    ],
)
def test_a_token_for_anybody_else_proves_nothing(shop: Domain, bundles: Bundles, aud: Any) -> None:
    assert f"it must be for '{AUDIENCE}' and nobody else" in refused(shop.token(aud=aud), bundles)


@pytest.mark.parametrize("aud", [None, "", [], [""], [AUDIENCE, 7], 7, {}])
def test_a_token_says_whom_it_is_for(shop: Domain, bundles: Bundles, aud: Any) -> None:
    assert refused(shop.token(aud=aud), bundles) == "the token does not say whom it is for ('aud')"


def test_one_audience_in_a_list_is_one_audience(shop: Domain, bundles: Bundles) -> None:
    assert verify_jwt_svid(shop.token(aud=[AUDIENCE]), bundles, AUDIENCE, NOW).id.path == "/bot"


def test_a_token_is_valid_in_its_time_and_half_a_minute_around_it(shop: Domain, bundles: Bundles) -> None:
    made = shop.token(iat=SECONDS, nbf=SECONDS, exp=SECONDS + 600)
    for seconds in (-30, 0, 600, 629):
        at = NOW + timedelta(seconds=seconds)
        assert verify_jwt_svid(made, bundles, AUDIENCE, at).id.path == "/bot"
    late = NOW + timedelta(seconds=630)
    said = refused(made, bundles, now=late)
    assert said == "the token expired at 2026-11-30 12:10:00 UTC; it is 2026-11-30 12:10:30"
    early = NOW - timedelta(seconds=31)
    assert "is not valid before 2026-11-30 12:00:00 UTC" in refused(made, bundles, now=early)
    assert "says it was issued at 2026-11-30 12:00:00" in refused(shop.token(iat=SECONDS), bundles, now=early)


@pytest.mark.parametrize("exp", ["soon", str(SECONDS + 60), True, -1, 10**400, 1e300, [1], 253_402_300_800])
def test_a_time_is_a_number_of_seconds(shop: Domain, bundles: Bundles, exp: Any) -> None:
    assert "which is no time" in refused(shop.token(exp=exp), bundles)
    assert "which is no time" in refused(shop.token(nbf=exp), bundles)


def test_a_token_that_never_expires_proves_nothing(shop: Domain, bundles: Bundles) -> None:
    assert refused(shop.token(exp=None), bundles) == "the token does not say when it expires ('exp')"
    for text in ("NaN", "Infinity", "-Infinity"):
        said = f'{{"sub":"{BOT}","exp":{text}}}'.encode()
        assert f"holds {text}, which is no JSON" in refused(
            forged({"alg": "ES256", "kid": "k1"}, said), bundles
        )


# -- size and form --------------------------------------------------------------------------------


def test_a_token_is_bounded_before_it_is_parsed(shop: Domain, bundles: Bundles) -> None:
    pad = MOST_TOKEN_BYTES - len(shop.token(pad=""))
    largest = shop.token(pad="x" * (pad * 3 // 4 - 2))
    assert MOST_TOKEN_BYTES - 4 < len(largest) <= MOST_TOKEN_BYTES
    assert verify_jwt_svid(largest, bundles, AUDIENCE, NOW).id.path == "/bot"
    assert (
        refused(largest + "A" * 8, bundles)
        == f"the token is {len(largest) + 8} bytes; at most 16384 are taken"
    )


@pytest.mark.parametrize(
    ("header", "claims", "said"),
    [
        (b'{"alg":"ES256","alg":"none","kid":"k1"}', {}, "the token's header gives a name twice"),
        ({"alg": "ES256", "kid": "k1"}, b'{"sub":"a","sub":"b"}', "the token's payload gives a name twice"),
        (b"[]", {}, "the token's header is no JSON object"),
        ({"alg": "ES256", "kid": "k1"}, b'"text"', "the token's payload is no JSON object"),
        ({"alg": "ES256", "kid": "k1"}, b"{", "the token's payload is not valid JSON"),
        ({"alg": "ES256", "kid": "k1"}, b"\xff{}", "the token's payload is not UTF-8"),
        ({"alg": "ES256", "kid": "k1"}, b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}", "nested too deeply"),
    ],
)
def test_a_token_is_read_in_one_way_only(bundles: Bundles, header: Any, claims: Any, said: str) -> None:
    assert said in refused(forged(header, claims), bundles)


@pytest.mark.parametrize("part", ["", "=", "a=", "a+b/", "ab\n", " ab", "äb", "a"])
def test_each_part_is_base64url_and_nothing_more(shop: Domain, bundles: Bundles, part: str) -> None:
    head, said, signature = shop.token().split(".")
    assert "base64url" in refused(f"{part}.{said}.{signature}", bundles)
    assert "base64url" in refused(f"{head}.{part}.{signature}", bundles)
    assert refused(f"{head}.{said}.{part}", bundles)


def in_parts(parts: list[bytes]) -> str:
    return ".".join(base64url(part) for part in parts)


@settings(max_examples=300)
@given(st.text(max_size=80) | st.lists(st.binary(max_size=40), min_size=3, max_size=3).map(in_parts))
def test_any_text_is_refused_and_never_a_crash(text: str) -> None:
    with pytest.raises(IdentityRefused):
        verify_jwt_svid(text, {}, AUDIENCE, NOW)


@settings(max_examples=200)
@given(st.integers(0, 500), st.sampled_from("ABab01-_.="))
def test_a_token_with_any_letter_changed_proves_the_same_or_nothing(at: int, letter: str) -> None:
    changed = SIGNED[:at] + letter + SIGNED[at + 1 :]
    try:
        found = verify_jwt_svid(changed, TRUSTING, AUDIENCE, NOW)
    except IdentityRefused:
        return
    # The last letter of a part carries bits that nobody reads.
    assert (str(found.id), found.expires) == (BOT, NOW + HOUR)


def test_without_an_audience_of_its_own_a_gateway_takes_no_svid(shop: Domain, bundles: Bundles) -> None:
    with pytest.raises(IdentityRefused) as caught:
        verify_bearer(shop.token(), bundles, None, {}, NOW)
    assert "set ANSWERABLE_AUDIENCE" in caught.value.reason
    assert verify_bearer(shop.token(), bundles, AUDIENCE, {}, NOW).proof is Proof.JWT_SVID


OWN = domain()
SIGNED = OWN.token()
TRUSTING = {SHOP: OWN.bundle}
