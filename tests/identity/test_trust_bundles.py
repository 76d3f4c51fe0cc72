"""A bundle trusts what it says and nothing else; what it holds that can't be used is told, and trusts nobody."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OKPKey, RSAKey

from answerable.identity import TrustDomain, bundle_map, parse_bundle, parse_bundles, parse_jwks
from answerable.identity.keys import MOST_SET_BYTES, SMALLEST_RSA
from answerable.testing.authorities import Domain, certificate, der, domain, ec_key, signer
from answerable.values.errors import IdentityError

SHOP = TrustDomain("shop.example")


@pytest.fixture(scope="module")
def shop() -> Domain:
    return domain()


def document(**members: Any) -> bytes:
    return json.dumps(members).encode()


def x509_entry(*certificates: Any) -> dict[str, Any]:
    return {"kty": "EC", "use": "x509-svid", "x5c": [base64.b64encode(one).decode() for one in certificates]}


def jwt_entry(key: Any, kid: str | None = "k", **more: Any) -> dict[str, Any]:
    named = {} if kid is None else {"kid": kid}
    return {**key.as_dict(private=False), **named, "use": "jwt-svid", **more}


def test_a_map_is_read_back_as_it_was_written(shop: Domain) -> None:
    other = domain("other.example").bundle
    found = parse_bundles(bundle_map([shop.bundle, other]))
    assert found == {SHOP: shop.bundle, other.trust_domain: other}


def test_a_bundle_counts_and_says_when_to_ask_again() -> None:
    found = parse_bundle(document(keys=[], spiffe_sequence=7, spiffe_refresh_hint=600), SHOP)
    assert (found.sequence, found.refresh_hint) == (7, 600)
    assert not found.x509_authorities
    assert not found.jwt_authorities


def test_a_bundle_of_one_trust_domain_is_told_whose_it_is() -> None:
    assert set(parse_bundles(document(keys=[]), "shop.example")) == {SHOP}
    with pytest.raises(IdentityError, match="does not say of which trust domain"):
        parse_bundles(document(keys=[]))
    with pytest.raises(IdentityError, match="'Bundle' is no trust domain"):
        parse_bundles(document(keys=[]), "Bundle")


def test_a_map_names_its_trust_domains_itself(shop: Domain) -> None:
    assert set(parse_bundles(bundle_map([shop.bundle]), "named-otherwise")) == {SHOP}


def test_keys_for_another_use_authorise_nothing(shop: Domain) -> None:
    key = ECKey.generate_key("P-256")
    entries = [
        jwt_entry(key, "sig", use="sig"),
        {**jwt_entry(key, "none"), "use": None},
        jwt_entry(key, "wit", use="wit-svid"),
        jwt_entry(key, "case", use="JWT-SVID"),
        {**x509_entry(*der(shop.root.certificate)), "use": "x509"},
        "text",
        None,
    ]
    found = parse_bundle(document(keys=entries), SHOP)
    assert not found.x509_authorities
    assert not found.jwt_authorities
    assert len(found.ignored) == len(entries)


def test_a_certificate_authority_is_no_token_key_and_the_other_way_about(shop: Domain) -> None:
    entry = {**jwt_entry(ECKey.generate_key("P-256")), "x5c": x509_entry(*der(shop.root.certificate))["x5c"]}
    found = parse_bundle(document(keys=[entry]), SHOP)
    assert (len(found.x509_authorities), len(found.jwt_authorities)) == (0, 1)
    found = parse_bundle(document(keys=[{**entry, "use": "x509-svid"}]), SHOP)
    assert (len(found.x509_authorities), len(found.jwt_authorities)) == (1, 0)


def test_of_several_certificates_in_an_entry_only_the_first_is_trusted(shop: Domain) -> None:
    other = signer("other")
    found = parse_bundle(document(keys=[x509_entry(*der(shop.root.certificate, other.certificate))]), SHOP)
    assert found.x509_authorities == (shop.root.certificate,)


@pytest.mark.parametrize(
    "entry",
    [
        {"kty": "EC", "use": "x509-svid"},
        {"kty": "EC", "use": "x509-svid", "x5c": []},
        {"kty": "EC", "use": "x509-svid", "x5c": "MII"},
        {"kty": "EC", "use": "x509-svid", "x5c": [1]},
        {"kty": "EC", "use": "x509-svid", "x5c": ["not base64!"]},
        x509_entry(b"not a certificate"),
    ],
)
def test_an_entry_without_a_usable_certificate_authorises_nothing(entry: dict[str, Any]) -> None:
    found = parse_bundle(document(keys=[entry]), SHOP)
    assert not found.x509_authorities
    assert found.ignored[0].startswith("an X.509 authority: ")


def test_a_workloads_certificate_is_no_authority(shop: Domain) -> None:
    leaf = shop.root.leaf("spiffe://shop.example/bot")
    bare = certificate("x", ec_key().public_key(), "x", ec_key(), [])
    found = parse_bundle(document(keys=[x509_entry(one) for one in der(leaf, bare)]), SHOP)
    assert not found.x509_authorities
    assert len(found.ignored) == 2


def test_weak_and_unknown_and_broken_keys_authorise_nothing() -> None:
    small = rsa.generate_private_key(65537, SMALLEST_RSA // 2).public_key()
    entries = {
        "small": jwt_entry(RSAKey(small, small), "small"),
        "okp": jwt_entry(OKPKey.generate_key("Ed25519"), "okp"),
        "oct": {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQ", "kid": "oct", "use": "jwt-svid"},
        "curve": {**jwt_entry(ECKey.generate_key("P-256"), "curve"), "crv": "P-999"},
        "other-curve": {**jwt_entry(ECKey.generate_key("P-256"), "other-curve"), "crv": "P-384"},
        "secp256k1": jwt_entry(ECKey.generate_key("secp256k1"), "secp256k1"),
        "off": {**jwt_entry(ECKey.generate_key("P-256"), "off"), "x": "AA"},
        "number": {**jwt_entry(ECKey.generate_key("P-256"), "number"), "x": 1},
        "no-x": {"kty": "EC", "crv": "P-256", "kid": "no-x", "use": "jwt-svid"},
        "e": {"kty": "RSA", "n": "AA", "e": "AQAB", "kid": "e", "use": "jwt-svid"},
        "kty": {"kty": ["EC"], "kid": "kty", "use": "jwt-svid"},
    }
    found = parse_bundle(document(keys=list(entries.values())), SHOP)
    assert not found.jwt_authorities
    assert [one.partition(": ")[0] for one in found.ignored] == [f"key '{name}'" for name in entries]


@pytest.mark.parametrize("kid", [None, "", 7])
def test_a_token_key_without_a_name_authorises_nothing(kid: Any) -> None:
    entry = {**jwt_entry(ECKey.generate_key("P-256")), "kid": kid}
    assert not parse_bundle(document(keys=[entry]), SHOP).jwt_authorities


def test_two_keys_of_one_name_authorise_nothing() -> None:
    entries = [jwt_entry(ECKey.generate_key("P-256")) for _ in range(3)]
    found = parse_bundle(document(keys=entries), SHOP)
    assert not found.jwt_authorities
    assert found.ignored == ("key 'k': its id is given to several",)


def test_a_private_part_in_a_bundle_is_not_taken_along() -> None:
    key = ECKey.generate_key("P-256")
    entry = {**key.as_dict(private=True), "kid": "k", "use": "jwt-svid"}
    (found,) = parse_bundle(document(keys=[entry]), SHOP).jwt_authorities.values()
    assert not found.is_private


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "is not valid JSON"),
        (b"[]", "is no JSON object"),
        (b"{}", "has no 'keys'"),
        (b'{"keys":{}}', "has no 'keys'"),
        (b'{"keys":[],"keys":[]}', "gives a name twice"),
        (b'{"keys":[{"use":"a","use":"b"}]}', "gives a name twice"),
        (b'{"keys":[],"x":NaN}', "holds NaN"),
        (b'\xff{"keys":[]}', "is not UTF-8"),
        (b'{"keys":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"keys":[' + b"1," * 1001 + b"1]}", "a list of at most 1000"),
        (b'{"keys":[],"spiffe_sequence":-1}', "'spiffe_sequence' is '-1'"),
        (b'{"keys":[],"spiffe_sequence":1.5}', "'spiffe_sequence' is '1.5'"),
        (b'{"keys":[],"spiffe_refresh_hint":true}', "'spiffe_refresh_hint' is 'True'"),
        (b'{"keys":[],"spiffe_refresh_hint":' + b"9" * 5000 + b"}", "is not valid JSON"),
        (b" " * (MOST_SET_BYTES + 1), "is larger than"),
        (b'{"trust_domains":[]}', "has no 'keys'"),
    ],
)
def test_what_is_no_bundle_says_what_is_wrong(raw: bytes, said: str) -> None:
    with pytest.raises(IdentityError, match=said):
        parse_bundle(raw, SHOP)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b'{"trust_domains":{"Shop":{"keys":[]}}}', "'Shop' is no trust domain"),
        (b'{"trust_domains":{"a":[]}}', "'a' is no JSON object"),
        (b'{"trust_domains":{"a":{}}}', "'a' has no 'keys'"),
        (b'{"trust_domains":{"a":{"keys":[]},"a":{"keys":[]}}}', "gives a name twice"),
        (b'{"trust_domains":7}', "does not say of which trust domain"),
    ],
)
def test_what_is_no_map_says_what_is_wrong(raw: bytes, said: str) -> None:
    with pytest.raises(IdentityError, match=said):
        parse_bundles(raw)


@given(st.binary(max_size=200) | st.text(max_size=50).map(lambda one: document(keys=[one, {"use": one}])))
def test_any_bytes_are_a_bundle_or_refused(raw: bytes) -> None:
    for parse in (parse_bundles, lambda one: parse_bundle(one, SHOP), lambda one: parse_jwks(one, "x")):
        try:
            parse(raw)
        except IdentityError:
            continue


members = st.sampled_from("kty kid use x5c n e crv x y".split())
words = st.sampled_from(["EC", "RSA", "P-256", "x509-svid", "jwt-svid", "AQAB"]) | st.text(max_size=9)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(members, inner),
    max_leaves=12,
)


@given(st.lists(json_values, max_size=4))
def test_any_entries_are_passed_over_or_trusted_and_never_a_crash(entries: list[Any]) -> None:
    found = parse_bundle(document(keys=entries), SHOP)
    assert len(found.ignored) + len(found.x509_authorities) + len(found.jwt_authorities) <= len(entries) + 1


def test_an_issuers_keys_are_those_for_signatures() -> None:
    keys = {use: ECKey.generate_key("P-256").as_dict(private=False) for use in ("sig", "enc", "jwt-svid")}
    entries = [{**key, "kid": use, "use": use} for use, key in keys.items()]
    entries.append({**ECKey.generate_key("P-384").as_dict(private=False), "kid": "unsaid"})
    found, _ = parse_jwks(document(keys=entries), "the keys")
    assert set(found) == {"sig", "unsaid"}


def test_certificates_of_any_usable_key_are_read() -> None:
    for key in (ec_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)):
        made = signer("root", key=key)
        assert parse_bundle(document(keys=[x509_entry(*der(made.certificate))]), SHOP).x509_authorities
