"""What an entry can be found by: all that is wanted, nothing private without its key, and never an exception."""

import msgspec
from entry_strategies import entries, of, texts
from hypothesis import given
from hypothesis import strategies as st

from answerable.receipts import (
    PRIVATE_OF,
    ActionBody,
    ActionPrivate,
    ApprovalBody,
    ClaimPart,
    DecisionPart,
    Entry,
    ExchangeBody,
    ExchangePrivate,
    GrantBody,
    LineBody,
    LinePrivate,
    ReceiptBody,
    ReceiptPrivate,
    StatementPart,
    TermPart,
    UnknownBody,
    canonical,
)
from answerable.receipts.entries import MessagePrivate
from answerable.receipts.facet import Amount, Facets, Kind, facet, words_in
from answerable.receipts.facets import facets_of, looks_inside, private_part
from answerable.receipts.identifiers import folded, in_json, in_words

lines = of(LineBody)


def an_entry(body: object) -> Entry:
    return Entry(2, 0, "0" * 64, "tr_1", "2026-01-31T00:00:00.000000Z", body)  # type: ignore[arg-type]


@given(entries)
def test_any_entry_has_facets_and_without_its_private_part_none_that_is_sealed(entry: Entry) -> None:
    facets = facets_of(entry, None)
    assert facets.own[0].startswith("entry/")
    assert (facets.sealed, facets.amounts) == ((), ())
    assert not any(one.startswith(("customer/", "identifier/")) for one in (*facets.own, *facets.shared))


@given(entries.filter(lambda entry: type(entry.body) in PRIVATE_OF), st.data())
def test_any_private_part_can_be_looked_into(entry: Entry, data: st.DataObject) -> None:
    private = data.draw(of(PRIVATE_OF[type(entry.body)]))
    assert private_part(entry, canonical(private)) == private
    facets = facets_of(entry, private)
    if not looks_inside(entry) and not isinstance(entry.body, LineBody):
        assert facets == facets_of(entry, None)


@given(lines, st.data())
def test_a_line_whose_public_part_names_no_term_need_not_be_opened(
    line: LineBody, data: st.DataObject
) -> None:
    line = msgspec.structs.replace(line, claim=msgspec.structs.replace(line.claim, terms=()))
    entry = an_entry(line)
    private = data.draw(of(LinePrivate).map(lambda one: msgspec.structs.replace(one, terms=())))
    assert not looks_inside(entry)
    assert facets_of(entry, private) == facets_of(entry, None)


def test_a_kind_that_a_later_version_writes_is_found_as_that_kind() -> None:
    assert facets_of(an_entry(UnknownBody(77, b"{}")), None) == Facets((facet(Kind.ENTRY, "kind 77"),))


def test_terms_that_a_later_version_writes_are_passed_over() -> None:
    terms = (
        TermPart("money", '{"minor":"much","currency":"USD"}'),
        TermPart("money", '{"minor":1e400,"currency":"USD"}'),
        TermPart("money", f'{{"minor":{2**70},"currency":"USD"}}'),
        TermPart("money", '{"minor":5,"currency":"U\\u0000D"}'),
        TermPart("identifier", "["),
        TermPart("identifier", '{"value":"#"}'),
        TermPart("money", '{"minor":500,"high_minor":100,"currency":"EUR"}'),
    )
    body = _line_with(terms)
    assert facets_of(an_entry(body), LinePrivate("", "", None, terms=terms)).amounts == (
        Amount(100, 500, "EUR"),
    )


def _line_with(terms: tuple[TermPart, ...]) -> LineBody:
    claim = ClaimPart(
        "promise", "committal", "grants", "refund", 1, (), tuple((t.kind, 0, 1) for t in terms), "r"
    )
    decision = DecisionPart("hold", "because", (), "b", (), None, None, enforced=True)
    return LineBody(0, "content", 0, StatementPart(0, 1, "s", overlong=False), claim, None, decision, None)


def test_identifiers_are_compared_without_what_people_write_differently() -> None:
    assert {folded(one) for one in ("#W-123 4", "w1234", "W 12/34", "w1234.")} == {"w1234"}


def test_values_of_arguments_that_look_like_identifiers_are_found() -> None:
    arguments = {
        "order_id": "#W0001",
        "reservation": {"reservationId": "QWERTY", "member-number": "ana.lima"},
        "items": [4711, "a-2", 17, True, 2.5],
        "reason": "no longer needed",
        "city": "Lyon",
    }
    assert in_json(msgspec.json.encode(arguments).decode()) == ("w0001", "qwerty", "analima", "4711", "a2")


