"""A certificate proves an id only through a valid path to an authority of that id's own trust domain."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.identity import Bundles, Proof, TrustBundle, TrustDomain, verify_x509_svid
from answerable.testing.authorities import (
    HOUR,
    NOW,
    Domain,
    certificate,
    der,
    domain,
    ec_key,
    signer,
    uris,
    usage,
)
from answerable.values.errors import IdentityRefused, NotAuthenticated

BOT = "spiffe://shop.example/bot"
OTHER = TrustDomain("other.example")


@pytest.fixture(scope="module")
def shop() -> Domain:
    return domain()


@pytest.fixture(scope="module")
def bundles(shop: Domain) -> Bundles:
    return {shop.name: shop.bundle, OTHER: domain(OTHER).bundle}


def refused(chain: list[bytes], bundles: Bundles, **options: Any) -> str:
    """Why a chain is refused, for the owner. To the caller nothing is said of it."""
    with pytest.raises(IdentityRefused) as caught:
        verify_x509_svid(chain, bundles, options.get("now", NOW))
    assert isinstance(caught.value, NotAuthenticated)
    assert (
        str(caught.value) == "the gate does not accept this credential; its owner finds the reason in its log"
    )
    assert "\n" not in caught.value.reason
    return caught.value.reason


def proven(chain: list[bytes], bundles: Bundles, now: datetime = NOW) -> str:
    return str(verify_x509_svid(chain, bundles, now).id)


def trusting(*authorities: x509.Certificate) -> Bundles:
    name = TrustDomain("shop.example")
    return {name: TrustBundle(name, authorities)}


def test_a_workloads_certificate_proves_its_id_until_it_expires(shop: Domain, bundles: Bundles) -> None:
    found = verify_x509_svid(der(shop.root.leaf(BOT)), bundles, NOW)
    assert (str(found.id), found.expires, found.proof) == (BOT, NOW + HOUR, Proof.X509_SVID)


def test_a_path_may_lead_over_intermediates_in_any_order_and_past_strangers(
    shop: Domain, bundles: Bundles
) -> None:
    first = shop.root.signer("first", "spiffe://shop.example")
    second = first.signer("second")
    stranger = signer("stranger")
    between = [second.certificate, stranger.certificate, first.certificate, shop.root.certificate]
    assert proven(der(second.leaf(BOT), *between), bundles) == BOT
    assert proven(der(second.leaf(BOT), *reversed(between)), bundles) == BOT


def test_an_authority_that_another_signed_is_trusted_where_the_bundle_has_it() -> None:
    above = signer("enterprise root")
    authority = above.signer("shop", "spiffe://shop.example")
    assert proven(der(authority.leaf(BOT)), trusting(authority.certificate)) == BOT


@pytest.mark.parametrize(
    "key", [ec_key(ec.SECP384R1()), ec_key(ec.SECP521R1()), rsa.generate_private_key(65537, 2048)]
)
def test_keys_of_every_usual_kind_prove_an_id(key: Any) -> None:
    root = signer("root", "spiffe://shop.example", key=key)
    assert proven(der(root.leaf(BOT, key=key)), trusting(root.certificate)) == BOT


# -- whose it is ----------------------------------------------------------------------------------


def test_an_authority_of_another_trust_domain_proves_nothing(shop: Domain, bundles: Bundles) -> None:
    """The sibling is trusted here, for its own workloads."""
    sibling = domain(OTHER)
    both = {**bundles, OTHER: sibling.bundle}
    assert proven(der(sibling.root.leaf("spiffe://other.example/bot")), both)
    said = refused(der(sibling.root.leaf(BOT), sibling.root.certificate), both)
    assert said.startswith(
        "no valid path leads from the certificate, by 'CN=root of other.example', to one of the 1"
    )


def test_an_authority_that_the_trust_domain_signed_for_another_is_none_of_its_own(
    shop: Domain, bundles: Bundles
) -> None:
    """A cross-signed authority of a partner's must not make workloads of ours."""
    crossed = shop.root.signer("partner", "spiffe://other.example")
    said = refused(der(crossed.leaf(BOT), crossed.certificate), bundles)
    assert said == "a signing certificate is of the trust domain 'other.example', not 'shop.example'"


def test_a_signing_certificate_with_the_id_of_a_workload_signs_nothing(
    shop: Domain, bundles: Bundles
) -> None:
    workload = shop.root.signer("bot", BOT)
    assert "has the id of a workload" in refused(der(workload.leaf(BOT), workload.certificate), bundles)


def test_a_trust_domain_without_a_bundle_is_told_with_those_that_have_one(bundles: Bundles) -> None:
    said = refused(der(signer("root").leaf("spiffe://elsewhere.example/bot")), bundles)
    assert (
        said
        == "no trust bundle of 'elsewhere.example' is at hand; there are: 'shop.example', 'other.example'"
    )


