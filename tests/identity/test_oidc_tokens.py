"""A cluster's or a cloud's token makes the one id that its claims spell out, and only where its issuer may say so."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from answerable.identity import (
    Issuer,
    KeyNotKnown,
    Proof,
    WorkloadIssuer,
    parse_spiffe_id,
    parse_template,
    verify_bearer,
    verify_oidc_workload,
)
from answerable.identity.keys import usable_key
from answerable.testing.authorities import HOUR, NOW, token
from answerable.values.errors import IdentityError, IdentityRefused

CLUSTER, CLOUD = "https://kubernetes.default.svc", "https://cloud.example"
KEY, OTHER_KEY = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
TEMPLATE = "spiffe://shop.example/ns/{kubernetes.io/namespace}/sa/{kubernetes.io/serviceaccount/name}"
POD = {"namespace": "support", "serviceaccount": {"name": "bot", "uid": "7"}}
ISSUERS = {
    CLUSTER: WorkloadIssuer(
        Issuer(CLUSTER, "answerable", {"k1": usable_key(KEY.public_key)}), parse_template(TEMPLATE)
    ),
    CLOUD: WorkloadIssuer(
        Issuer(CLOUD, "answerable", {"k1": usable_key(OTHER_KEY.public_key)}),
        parse_template("spiffe://shop.example/cloud/{sub}"),
        ((("org", "id"), "4711"),),
    ),
}


def service_account(**claims: Any) -> str:
    found = {
        "iss": CLUSTER,
        "aud": ["answerable"],
        "sub": "system:serviceaccount:support:bot",
        "kubernetes.io": POD,
        **claims,
    }
    return token(KEY, header={"typ": None}, claims=found)


def cloud(**claims: Any) -> str:
    found = {"iss": CLOUD, "aud": "answerable", "sub": "123", "org": {"id": "4711"}, **claims}
    return token(OTHER_KEY, header={"x5t": "abc"}, claims=found)


def refused(text: str) -> str:
    with pytest.raises(IdentityRefused) as caught:
        verify_oidc_workload(text, ISSUERS, NOW)
    assert caught.value.reason.isprintable()
    return caught.value.reason


def test_a_service_account_is_the_workload_that_its_claims_spell_out() -> None:
    found = verify_oidc_workload(service_account(), ISSUERS, NOW)
    assert str(found.id) == "spiffe://shop.example/ns/support/sa/bot"
    assert (found.proof, found.expires) == (Proof.OIDC, NOW + HOUR)
    assert str(verify_oidc_workload(cloud(), ISSUERS, NOW).id) == "spiffe://shop.example/cloud/123"


def test_a_bearer_token_is_told_by_its_subject() -> None:
    assert verify_bearer(service_account(), {}, None, ISSUERS, NOW).proof is Proof.OIDC
    with pytest.raises(IdentityRefused) as caught:
        verify_bearer(service_account(sub="spiffe://shop.example/bot"), {}, "answerable", ISSUERS, NOW)
    assert "no trust bundle of 'shop.example'" in caught.value.reason


def test_another_issuers_token_proves_nothing() -> None:
    assert "is none of the workloads' issuers" in refused(service_account(iss="https://evil.example"))
    assert "is none of the workloads' issuers" in refused(service_account(iss=CLUSTER + "/"))
    assert "does not say who issued it" in refused(service_account(iss=None))
    assert "does not say who issued it" in refused(service_account(iss=[CLUSTER]))


def test_one_issuers_key_signs_nothing_for_another() -> None:
    """Another tenant's: the cloud signs a token that says it is the cluster's."""
    made = token(OTHER_KEY, claims={"iss": CLUSTER, "aud": "answerable", "kubernetes.io": POD})
    assert "is not by the key 'k1' of 'https://kubernetes.default.svc'" in refused(made)


def test_a_key_that_is_not_at_hand_says_whose_keys_to_look_for() -> None:
    made = token(KEY, "k2", claims={"iss": CLUSTER, "aud": "answerable"})
    with pytest.raises(KeyNotKnown) as caught:
        verify_oidc_workload(made, ISSUERS, NOW)
    assert caught.value.issuer == CLUSTER


def test_a_shared_issuers_token_for_another_tenant_proves_nothing() -> None:
    assert "'org/id' is '4712'; of 'https://cloud.example' it must be '4711'" in refused(
        cloud(org={"id": "4712"})
    )
    for org in (None, {}, "4711", {"id": 4711}, {"id": ["4711"]}):
        assert "it must be '4711'" in refused(cloud(org=org))


@pytest.mark.parametrize("aud", [None, "kubernetes", ["answerable", "kubernetes"], []])
def test_a_token_for_anybody_else_proves_nothing(aud: Any) -> None:
    assert "for" in refused(service_account(aud=aud))


def test_a_token_out_of_its_time_proves_nothing() -> None:
    seconds = int(NOW.timestamp())
    assert "expired" in refused(service_account(exp=seconds - 60))
    assert "is not valid before" in refused(service_account(nbf=seconds + 60))
    assert "does not say when it expires" in refused(service_account(exp=None))


@pytest.mark.parametrize(
    "pod",
    [
        None,
        {},
        "support",
        {"namespace": "support"},
        {"namespace": "support", "serviceaccount": "bot"},
        {"namespace": "support", "serviceaccount": {"name": ""}},
        {"namespace": "support", "serviceaccount": {"name": 7}},
        {"namespace": "support/sa/admin", "serviceaccount": {"name": "x"}},
        {"namespace": "support", "serviceaccount": {"name": ".."}},
        {"namespace": "support", "serviceaccount": {"name": "a b"}},
        {"namespace": "support", "serviceaccount": {"name": "b%6ft"}},
        {"namespace": "support", "serviceaccount": {"name": "bot?x"}},
        {"namespace": "support", "serviceaccount": {"name": "bot\n"}},
        {"namespace": "{sub}", "serviceaccount": {"name": "bot"}},
    ],
)
def test_a_claim_fills_one_segment_or_nothing(pod: Any) -> None:
    refused(service_account(**{"kubernetes.io": pod}))


values = st.text(max_size=12) | st.sampled_from(["a", "b", "a-b", "..", "a/sa/b", "%2e", "{x}"])


@given(values, values, values, values)
def test_two_service_accounts_never_come_out_as_one_workload(a: str, b: str, c: str, d: str) -> None:
    made = []
    for namespace, name in ((a, b), (c, d)):
        claims = {"kubernetes.io": {"namespace": namespace, "serviceaccount": {"name": name}}}
        try:
            made.append(str(parse_template(TEMPLATE).filled(claims)))
        except IdentityRefused:
            return
    assert all(str(parse_spiffe_id(one)) == one for one in made)
    assert (made[0] == made[1]) == ((a, b) == (c, d))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("spiffe://shop.example/bot", "does not name workloads"),
        ("spiffe://{sub}/bot", "does not name workloads"),
        ("spiffe://{a/b}/bot", "does not name workloads"),
        ("{sub}", "is no SPIFFE id"),
        ("", "does not name workloads"),
        ("https://shop.example/{sub}", "is no SPIFFE id"),
        ("spiffe://Shop.example/{sub}", "is no trust domain"),
        ("spiffe://shop.example/{sub", "a brace that holds no way"),
        ("spiffe://shop.example/{}", "a brace that holds no way"),
        ("spiffe://shop.example/{a//b}", "a brace that holds no way"),
        ("spiffe://shop.example/{/a}", "a brace that holds no way"),
        ("spiffe://shop.example/sub}", "does not name workloads"),
        ("spiffe://shop.example/{ns}-{sa}", "two claims in one segment"),
        ("spiffe://shop.example/x{a}{b}", "two claims in one segment"),
        ("spiffe://shop.example/{sub}/", "is no path"),
    ],
)
def test_a_template_that_could_not_name_workloads_apart_is_refused(text: str, said: str) -> None:
    with pytest.raises(IdentityError, match=said):
        parse_template(text)


def test_a_claim_may_be_a_part_of_a_segment() -> None:
    assert (
        str(parse_template("spiffe://a/ns-{x}/{y/z}").filled({"x": "1", "y": {"z": "2"}}))
        == "spiffe://a/ns-1/2"
    )
