"""What entries say: one shape for each arrow of the flow.

An entry has a public part, hashed as it stands, and may have a private part
that holds personal data. The public part commits to the private one by a
salted digest, so the private part can be erased and every proof still holds.

Instants are RFC 3339 texts in UTC; counts and offsets are integers; digests
are `sha256:` and hexadecimal digits. Fields are only ever added, at the end and
with a default: what was written once is read for ever (`format`).
"""

import msgspec


class HistoryBody(msgspec.Struct, frozen=True):
    """The part of the conversation that trace `trace` already holds."""

    trace: str
    count: int
    digest: str


class ExchangeBody(msgspec.Struct, frozen=True):
    """What was asked, by whom, of whom, under which rules."""

    workload: str
    model: str
    assurance: int
    messages: int
    tools: tuple[str, ...]
    sources: tuple[str, ...]
    prompt: str
    mode: str
    bundle: str
    bundle_name: str
    bundle_author: str
    bundle_approver: str | None
    reader: str
    request: str | None = None
    conversation: str | None = None
    history: HistoryBody | None = None
    # Left out of the bytes where they are not set, so that entries from before there were any keep theirs.
    identity: str | msgspec.UnsetType = msgspec.UNSET
    """How the workload was proven: x509-svid, jwt-svid, oidc, insecure_key, insecure_open."""
    customer_proof: str | msgspec.UnsetType = msgspec.UNSET
    """Whose signature the customer and the assurance rest on: an issuer's URL, or `unproven`."""
    version: str | msgspec.UnsetType = msgspec.UNSET
    """Of the bot, as its host names it: up to 128 printable characters."""


class MessagePrivate(msgspec.Struct, frozen=True, omit_defaults=True):
    role: str
    text: str
    tool_calls: tuple[tuple[str, str, str], ...] = ()
    answers: str | None = None


class ExchangePrivate(msgspec.Struct, frozen=True):
    customer: str | None
    messages: tuple[MessagePrivate, ...]
    context: tuple[tuple[str, str], ...]


class StatementPart(msgspec.Struct, frozen=True, gc=False):
    """Where the line stands in the model's own text, in characters."""

    start: int
    end: int
    shape: str
    overlong: bool


class ClaimPart(msgspec.Struct, frozen=True, gc=False):
    """The line as read. `terms` are [type, start, end]; `confidence` is in permille."""

    force: str
    kind: str
    polarity: str
    subject: str
    confidence: int
    because: tuple[str, ...]
    terms: tuple[tuple[str, int, int], ...]
    reader: str


class FindingPart(msgspec.Struct, frozen=True, gc=False):
    """What the claim was held against, and the result."""

    support: str
    direction: str | None
    sources: tuple[str, ...]


class PolicyPart(msgspec.Struct, frozen=True, gc=False):
    id: str
    owner: str


class DecisionPart(msgspec.Struct, frozen=True, gc=False):
    """What was decided. `enforced` is false in observe mode: the line went out anyway."""

    outcome: str
    because: str
    policies: tuple[PolicyPart, ...]
    bundle: str
    errors: tuple[str, ...]
    route: str | None
    wording: str | None
    enforced: bool


class ReleasePart(msgspec.Struct, frozen=True, gc=False):
    """What the customer is about to see: the statement itself (`verbatim`), or `text`.

    Written before it is sent: a release whose sending failed is still here, and
    the reply's own entry says how far the sending got.
    """

    verbatim: bool
    text: str | None


class LineBody(msgspec.Struct, frozen=True, gc=False):
    """A line on its whole way: statement, claim, finding, decision, release.

    The five are made in one step and are durable together or not at all, so they
    are one entry (ADR 0004). `finding` is None where nothing was held against the
    line, `release` where nothing is shown for it.
    """

    choice: int
    track: str
    line: int
    statement: StatementPart
    claim: ClaimPart
    finding: FindingPart | None
    decision: DecisionPart
    release: ReleasePart | None


class TermPart(msgspec.Struct, frozen=True, gc=False):
    """What a term of the line says. `value` is its JSON, as the reader read it (claims.terms.codec)."""

    kind: str
    value: str


class LinePrivate(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The words: the line's own, its governing line's, and those of the finding; and what its terms say."""

    text: str
    lead: str = ""
    governing: str | None = None
    because: str | None = None
    quotes: tuple[str, ...] = ()
    terms: tuple[TermPart, ...] = ()


class ActDecisionPart(msgspec.Struct, frozen=True):
    """What was decided on an act. `enforced` is false in observe mode: it was passed on anyway."""

    outcome: str
    because: str
    policies: tuple[PolicyPart, ...]
    bundle: str
    missing: tuple[str, ...]
    errors: tuple[str, ...]
    route: str | None
    enforced: bool


NOT_OFFERED = "not offered"
"""In the place of a name that nobody offered. It has a blank, as no tool's name has."""


class CallBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """An act that the model asked for, and what is about to become of it. Arguments are private.

    `name` is one that the model was offered or the bundle knows. Any other is a word of the model's own, which may be
    anybody's name: then `NOT_OFFERED` stands here and the word in the private part. Entries of before have it here.

    `decision` is None under a bundle that says nothing of acts. An act that is not
    `passed` never reaches the client: the model is told why, or that another act of
    the same reply was stopped.
    """

    choice: int
    index: int
    id: str
    name: str
    decision: ActDecisionPart | None = None
    passed: bool = True


class CallPrivate(msgspec.Struct, frozen=True, omit_defaults=True):
    arguments: str
    tool: str | None = None
    """What the model called it, where that was not offered."""


def called(body: CallBody, private: CallPrivate | None) -> str:
    """What was asked for, for whoever reads it: `refund_order`, `pay_ada (not offered)`, `not offered`."""
    if private is None or private.tool is None:
        return body.name
    return f"{private.tool} ({NOT_OFFERED})"


class ExtensionBody(msgspec.Struct, frozen=True):
    """Fields outside the gate's vocabulary, about to be passed on (or, if not `passed`, left out)."""

    choice: int
    fields: tuple[str, ...]
    passed: bool


class ExtensionPrivate(msgspec.Struct, frozen=True):
    json: str


class ChoiceBody(msgspec.Struct, frozen=True):
    """One choice of a reply: how it ended and how many of its lines were shown as written."""

    choice: int
    finish: str | None
    lines: int
    verbatim: int
    replaced: int
    unread: int
    """Characters that had arrived but never became a whole line, and were not shown."""


class ReplyBody(msgspec.Struct, frozen=True):
    """How the reply ended. `ending`: complete, client_left, or an upstream error's code."""

    ending: str
    detail: str
    upstream_id: str | None
    model: str | None
    choices: tuple[ChoiceBody, ...]
    sent: int
    """Lines handed to the client's connection; of a complete reply, all that were to be shown.

    A line after these was released and never left. Whether a client read what it
    was handed is beyond any server's knowledge.
    """
    usage: str | None
    # Left out of the bytes where it is not set.
    fingerprint: str | msgspec.UnsetType = msgspec.UNSET
    """The upstream's `system_fingerprint`: what the model ran on. Up to 128 printable characters."""


class ReplyPrivate(msgspec.Struct, frozen=True):
    unread: tuple[tuple[int, str], ...]