def test_a_certificate_with_no_chain_proves_nothing(shop: Domain, bundles: Bundles) -> None:
    between = shop.root.signer("between")
    assert "no valid path" in refused(der(between.leaf(BOT)), bundles)
    key = ec_key()
    extensions = [(uris(BOT), True), (usage(digital_signature=True), True)]
    own = certificate("own", key.public_key(), "own", key, extensions)
    assert "no valid path" in refused(der(own), bundles)


def test_a_bundle_with_no_authority_refuses_everybody(shop: Domain) -> None:
    said = refused(der(shop.root.leaf(BOT)), trusting())
    assert said == "the trust bundle of 'shop.example' has no authority for certificates"


def test_a_revoked_authority_proves_nothing_any_more(shop: Domain) -> None:
    chain = der(shop.root.leaf(BOT))
    assert proven(chain, trusting(signer("new").certificate, shop.root.certificate))
    assert "no valid path" in refused(chain, trusting(signer("new").certificate))


def test_another_authority_of_the_same_name_proves_nothing(shop: Domain, bundles: Bundles) -> None:
    false = signer(shop.root.name, "spiffe://shop.example")
    assert "no valid path" in refused(der(false.leaf(BOT), false.certificate), bundles)


def test_a_changed_certificate_proves_nothing(shop: Domain, bundles: Bundles) -> None:
    raw = der(shop.root.leaf(BOT))[0]
    changed = raw.replace(b"/bot", b"/bob")
    assert changed != raw
    assert "no valid path" in refused([changed], bundles)


# -- the leaf -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "has 0 URIs"),
        ((BOT, BOT), "has 2 URIs"),
        ((BOT, "https://shop.example"), "has 2 URIs"),
        (("https://shop.example/bot",), "is no SPIFFE id"),
        (("spiffe://shop.example/",), "is no SPIFFE id"),
        (("spiffe://shop.example/%62ot",), "is no SPIFFE id"),
        (("SPIFFE://shop.example/bot",), "is no SPIFFE id"),
        (("spiffe://shop.example",), "is a trust domain, and no workload of it"),
    ],
)
def test_a_certificate_names_exactly_one_workload(
    shop: Domain, bundles: Bundles, names: tuple[str, ...], said: str
) -> None:
    alternatives = [
        x509.DNSName("bot.shop.example"),
        *(x509.UniformResourceIdentifier(name) for name in names),
    ]
    extension = {x509.SubjectAlternativeName: (x509.SubjectAlternativeName(alternatives), True)}
    assert said in refused(der(shop.root.leaf(extensions=extension)), bundles)


def test_other_names_beside_the_id_are_allowed(shop: Domain, bundles: Bundles) -> None:
    names = x509.SubjectAlternativeName([x509.DNSName("bot"), x509.UniformResourceIdentifier(BOT)])
    leaf = shop.root.leaf(extensions={x509.SubjectAlternativeName: (names, True)})
    assert proven(der(leaf), bundles) == BOT


