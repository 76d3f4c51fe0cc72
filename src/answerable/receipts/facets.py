"""What an entry can be found by: facets of it and of its exchange, amounts, and the words of what is not sealed.

Some facets hold for the one entry (its outcome, its policies), others for every entry of
its exchange, before and after (the customer, the orders that are named in it), so that "what was this customer
promised?" is one question and not two.
"""

import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, NewType

import msgspec

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
from answerable.receipts.format import PRIVATE_OF, Entry, Private, kind_name
from answerable.receipts.governance import ErasureBody, HoldBody
from answerable.receipts.identifiers import folded, in_json, in_words
from answerable.values.errors import LedgerBroken
from answerable.values.money import LARGEST_MINOR

_DIGEST, _DIGEST_SHOWN = len("sha256:") + 64, len("sha256:") + 12
_LONGEST_TEXT = 4000
_LONGEST_WORD = 40
_SHORTEST_PLURAL = 3
_LONGEST_CURRENCY = 8
_COMMITTAL = "committal"


class Kind(StrEnum):
    """What a facet says. The values are hashed into every index: one that is changed needs a new index format."""

    ENTRY = "entry"
    COMMITMENT = "commitment"
    """The subject of a line that commits the company."""
    OUTCOME = "outcome"
    POLICY = "policy"
    """A policy that decided, or that the finding rests on."""
    TERM = "term"
    """A published term (`return-window`, `return-window@2`) or passage that a finding rests on."""
    TOOL = "tool"
    WORD = "word"
    CONVERSATION = "conversation"
    WORKLOAD = "workload"
    BUNDLE = "bundle"
    """Its name, its digest, and the digest as far as it is shown."""
    AUTHOR = "author"
    APPROVER = "approver"
    CUSTOMER = "customer"
    IDENTIFIER = "identifier"


Facet = NewType("Facet", str)
"""A kind and a value: `policy/entitlement-without-support`."""


def facet(kind: Kind, value: str) -> Facet:
    """A facet of a kind."""
    return Facet(kind + "/" + value)


class Amount(NamedTuple):
    """An amount that a line names, or a range of them, in minor units. It comes from a private part."""

    low: int
    high: int
    currency: str


class Facets(NamedTuple):
    """Everything that an entry can be found by."""

    own: tuple[Facet, ...] = ()
    shared: tuple[Facet, ...] = ()
    """Those of the whole exchange."""
    sealed: tuple[Facet, ...] = ()
    """Those of the whole exchange that come from the private part, and go with its key."""
    amounts: tuple[Amount, ...] = ()
    texts: tuple[str, ...] = ()
    """What is not sealed and may be searched by its words (`words_in`)."""


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
        case ExchangeBody() | CallBody():
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
        case ExtensionBody() as body:
            return Facets((kind,), texts=body.fields)
        case _:
            return Facets((kind,))


def bundle_value(text: str) -> str:
    """A bundle as it may be asked for: its name, its digest, or the digest as `answerable show` prints it."""
    text = text.removesuffix("…")
    return text[:_DIGEST_SHOWN] if text.startswith("sha256:") and len(text) < _DIGEST else text


def person_value(text: str) -> str:
    """A person's name, whatever its capitals and blanks."""
    return " ".join(text.casefold().split())


@lru_cache(maxsize=8192)
def words_in(text: str) -> frozenset[str]:
    """The words of a text, as they are compared: without case, accents and an English plural's ending."""
    plain = unicodedata.normalize("NFKD", text[:_LONGEST_TEXT]).casefold()
    spaced = "".join(char if char.isalnum() else " " for char in plain if not unicodedata.combining(char))
    return frozenset(_singular(word[:_LONGEST_WORD]) for word in spaced.split())


def _singular(word: str) -> str:
    """Harman's S stemmer ("How effective is suffixing?", JASIS 42, 1991): refunds is refund, policies is policy."""
    if len(word) <= _SHORTEST_PLURAL:
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if word.endswith("es") and not word.endswith(("aes", "ees", "oes")):
        return word[:-1]
    return word[:-1] if word.endswith("s") and not word.endswith(("us", "ss")) else word


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
        yield facet(Kind.BUNDLE, body.bundle[:_DIGEST_SHOWN])
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