def test_arguments_that_are_deep_large_or_no_json_name_nothing_and_cost_little() -> None:
    assert in_json("[" * 5000 + "]" * 5000) == ()
    assert in_json('{"a":' * 30 + '"W1234"' + "}" * 30) == ()
    assert in_json('"W1234') == ()
    assert in_json(f'["W1234","{"x" * 70_000}"]') == ()
    assert len(in_json(msgspec.json.encode([f"W{one}" for one in range(1000)]).decode())) == 64


def test_what_a_customer_writes_names_things_with_digits() -> None:
    assert in_words("Where is (#W-1234), and AB12? I paid 50 on 3/4.") == ("w1234", "ab12")
    assert in_words("x1" * 40) == ()


@given(texts)
def test_identifiers_in_any_text_are_folded_already(text: str) -> None:
    for found in (*in_words(text), *in_json(text)):
        assert folded(found) == found != ""


def test_words_are_compared_without_case_accents_and_plurals() -> None:
    assert words_in("Refunds, POLICIES — café! 30-day Straße") == words_in(
        "refund policy cafe 30 days STRASSE"
    )
    assert words_in("status is us") == {"status", "is", "us"}
    assert words_in("—…!") == frozenset()


@given(texts)
def test_the_words_of_any_text_are_its_own_words(text: str) -> None:
    for word in words_in(text):
        assert word
        assert words_in(word) <= words_in(word + " " + word)


def test_a_message_of_the_customer_and_an_earlier_call_name_what_the_exchange_is_about() -> None:
    private = ExchangePrivate(
        "Ada",
        (
            MessagePrivate("user", "It's W-77001."),
            MessagePrivate("assistant", "B-99001", (("c", "get", '{"booking":"K12"}'),)),
        ),
        (("policy", "C-55001"),),
    )
    body = ExchangeBody(
        "bot",
        "m",
        0,
        1,
        (),
        (),
        "p",
        "enforce",
        "sha256:" + "ab" * 32,
        "larkfield",
        "Mira  Lindqvist",
        None,
        "r",
    )
    facets = facets_of(an_entry(body), private)
    assert facets.sealed == ("customer/Ada", "identifier/w77001", "identifier/k12")
    assert {"bundle/larkfield", "bundle/sha256:abababababab", "author/mira lindqvist"} <= set(facets.shared)


def test_whoever_answered_is_an_approver_of_the_whole_exchange_and_whoever_was_reminded_is_not() -> None:
    body = ApprovalBody("ap_1", "approved", "act", "d", "b", "u", by="https://id.example#Ana")
    assert facets_of(an_entry(body), None).shared == (facet(Kind.APPROVER, "https://id.example#ana"),)
    assert facets_of(an_entry(msgspec.structs.replace(body, event="reminded")), None).shared == ()


def test_an_act_and_its_receipt_are_found_by_what_they_name_only_with_their_key() -> None:
    act = an_entry(ActionBody("ac_1", "sent", "refund_order", "k", "shop", "d", "bot"))
    receipt = an_entry(ReceiptBody("ac_1", "done", "answer", 1))
    order = facet(Kind.IDENTIFIER, "w1234")
    assert order in facets_of(act, ActionPrivate('{"order_id":"#W1234"}')).sealed
    assert order in facets_of(receipt, ReceiptPrivate('{"order_id":"W-1234"}')).sealed
    assert facet(Kind.IDENTIFIER, "re9") in facets_of(receipt, ReceiptPrivate("", "RE-9")).sealed
    assert facet(Kind.TOOL, "refund_order") in facets_of(act, None).own
    assert facet(Kind.OUTCOME, "done") in facets_of(receipt, None).own


def test_a_question_by_tool_finds_what_was_approved_and_what_became_of_it() -> None:
    tool = facet(Kind.TOOL, "refund_order")
    approval = ApprovalBody("ap_1", "approved", "act", "d", "b", "u", tool="refund_order")
    for body in (
        approval,
        GrantBody("gr_1", "issued", tool="refund_order"),
        ReceiptBody("ac_1", "done", "answer", 1, tool="refund_order"),
    ):
        assert tool in facets_of(an_entry(body), None).own
    assert tool not in facets_of(an_entry(ReceiptBody("ac_1", "done", "answer", 1)), None).own