@pytest.mark.parametrize(
    ("extension", "said"),
    [
        ((x509.BasicConstraints(ca=True, path_length=None), True), "is a signing certificate (CA)"),
        ((usage(digital_signature=True, key_cert_sign=True), True), "may sign certificates"),
        ((usage(digital_signature=True, crl_sign=True), True), "may sign certificates or revocation lists"),
        ((usage(key_encipherment=True), True), "not for digital signatures"),
        ((usage(digital_signature=True), False), "not marked critical"),
        ((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False), "lacks client or server"),
        ((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False), "lacks client or server"),
        ((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), True), "lacks client or server"),
        ((x509.ExtendedKeyUsage([x509.ObjectIdentifier("2.5.29.37.0")]), False), "lacks client or server"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_leaf_for_another_use_proves_nothing(
    shop: Domain, bundles: Bundles, extension: Any, said: str
) -> None:
    leaf = shop.root.leaf(BOT, extensions={type(extension[0]): extension})
    assert said in refused(der(leaf), bundles)


def test_a_leaf_must_say_what_its_key_is_for(shop: Domain, bundles: Bundles) -> None:
    assert "does not say what its key is for" in refused(
        der(shop.root.leaf(BOT, extensions={x509.KeyUsage: None})), bundles
    )
    for left_out in (x509.ExtendedKeyUsage, x509.BasicConstraints):
        assert proven(der(shop.root.leaf(BOT, extensions={left_out: None})), bundles)


@pytest.mark.parametrize(
    "key",
    [ed25519.Ed25519PrivateKey.generate(), rsa.generate_private_key(65537, 1024), ec_key(ec.SECP256K1())],
)
def test_a_weak_or_unusual_key_proves_nothing(shop: Domain, bundles: Bundles, key: Any) -> None:
    assert "the certificate's key can't be used" in refused(der(shop.root.leaf(BOT, key=key)), bundles)


def test_an_authority_shown_as_a_leaf_proves_nothing(shop: Domain, bundles: Bundles) -> None:
    said = refused(der(shop.root.certificate), bundles)
    assert said == "the certificate's id 'spiffe://shop.example' is a trust domain, and no workload of it"


def test_a_leaf_that_stands_in_the_bundle_proves_nothing(shop: Domain) -> None:
    leaf = shop.root.leaf(BOT)
    said = refused(der(leaf), trusting(leaf))
    assert said == "the certificate stands in the trust bundle itself, and is an authority of it"


# -- the path -------------------------------------------------------------------------------------


def test_a_leaf_signs_no_leaf(shop: Domain, bundles: Bundles) -> None:
    key = ec_key()
    leaf = shop.root.leaf("spiffe://shop.example/evil", key=key)
    extensions = [(usage(digital_signature=True), True), (uris(BOT), True)]
    below = certificate("", ec_key().public_key(), "", key, extensions)
    assert "no valid path" in refused(der(below, leaf), bundles)


@pytest.mark.parametrize(
    "options",
    [
        {"constraints": x509.BasicConstraints(ca=False, path_length=None)},
        {"key_usage": usage(digital_signature=True)},
        {"key": rsa.generate_private_key(65537, 1024)},
        {"extensions": [(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)]},
        {"begins": NOW - 3 * HOUR, "ends": NOW - 2 * HOUR},
        {"begins": NOW + HOUR, "ends": NOW + 2 * HOUR},
        *[
            {"extensions": [(x509.NameConstraints(permitted, excluded), critical)]}
            for critical in (True, False)
            for permitted, excluded in [
                ([x509.UniformResourceIdentifier("shop.example")], None),
                (None, [x509.UniformResourceIdentifier("shop.example")]),
            ]
        ],
    ],
)
def test_a_signing_certificate_that_may_not_sign_this_ends_the_path(
    shop: Domain, bundles: Bundles, options: dict[str, Any]
) -> None:
    """Constraints on URIs are refused whatever they say: nobody here can tell what they allow."""
    between = shop.root.signer("between", **options)
    assert "no valid path" in refused(der(between.leaf(BOT), between.certificate), bundles)


@pytest.mark.parametrize("begins", [NOW - 3 * HOUR, NOW + HOUR])
def test_an_authority_that_is_not_valid_now_proves_nothing(begins: datetime) -> None:
    root = signer("root", begins=begins, ends=begins + HOUR)
    assert "no valid path" in refused(der(root.leaf(BOT)), trusting(root.certificate))


def test_a_path_is_no_longer_than_its_authorities_allow() -> None:
    root = signer("root", path_length=0)
    between = root.signer("between")
    assert proven(der(root.leaf(BOT)), trusting(root.certificate))
    assert "no valid path" in refused(der(between.leaf(BOT), between.certificate), trusting(root.certificate))


def test_a_critical_extension_that_nobody_knows_proves_nothing(shop: Domain, bundles: Bundles) -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    assert proven(der(shop.root.leaf(BOT, more=[(unknown, False)])), bundles)
    assert "1.2.3.4" in refused(der(shop.root.leaf(BOT, more=[(unknown, True)])), bundles)


# -- time and size --------------------------------------------------------------------------------


def test_a_certificate_is_valid_in_its_time_and_half_a_minute_around_it(
    shop: Domain, bundles: Bundles
) -> None:
    leaf = der(shop.root.leaf(BOT, begins=NOW, ends=NOW + timedelta(minutes=10)))
    for seconds in (-30, 0, 600, 630):
        assert proven(leaf, bundles, NOW + timedelta(seconds=seconds)) == BOT
    for seconds in (-31, 631):
        said = refused(leaf, bundles, now=NOW + timedelta(seconds=seconds))
        assert said.startswith(
            "the certificate is valid from 2026-11-30 12:00:00 to 2026-11-30 12:10:00 UTC; it is"
        )


def test_a_chain_is_bounded_before_it_is_read(shop: Domain, bundles: Bundles) -> None:
    assert refused([], bundles) == "no certificate was shown"
    assert "has 11 certificates" in refused([b"x"] * 11, bundles)
    assert "larger than 16384 bytes" in refused([b"x" * 16385], bundles)
    assert "can't be read" in refused([b"not a certificate"], bundles)
    assert "can't be read" in refused([*der(shop.root.leaf(BOT)), b"x"], bundles)


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@settings(max_examples=400, deadline=None)
@given(st.lists(st.binary(max_size=64), max_size=3), st.integers(0, 400), st.binary(min_size=1, max_size=3))
def test_any_bytes_are_refused_and_never_a_crash(chain: list[bytes], at: int, patch: bytes) -> None:
    whole = der(SIGNED)[0]
    patched = whole[:at] + patch + whole[at + len(patch) :]
    for shown in (chain, [patched], [whole, patched]):
        try:
            found = proven(shown, trusting(ROOT.certificate))
        except IdentityRefused:
            continue
        assert found == BOT


ROOT = signer("root", "spiffe://shop.example")
SIGNED = ROOT.leaf(BOT)
