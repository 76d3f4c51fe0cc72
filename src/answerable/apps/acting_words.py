"""What followed a decision, in words for every page that shows it: answers, credentials, acts, receipts."""

from typing import NamedTuple

from answerable.receipts import (
    ActionBody,
    ActionPrivate,
    ApprovalBody,
    ApprovalPrivate,
    GrantBody,
    GrantPrivate,
    Private,
    ReceiptBody,
    ReceiptPrivate,
    RoleBody,
)

Acting = ApprovalBody | GrantBody | ActionBody | ReceiptBody | RoleBody

GONE = "(not here)"
_SECONDS = 19
_INTENDED = "intended"


class Followed(NamedTuple):
    """One step after a decision."""

    at: str
    what: str
    """`approval approved`, `grant consumed`, `receipt done`."""
    who: str
    """The person or program that it was done by or for, as authenticated; empty where the gate did it by itself."""
    told: str


def followed(at: str, body: Acting, private: Private | None) -> Followed:
    """A step in words."""
    match body:
        case ApprovalBody():
            what = "answer refused" if body.event == "refused" else f"approval {body.event}"
            return Followed(at, what, _person(body), _approval(body, private))
        case GrantBody():
            return Followed(at, f"grant {body.event}", body.by or body.workload or "", _grant(body, private))
        case ActionBody():
            return Followed(at, f"act {body.event}", body.workload, _action(body, private))
        case ReceiptBody():
            return Followed(at, f"receipt: {body.outcome}", body.by or "", _receipt(body, private))
        case RoleBody():
            return Followed(at, f"role {body.event}", body.by, _role(body))


def _person(body: ApprovalBody) -> str:
    if body.by is None:
        return ""
    return body.by if body.level is None else f"{body.by} (AAL{body.level})"


def _approval(body: ApprovalBody, private: Private | None) -> str:
    words = private if isinstance(private, ApprovalPrivate) else ApprovalPrivate()
    return _joined(
        f"{body.approval}, of the {body.of} in entry {short(body.decision)}",
        body.route and f"waits for {body.route}" if body.event in ("opened", "reminded", "escalated") else "",
        body.needed > 1 and f"{body.approvals} of {body.needed} approvals",
        body.deadline and f"until {second(body.deadline)}",
        body.policies and f"by {', '.join(body.policies)}",
        body.detail,
        words.reason and f"because: {words.reason}",
        words.arguments and f"changed to {words.arguments}",
        words.wording and f"the customer hears: {words.wording}",
    )


def _grant(body: GrantBody, private: Private | None) -> str:
    why = f"because: {private.reason}" if isinstance(private, GrantPrivate) else GONE
    if body.event == "refused" and body.by:
        return _joined(body.grant, body.detail, not body.grant and why)
    if not body.grant and body.selector:
        what = f"every grant of {body.selector} {body.value or ''}".strip()
        # Entries of before have it in the clear.
        return _joined(what, body.detail or why)
    return _joined(
        body.grant,
        body.tool and f"for {body.tool} at {body.audience}",
        body.expires and f"until {second(body.expires)}",
        body.approval and f"under approval {body.approval}",
        body.detail,
    )


def _action(body: ActionBody, private: Private | None) -> str:
    arguments = private.arguments if isinstance(private, ActionPrivate) else GONE
    what = (
        f"{body.tool} {arguments}" if body.event == _INTENDED else body.tool
    )  # said once, where it was intended
    return _joined(
        f"{body.action}: {what} at {body.audience}",
        body.attempt and f"try {body.attempt}",
        body.grant and f"under grant {body.grant}",
        body.approval and f"under approval {body.approval}",
        body.undoes and f"undoes {body.undoes}",
        body.detail,
    )


def _receipt(body: ReceiptBody, private: Private | None) -> str:
    words = private if isinstance(private, ReceiptPrivate) else ReceiptPrivate()
    return _joined(
        f"{body.action}, known by {body.how}, try {body.attempt}",
        body.detail,
        words.reference and f"the back end calls it {words.reference}",
        words.result and _answered(body, words.result),
    )


def _answered(body: ReceiptBody, result: str) -> str:
    """Of what was not done, our reason and then the back end's own words."""
    if body.outcome == "done":
        return f"answered: {result}"
    reason, _, theirs = result.partition("\n")
    return _joined(
        reason and reason != body.detail and f"because: {reason}", theirs and f"in its own words: {theirs}"
    )


def _role(body: RoleBody) -> str:
    return _joined(
        f"{body.role} for {body.operator}",
        body.workload and f"of {body.workload}",
        body.limits and f"within {body.limits}",
        body.until and f"until {second(body.until)}",
        f"because: {body.reason}",
    )


def second(at: str) -> str:
    """An instant to the second, for people."""
    return at[:_SECONDS].replace("T", " ")


def short(digest: str) -> str:
    """As many characters of a digest as tell it from others on a page."""
    return f"{digest.removeprefix('sha256:')[:12]}…"


def _joined(*parts: str | bool | int | tuple[str, ...] | None) -> str:
    return "; ".join(part for part in parts if isinstance(part, str) and part)
