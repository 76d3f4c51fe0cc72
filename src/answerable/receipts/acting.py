"""What entries say of people's answers, credentials and acts: everything after a decision.

    held ─► approval (opened … approved) ─► grant (issued, consumed) ─► action (intended, sent) ─► receipt

`decision` is everywhere the leaf hash of the entry that the decision stands in (`sha256:` and 64 digits): who
holds the log can show that entry, and nobody can put another in its place. `by` is an operator's id or a workload,
as it was authenticated. As in `entries`, fields are only ever added, at the end and with a default.
"""

import msgspec


class ApprovalBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something happened to a held decision that waits for people."""

    approval: str
    event: str
    """opened, reminded, escalated, approved, denied, withdrawn, expired, voided, used, told; refused, of an answer that
    `by` may not give, by which nothing happened to it."""
    of: str
    """What was held: `act` or `line`."""
    decision: str
    binds: str
    """The digest of everything that is approved: statement or act, arguments, findings, bundle."""
    bundle: str
    route: str | None = None
    by: str | None = None
    level: int | None = None
    """The assurance level of whoever answered."""
    deadline: str | None = None
    policies: tuple[str, ...] = ()
    """The rules on duties that allowed the answer; of one that was refused, those that forbade it."""
    approvals: int = 0
    """How many have approved by now."""
    needed: int = 1
    detail: str = ""
    """Why, in the gate's own words: it names nobody's data."""
    tool: str | None = None
    """The act's, where it is one; entries of before lack it."""


class ApprovalPrivate(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the approver wrote and changed, and what the customer hears."""

    reason: str = ""
    arguments: str | None = None
    """The arguments that are approved, where they are not those that were asked for."""
    wording: str | None = None


class GrantBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """A credential for one act was issued, used up or taken back."""

    grant: str
    """Empty where many are taken back at once: `selector` says which."""
    event: str
    """issued, consumed, revoked, lifted, refused; rotated, of the keys that grants are signed with."""
    decision: str | None = None
    approval: str | None = None
    action: str | None = None
    tool: str | None = None
    audience: str | None = None
    workload: str | None = None
    expires: str | None = None
    by: str | None = None
    selector: str | None = None
    value: str | None = None
    detail: str = ""
    """In the gate's own words. Entries written before reasons were sealed have a person's reason here."""


class GrantPrivate(msgspec.Struct, frozen=True):
    """Why somebody took grants back, or let them go on: what a person wrote."""

    reason: str


class ActionBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """An act is about to be done, or tried again. Written before anything is sent."""

    action: str
    event: str
    """intended, sent, given_up."""
    tool: str
    key: str
    """The idempotency key: one for all tries."""
    audience: str
    decision: str
    workload: str
    attempt: int = 0
    grant: str | None = None
    approval: str | None = None
    undoes: str | None = None
    """The action that this one compensates."""
    first: str | None = None
    """The decision that began the chain of acts this one belongs to: its authority bounds them all."""
    detail: str = ""


class ActionPrivate(msgspec.Struct, frozen=True):
    arguments: str


class ReceiptBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of an act, and how that is known."""

    action: str
    outcome: str
    """done, not_done, uncertain."""
    how: str
    """answer, query, retry, grant (it was never used), person."""
    attempt: int
    by: str | None = None
    detail: str = ""
    tool: str | None = None
    """Entries of before lack it."""


class ReceiptPrivate(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the back end answered, and its own name for what it did."""

    result: str = ""
    reference: str | None = None


class RoleBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody was given a role, or it was taken from them; or they came to own a workload; or an id of theirs was
    linked with another one of theirs.
    """

    operator: str
    role: str
    """Empty of ids that are linked."""
    event: str
    """given, taken; linked, unlinked."""
    by: str
    reason: str
    limits: str = ""
    """Canonical JSON; empty where the role has none."""
    since: str | None = None
    until: str | None = None
    workload: str | None = None
    """The workload that they own in this role; None where it is for none in particular."""
    other: str | None = None
    """The id that is the same person's as `operator`, or is not any more."""
