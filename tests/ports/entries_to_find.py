"""Exchanges with something to look for in each entry, in any number and order."""

from typing import NamedTuple

from hypothesis import strategies as st

from answerable.receipts import (
    CallBody,
    CallPrivate,
    ClaimPart,
    DecisionPart,
    Draft,
    ErasureBody,
    ExchangeBody,
    ExchangePrivate,
    FindingPart,
    LineBody,
    LinePrivate,
    PolicyPart,
    Private,
    ReleasePart,
    ReplyBody,
    StatementPart,
    TermPart,
)
from answerable.receipts.entries import ActDecisionPart, MessagePrivate
from answerable.receipts.format import Body

AT = "2026-03-{day:02d}T10:{minute:02d}:00.000000Z"
BUNDLE = "sha256:" + "ab" * 32


class Asked(NamedTuple):
    """What an exchange is about."""

    trace: str = "tr_one"
    customer: str | None = "Ada Okafor"
    conversation: str | None = "c-1"
    order: str | None = None
    approver: str | None = "Tomas Adeyemi"
    day: int = 1


def draft(asked: Asked, body: Body, private: Private | None = None, *, minute: int = 0) -> Draft:
    subject = f"customer:{asked.customer}" if asked.customer else None
    return Draft(asked.trace, AT.format(day=asked.day, minute=minute), body, private, subject)


def exchange(asked: Asked) -> Draft:
    said = MessagePrivate("user", f"Where is {asked.order or 'my order'}? I'm in Lyon.")
    body = ExchangeBody(
        "shop-bot", "model-9", 1, 1, ("get_order",), ("returns policy",), "sha256:p", "enforce", BUNDLE, "larkfield",
        "Mira Lindqvist", asked.approver, "rules", None, asked.conversation,
    )  # fmt: skip
    return draft(asked, body, ExchangePrivate(asked.customer, (said,), ()))


def line(
    asked: Asked,
    number: int = 0,
    *,
    subject: str = "refund",
    kind: str = "committal",
    outcome: str = "release",
    policy: str = "refunds-in-time",
    minor: int | None = None,
    high: int | None = None,
    order: str | None = None,
    term: str | None = None,
    because: str = "a published term allows it",
    minute: int = 0,
) -> Draft:
    terms: list[TermPart] = []
    if minor is not None:
        range_ = "" if high is None else f',"high_minor":{high}'
        terms.append(TermPart("money", f'{{"currency":"USD","minor":{minor}{range_},"end":9,"start":2}}'))
    if order is not None:
        terms.append(TermPart("identifier", f'{{"end":9,"of":"order","start":2,"value":"{order}"}}'))
    body = LineBody(
        0, "content", number, StatementPart(0, 9, "sentence", overlong=False),
        ClaimPart("promise", kind, "grants", subject, 900, ("will-do",), tuple((one.kind, 2, 9) for one in terms), "r"),
        FindingPart("supported", None, (term,)) if term else None,
        DecisionPart(outcome, because, (PolicyPart(policy, "Returns Team"),), BUNDLE, (), None, None, enforced=True),
        ReleasePart(verbatim=outcome == "release", text=None if outcome == "release" else "A person looks at it."),
    )  # fmt: skip
    private = LinePrivate(" ", "I'll refund it, dear Ada.", None, "because Ada asked", (), tuple(terms))
    return draft(asked, body, private, minute=minute)


def call(asked: Asked, tool: str = "get_order", arguments: str = "{}", outcome: str = "permit") -> Draft:
    part = ActDecisionPart(
        outcome,
        "the act is allowed",
        (PolicyPart("acts-of-staff", "Ops"),),
        BUNDLE,
        (),
        (),
        None,
        enforced=True,
    )
    return draft(asked, CallBody(0, 0, "call_1", tool, part), CallPrivate(arguments))


def reply(asked: Asked) -> Draft:
    return draft(asked, ReplyBody("complete", "", None, None, (), 0, None))


def erasure(keys: tuple[str, ...], *, reason: str = "asked to be forgotten") -> Draft:
    return Draft("er_1", AT.format(day=9, minute=0), ErasureBody(keys, "Ruth Adler", reason, "request"))


traces = st.sampled_from(["tr_one", "tr_two", "tr_three"])
askings = st.builds(
    Asked,
    trace=traces,
    customer=st.sampled_from([None, "Ada Okafor", "Bo Lindgren"]),
    conversation=st.sampled_from([None, "c-1", "c-2"]),
    order=st.sampled_from([None, "W100", "#W-200"]),
    day=st.integers(1, 5),
)
any_draft = st.one_of(
    askings.map(exchange),
    st.builds(
        line,
        askings,
        subject=st.sampled_from(["refund", "delivery"]),
        kind=st.sampled_from(["committal", "informational"]),
        outcome=st.sampled_from(["release", "hold"]),
        policy=st.sampled_from(["refunds-in-time", "no-promise"]),
        minor=st.sampled_from([None, 999, 10_000, 25_000]),
        high=st.sampled_from([None, 30_000]),
        order=st.sampled_from([None, "W100", "w200"]),
        term=st.sampled_from(
            [None, "term:return-window@2", "context:returns policy", "policy:refunds-over-limit"]
        ),
        because=st.sampled_from(["a published term allows it", "no record shows the refunds"]),
        minute=st.integers(0, 59),
    ),
    st.builds(
        call,
        askings,
        tool=st.sampled_from(["get_order", "issue_refund"]),
        arguments=st.sampled_from(["{}", '{"order_id":"W100"}', '{"ids":["W-200", 4711]}', "no json"]),
        outcome=st.sampled_from(["permit", "hold"]),
    ),
    askings.map(reply),
)
