"""One workload has one id in one spelling; what is no id is never read as one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.identity import SpiffeId, TrustDomain, parse_spiffe_id, trust_domain
from answerable.identity.spiffe_id import LONGEST_ID
from answerable.values.errors import IdentityError

LOWER = "abcdefghijklmnopqrstuvwxyz0123456789.-_"
domains = st.text(LOWER, min_size=1, max_size=40)
segments = st.text(LOWER + LOWER.upper(), min_size=1, max_size=20).filter(lambda one: one not in (".", ".."))
paths = st.lists(segments, max_size=5).map(lambda parts: "".join(f"/{part}" for part in parts))


@given(domains, paths)
def test_an_id_is_read_back_as_it_was_written(domain: str, path: str) -> None:
    made = SpiffeId(TrustDomain(domain), path)
    assert parse_spiffe_id(str(made)) == made
    assert str(made) == f"spiffe://{domain}{path}"


@given(st.text(max_size=60) | st.text(LOWER + "/:?#%@. \n\0SPIFE", max_size=60).map("spiffe://{}".format))
def test_any_text_is_an_id_in_its_only_spelling_or_refused(text: str) -> None:
    try:
        found = parse_spiffe_id(text)
    except IdentityError as error:
        said = str(error)
    else:
        said = ""
        assert str(found) == text
        assert text.isascii()
    assert said.isprintable()


@given(domains, paths, domains, paths)
def test_two_ids_are_one_only_where_their_parts_are(
    domain: str, path: str, other: str, other_path: str
) -> None:
    one, two = SpiffeId(TrustDomain(domain), path), SpiffeId(TrustDomain(other), other_path)
    assert (str(one) == str(two)) == ((domain, path) == (other, other_path))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "spiffe://",
        "spiffe:///bot",
        "spiffe:/shop.example/bot",
        "https://shop.example/bot",
        "SPIFFE://shop.example/bot",
        "spiffe://Shop.example/bot",
        "spiffe://user@shop.example/bot",
        "spiffe://shop.example:443/bot",
        "spiffe://[::1]/bot",
        "spiffe://shop%2eexample/bot",
        "spiffe://shöp.example/bot",
        "spiffe://shop.example/",
        "spiffe://shop.example/bot/",
        "spiffe://shop.example//bot",
        "spiffe://shop.example/bot//a",
        "spiffe://shop.example/./bot",
        "spiffe://shop.example/../bot",
        "spiffe://shop.example/a/..",
        "spiffe://shop.example/b%6ft",
        "spiffe://shop.example/bot?x=1",
        "spiffe://shop.example/bot#x",
        "spiffe://shop.example/böt",
        "spiffe://shop.example/bot\n",
        " spiffe://shop.example/bot",
        "spiffe://" + "a" * 256,
        "spiffe://a/" + "b" * 2048,
    ],
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(IdentityError):
        parse_spiffe_id(text)


@pytest.mark.parametrize(
    "text",
    ["spiffe://1.2.3.4", "spiffe://a_b-c.d/E", "spiffe://shop.example/...", "spiffe://" + "a" * 255 + "/b"],
)
def test_what_the_specification_allows_is_read(text: str) -> None:
    assert str(parse_spiffe_id(text)) == text


def test_an_id_is_as_long_as_it_may_be_and_no_longer() -> None:
    longest = "spiffe://a/" + "b" * (LONGEST_ID - len("spiffe://a/"))
    assert str(parse_spiffe_id(longest)) == longest
    with pytest.raises(IdentityError, match="at most 2048 bytes"):
        parse_spiffe_id(longest + "b")
    with pytest.raises(IdentityError, match="at most 2048 bytes"):
        SpiffeId(TrustDomain("a"), "/" + "b" * LONGEST_ID)


@pytest.mark.parametrize(("domain", "path"), [("", "/bot"), ("Shop", "/bot"), ("shop", "bot"), ("shop", "/")])
def test_an_id_cannot_be_made_of_what_is_none(domain: str, path: str) -> None:
    with pytest.raises(IdentityError):
        SpiffeId(TrustDomain(domain), path)


def test_a_refusal_quotes_the_name_and_says_what_to_write() -> None:
    with pytest.raises(IdentityError, match="'Shop' is no trust domain; write lower-case"):
        trust_domain("Shop")
