"""Entries of held decisions to try approvals with: an act or a line that waits, in an exchange of its own."""

from answerable.receipts import (
    ActDecisionPart,
    CallBody,
    CallPrivate,
    ClaimPart,
    DecisionPart,
    Draft,
    ExchangeBody,
    ExchangePrivate,
    FindingPart,
    LineBody,
    LinePrivate,
    PolicyPart,
    ReleasePart,
    StatementPart,
)
from answerable.receipts.entries import MessagePrivate
from answerable.testing.sample_approvals import NOW, ROUTE, WORKLOAD, digest
from answerable.values import rfc3339

ARGUMENTS = '{"order_id":"W1","amount":120}'
LINE = "As a Gold member, you qualify for a $200 travel voucher."
BUNDLE = digest("bundle")
_AT = rfc3339(NOW)
_POLICY = PolicyPart("refund-above-limit", "ops.ana")


def exchange(number: int = 0) -> Draft:
    """The exchange in trace `tr_NUMBER`, of conversation `c-NUMBER`."""
    body = ExchangeBody(
        workload=WORKLOAD,
        model="m",
        assurance=2,
        messages=1,
        tools=("refund_order",),
        sources=(),
        prompt=digest("prompt"),
        mode="enforce",
        bundle=BUNDLE,
        bundle_name="shop",
        bundle_author="ana",
        bundle_approver="ben",
        reader="r",
        conversation=f"c-{number}",
    )
    private = ExchangePrivate(f"u-{number}", (MessagePrivate("user", "I want my money back."),), ())
    return Draft(f"tr_{number}", _AT, body, private, f"customer:u-{number}")


def held_act(number: int = 0, arguments: str = ARGUMENTS) -> Draft:
    """A refund that waits for the support lead."""
    decision = ActDecisionPart(
        "hold", "a refund of more than $100 is approved by a person", (_POLICY,), BUNDLE, (), (), ROUTE,
        enforced=True,
    )  # fmt: skip
    body = CallBody(0, 0, "call_1", "refund_order", decision, passed=False)
    return Draft(f"tr_{number}", _AT, body, CallPrivate(arguments), f"customer:u-{number}")


def held_line(number: int = 0, text: str = LINE) -> Draft:
    """A line about a voucher that waits for the support lead."""
    body = LineBody(
        0,
        "content",
        0,
        StatementPart(0, len(text), "sentence", overlong=False),
        ClaimPart("entitlement", "committal", "positive", "refund", 900, (), (), "r"),
        FindingPart("unsupported", None, ()),
        DecisionPart(
            "hold", "no record shows it", (_POLICY,), BUNDLE, (), ROUTE, "needs-confirmation", enforced=True
        ),
        ReleasePart(verbatim=False, text="A member of our team needs to look at that."),
    )
    return Draft(f"tr_{number}", _AT, body, LinePrivate(text), f"customer:u-{number}")
