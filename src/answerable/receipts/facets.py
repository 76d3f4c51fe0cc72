"""What an entry can be found by: facets of it and of its exchange, amounts, and the words of what is not sealed.

Some facets hold for the one entry (its outcome, its policies), others for every entry of
its exchange, before and after (the customer, the orders that are named in it), so that "what was this customer
promised?" is one question and not two.
"""

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from answerable.receipts.acting import ActionBody, ApprovalBody, GrantBody, ReceiptBody, RoleBody
from answerable.receipts.acting_facets import facets_of_acting
from answerable.receipts.entries import (
    CallBody,
    CallPrivate,
    ExchangeBody,
    ExchangePrivate,
    ExtensionBody,
    LineBody,
    LinePrivate,
    PolicyPart,
    ReplyBody,
    TermPart,
)
from answerable.receipts.facet import DIGEST_SHOWN, Amount, Facet, Facets, Kind, facet, person_value
from answerable.receipts.format import PRIVATE_OF, Entry, Private, kind_name
from answerable.receipts.governance import BundleBody, ErasureBody, HoldBody
from answerable.receipts.identifiers import folded, in_json, in_words
from answerable.values.errors import LedgerBroken
from answerable.values.money import LARGEST_MINOR

_LONGEST_CURRENCY = 8
_COMMITTAL = "committal"


class _Money(msgspec.Struct):
    minor: int
    currency: str
    high_minor: int | None = None


class _Identifier(msgspec.Struct):
    value: str


_decoders: dict[type[msgspec.Struct], msgspec.json.Decoder[Private]] = {
    body: msgspec.json.Decoder(private) for body, private in PRIVATE_OF.items()
}
_money = msgspec.json.Decoder(_Money)
_identifier = msgspec.json.Decoder(_Identifier)


def private_part(entry: Entry, raw: bytes | None) -> Private | None:
    """A private part as it was opened; None where there is none. Raises LedgerBroken where it can't be read."""
    decoder = _decoders.get(type(entry.body))
    if raw is None or decoder is None:
        return None
    try:
        return decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LedgerBroken(f"entry {entry.seq}: its private part can't be read: {error}") from error


def looks_inside(entry: Entry) -> bool:
    """Does it take an entry's private part to know its facets? No other is opened for an index."""
    match entry.body:
        case LineBody() as body:
            return bool(body.claim.terms)
        case ExchangeBody() | CallBody() | ActionBody() | ReceiptBody():
            return True
        case _:
            return False


def facets_of(entry: Entry, private: Private | None) -> Facets:
    """What an entry can be found by. Without its private part, only what everybody may read in it."""
    kind = facet(Kind.ENTRY, kind_name(entry.body))
    match entry.body:
        case LineBody() as body:
            return _line(kind, body, private.terms if isinstance(private, LinePrivate) else ())
        case CallBody() as body:
            return _call(kind, body, in_json(private.arguments) if isinstance(private, CallPrivate) else ())
        case ExchangeBody() as body:
            asked = _asked(private) if isinstance(private, ExchangePrivate) else ()
            return Facets((kind,), tuple(_of_exchange(body)), tuple(asked), (), (body.model, *body.sources))
        case ReplyBody() as body:
            return Facets((kind,), texts=(body.ending, body.detail, body.model or ""))
        case ErasureBody() as body:
            return Facets((kind,), texts=(body.by, body.reason, body.basis))
        case HoldBody() as body:
            return Facets((kind,), texts=(body.by, body.reason, body.hold))
        case BundleBody() as body:
            texts = (body.name, body.bundle, body.author, body.approver, body.by, body.reason)
            return Facets((kind, *(facet(Kind.POLICY, one) for one in body.policies)), texts=texts)
        case ExtensionBody() as body:
            return Facets((kind,), texts=body.fields)
        case ApprovalBody() | GrantBody() | ActionBody() | ReceiptBody() | RoleBody() as body:
            return facets_of_acting(kind, body, private)
        case _:
            return Facets((kind,))


