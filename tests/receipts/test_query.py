"""Questions that can't be asked are refused; what can is compared as it was meant, whatever its words look like."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.receipts.facet import Amount, Facets, words_in
from answerable.receipts.query import Query, facet_number, micros, sought
from answerable.values.errors import InvalidRequest

AT = "2026-03-01T10:00:00.000000Z"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def hashed(name: str) -> str:
    return f"{hash(name) & 0xFFFF_FFFF_FFFF_FFFF:016x}" * 4


def test_a_question_without_conditions_asks_for_exchanges() -> None:
    assert Query().of_entry() == ("entry/exchange",)
    assert Query(customer="Ada").of_entry() == ("entry/exchange",)
    assert Query(amount=Amount(0, 1, "USD")).of_entry() == ("entry/line",)
    assert Query(words="refund").of_entry() == ()
    assert len(sought(Query(), hashed).facets) == 1


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ({"customer": ""}, "'customer' has 0 characters"),
        ({"policy": "p" * 513}, "'policy' has 513 characters; it may have 1 to 512"),
        ({"identifier": "#-"}, "'#-' has no letter or digit to look for"),
        ({"words": "—!"}, "has no word to look for"),
        ({"words": "w" * 401}, "401 characters to look for; at most 400"),
        ({"words": " ".join(f"w{one}x" for one in range(17))}, "17 words to look for; at most 16"),
        ({"amount": Amount(2, 1, "USD")}, "lower end is above its upper end"),
        ({"since": NOON, "until": NOON}, "nothing lies between"),
    ],
)
def test_a_question_that_nothing_could_answer_is_refused(conditions: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        Query(**conditions)  # type: ignore[arg-type]


@given(st.text(max_size=400))
def test_any_words_are_words_or_refused(words: str) -> None:
    try:
        query = Query(words=words)
    except InvalidRequest:
        return
    if words:
        assert query.answers(Facets(texts=(words,)), (), AT)
        assert len(sought(query, hashed).facets) == len(words_in(words))
    assert not Query(words="zzz").answers(Facets(texts=("refund",)), (), AT)


def test_words_may_stand_in_different_texts_of_one_entry_and_all_must() -> None:
    facets = Facets(texts=("no record shows the refund", "Returns Team"))
    assert Query(words="team REFUNDS").answers(facets, (), AT)
    assert not Query(words="team discount").answers(facets, (), AT)


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [(100, 200, True), (200, 900, True), (0, 100, True), (151, 199, True), (0, 99, False), (201, 900, False)],
)
def test_an_amount_or_a_range_answers_where_it_touches_what_was_asked(
    low: int, high: int, *, found: bool
) -> None:
    facets = Facets(own=(*Query(amount=Amount(0, 1, "USD")).of_entry(),), amounts=(Amount(100, 200, "USD"),))
    assert Query(amount=Amount(low, high, "USD")).answers(facets, (), AT) is found
    assert not Query(amount=Amount(low, high, "EUR")).answers(facets, (), AT)


def test_instants_are_compared_in_time_and_not_as_texts() -> None:
    facets = Facets(own=Query().of_entry())
    in_oslo = datetime(2026, 3, 1, 11, tzinfo=timezone(timedelta(hours=1)))
    assert Query(since=in_oslo).answers(facets, (), AT)
    assert not Query(until=in_oslo).answers(facets, (), AT)
    assert not Query(since=in_oslo + timedelta(microseconds=1)).answers(facets, (), AT)
    assert not Query(since=in_oslo).answers(facets, (), "at noon")
    assert Query().answers(facets, (), "at noon")
    assert micros("at noon") is None


def test_a_bundle_is_meant_exactly_or_as_far_as_it_is_shown() -> None:
    digest = "sha256:" + "0123456789abcdef" * 4
    shared = {f"bundle/{one}" for one in ("larkfield", digest, digest[:19])}
    facets = Facets(own=Query().of_entry())
    for asked in ("larkfield", digest, digest[:19], digest[:19] + "…", digest[:40]):
        assert Query(bundle=asked).answers(facets, shared, AT)  # type: ignore[arg-type]
    for asked in ("lark", digest[:-1] + "0", digest[:18], "sha256:"):
        assert not Query(bundle=asked).answers(facets, shared, AT)  # type: ignore[arg-type]


def test_what_an_index_is_asked_says_nothing_of_what_is_looked_for() -> None:
    asked = sought(Query(customer="Ada Okafor", identifier="W100", words="secret"), hashed)
    assert all(isinstance(one, int) for one in asked.facets)
    assert len(set(asked.facets)) == 3


@given(st.text(), st.text())
def test_facets_have_numbers_that_a_database_holds(one: str, other: str) -> None:
    for text in (one, other):
        number = facet_number(text, lambda name: f"{len(name):x}".rjust(16, "f") * 4)  # type: ignore[arg-type]
        assert -(2**63) <= number < 2**63
