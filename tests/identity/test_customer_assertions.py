"""A customer is who the login service signed for, worth what its authentication context is worth here."""

from typing import Any

import pytest
from joserfc.jwk import ECKey

from answerable.identity import CustomerIssuer, Issuer, KeyNotKnown, verify_customer
from answerable.identity.keys import usable_key
from answerable.testing.authorities import NOW, forged, token
from answerable.values import AssuranceLevel
from answerable.values.errors import IdentityRefused

LOGIN, PARTNER = "https://login.shop.example", "https://login.partner.example"
KEY, PARTNER_KEY = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
SECONDS = int(NOW.timestamp())
ISSUERS = {
    LOGIN: CustomerIssuer(
        Issuer(LOGIN, "support-chat", {"k1": usable_key(KEY.public_key)}),
        {"pwd": AssuranceLevel.AAL1, "otp": AssuranceLevel.AAL2, "hw": AssuranceLevel.AAL3},
    ),
    PARTNER: CustomerIssuer(Issuer(PARTNER, "support-chat", {"k1": usable_key(PARTNER_KEY.public_key)})),
}


def assertion(key: ECKey = KEY, **claims: Any) -> str:
    said = {"iss": LOGIN, "aud": "support-chat", "sub": "u-7", "acr": "otp", **claims}
    return token(key, claims=said)


def refused(text: str) -> str:
    with pytest.raises(IdentityRefused) as caught:
        verify_customer(text, ISSUERS, NOW)
    assert str(caught.value) == (
        "the gate does not accept this customer assertion; its owner finds the reason in its log"
    )
    return caught.value.reason


def test_the_customer_is_the_subject_with_the_level_of_its_context() -> None:
    found = verify_customer(assertion(), ISSUERS, NOW)
    assert (found.id, found.assurance, found.issuer) == ("u-7", AssuranceLevel.AAL2, LOGIN)
    assert verify_customer(assertion(acr="hw"), ISSUERS, NOW).assurance is AssuranceLevel.AAL3


@pytest.mark.parametrize("acr", [None, "", "OTP", "aal3", "3", 3, ["hw"], {"hw": 1}])
def test_a_context_that_is_not_listed_is_worth_nothing(acr: Any) -> None:
    assert verify_customer(assertion(acr=acr), ISSUERS, NOW).assurance is AssuranceLevel.NONE


def test_levels_are_each_login_services_own() -> None:
    found = verify_customer(assertion(PARTNER_KEY, iss=PARTNER), ISSUERS, NOW)
    assert (found.assurance, found.issuer) == (AssuranceLevel.NONE, PARTNER)


def test_another_login_services_assertion_proves_nothing() -> None:
    assert "is none of the customers' issuers" in refused(assertion(iss="https://evil.example"))
    assert "does not say who issued it" in refused(assertion(iss=None))
    assert "is not by the key 'k1' of 'https://login.shop.example'" in refused(assertion(PARTNER_KEY))


def test_an_assertion_for_anybody_else_proves_nothing() -> None:
    assert "it must be for 'support-chat' and nobody else" in refused(assertion(aud="web-shop"))
    assert "it must be for 'support-chat' and nobody else" in refused(
        assertion(aud=["support-chat", "web-shop"])
    )


def test_an_assertion_out_of_its_time_proves_nothing() -> None:
    assert "expired" in refused(assertion(exp=SECONDS - 31))
    assert "does not say when it expires" in refused(assertion(exp=None))
    assert "does not say when it was issued" in refused(assertion(iat=None))
    assert "says it was issued at" in refused(assertion(iat=SECONDS + 31))
    assert "is not valid before" in refused(assertion(nbf=SECONDS + 31))


@pytest.mark.parametrize("sub", [None, "", 7, "x" * 256, "u\0", "u\n7", ["u-7"]])
def test_a_subject_is_a_name(sub: Any) -> None:
    assert "which is no customer's name" in refused(assertion(sub=sub))


def test_an_access_token_or_an_unsigned_one_is_no_assertion() -> None:
    assert "type is 'at+jwt'" in refused(token(KEY, header={"typ": "at+jwt"}, claims={"iss": LOGIN}))
    assert "algorithm is 'none'" in refused(
        forged({"alg": "none", "kid": "k1"}, {"iss": LOGIN, "sub": "u-7"})
    )
    assert "algorithm is 'HS256'" in refused(forged({"alg": "HS256", "kid": "k1"}, {"iss": LOGIN}))


def test_a_key_that_is_not_at_hand_says_whose_keys_to_look_for() -> None:
    with pytest.raises(KeyNotKnown) as caught:
        verify_customer(token(KEY, "k2", claims={"iss": LOGIN}), ISSUERS, NOW)
    assert caught.value.issuer == LOGIN
    assert "this customer assertion" in str(caught.value)