def _line(kind: Facet, body: LineBody, terms: tuple[TermPart, ...]) -> Facets:
    decision, release, claim = body.decision, body.release, body.claim
    own = [kind, facet(Kind.OUTCOME, decision.outcome), *_policies(decision.policies)]
    if claim.kind == _COMMITTAL:
        own.append(facet(Kind.COMMITMENT, claim.subject))
    texts = [decision.because, *_owners(decision.policies), decision.route or "", *decision.errors]
    if release is not None and release.text is not None:
        texts.append(release.text)
    if body.finding is not None:
        own += [one for source in body.finding.sources for one in _rests_on(source)]
        texts += [source for source in body.finding.sources if not source.startswith("call:")]
    if not terms:
        return Facets(tuple(own), (), (), (), tuple(texts))
    return Facets(tuple(own), (), tuple(_named(terms)), tuple(_amounts(terms)), tuple(texts))


def _call(kind: Facet, body: CallBody, named: tuple[str, ...]) -> Facets:
    own = [kind, facet(Kind.TOOL, body.name)]
    texts = [body.name]
    if (decision := body.decision) is not None:
        own += [facet(Kind.OUTCOME, decision.outcome), *_policies(decision.policies)]
        texts += [decision.because, *_owners(decision.policies), decision.route or "", *decision.errors]
    sealed = tuple([facet(Kind.IDENTIFIER, one) for one in named])
    return Facets(tuple(own), (), sealed, (), tuple(texts))


@lru_cache(maxsize=1024)
def _policies(policies: tuple[PolicyPart, ...]) -> tuple[Facet, ...]:
    return tuple(facet(Kind.POLICY, policy.id) for policy in policies)


@lru_cache(maxsize=1024)
def _owners(policies: tuple[PolicyPart, ...]) -> tuple[str, ...]:
    return tuple(text for policy in policies for text in (policy.id, policy.owner))


@lru_cache(maxsize=1024)
def _rests_on(source: str) -> tuple[Facet, ...]:
    """What a source of a finding is looked for by: a published term or passage, or a policy asked about the act."""
    where, _, name = source.partition(":")
    if where == "term" and "@" in name:
        return facet(Kind.TERM, name), facet(Kind.TERM, name.rpartition("@")[0])
    if where in ("term", "context"):
        return (facet(Kind.TERM, name),)
    return (facet(Kind.POLICY, name),) if where == "policy" else ()


def _of_exchange(body: ExchangeBody) -> Iterator[Facet]:
    yield facet(Kind.WORKLOAD, body.workload)
    if body.conversation is not None:
        yield facet(Kind.CONVERSATION, body.conversation)
    yield facet(Kind.BUNDLE, body.bundle_name)
    yield facet(Kind.BUNDLE, body.bundle)
    if body.bundle.startswith("sha256:"):
        yield facet(Kind.BUNDLE, body.bundle[:DIGEST_SHOWN])
    yield facet(Kind.AUTHOR, person_value(body.bundle_author))
    if body.bundle_approver is not None:
        yield facet(Kind.APPROVER, person_value(body.bundle_approver))


def _asked(asked: ExchangePrivate) -> Iterator[Facet]:
    if asked.customer:
        yield facet(Kind.CUSTOMER, asked.customer)
    for message in asked.messages:
        if message.role == "user":
            for name in in_words(message.text):
                yield facet(Kind.IDENTIFIER, name)
        for _, _, arguments in message.tool_calls:
            for name in in_json(arguments):
                yield facet(Kind.IDENTIFIER, name)


def _amounts(terms: tuple[TermPart, ...]) -> Iterator[Amount]:
    for term in terms:
        if term.kind == "money":
            try:
                money = _money.decode(term.value)
            except (msgspec.MsgspecError, UnicodeError):
                continue  # written by a later version: not found by it, and still on record
            high = money.minor if money.high_minor is None else money.high_minor
            low, high = min(money.minor, high), max(money.minor, high)
            if low >= -LARGEST_MINOR and high <= LARGEST_MINOR and money.currency.isalpha():
                yield Amount(low, high, money.currency[:_LONGEST_CURRENCY])


def _named(terms: tuple[TermPart, ...]) -> Iterator[Facet]:
    for term in terms:
        if term.kind == "identifier":
            try:
                name = folded(_identifier.decode(term.value).value)
            except (msgspec.MsgspecError, UnicodeError):
                continue
            if name:
                yield facet(Kind.IDENTIFIER, name)
