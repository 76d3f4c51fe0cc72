"""Hold a claim against the grounds of its exchange.

It errs on the side of *unsupported*. The order of the steps is the order of the
rule book: contradicted beats supported beats unsupported.
"""

from collections.abc import Iterable

from answerable.claims import (
    Bound,
    Claim,
    DurationTerm,
    Force,
    IdentifierTerm,
    Kind,
    MoneyTerm,
    Names,
    PercentTerm,
    Polarity,
    Subject,
)
from answerable.findings.amounts import Amounts
from answerable.findings.finding import NOTHING_TO_CHECK, Evidence, Finding, Support
from answerable.findings.grounds import Grounds, Receipt
from answerable.findings.published import Published
from answerable.findings.recorded import against_records
from answerable.findings.terms_agree import Comparable, agrees, comparable, direction, like, same
from answerable.terms import Judgement, Verdict, is_past, shown

# A write of one subject also shows these: whoever returns an item refunds it.
_ALSO_SHOWS: dict[Subject, frozenset[Subject]] = {
    Subject.RECORD: frozenset(Subject) - {Subject.NONE},
    Subject.PRICE: frozenset(
        {Subject.PAYMENT, Subject.ORDER_CHANGE, Subject.BOOKING, Subject.EXCHANGE, Subject.DISCOUNT}
    ),
    Subject.REFUND: frozenset({Subject.CANCELLATION, Subject.RETURN}),
    Subject.PAYMENT: frozenset({Subject.BOOKING, Subject.ORDER_CHANGE}),
    Subject.ORDER_CHANGE: frozenset({Subject.EXCHANGE, Subject.BOOKING}),
    Subject.EXCHANGE: frozenset({Subject.ORDER_CHANGE}),
    Subject.DELIVERY: frozenset({Subject.ORDER_CHANGE}),
    Subject.DISCOUNT: frozenset({Subject.PRICE}),
}
# These may pay something back on the way. They show it only to a line that speaks of the
# difference in price, or whose amount they name: a changed address must not vouch for
# "I've refunded your order".
_MAY_SHOW: dict[Subject, frozenset[Subject]] = {
    Subject.REFUND: frozenset({Subject.EXCHANGE, Subject.ORDER_CHANGE}),
}
# How much of a line's own words a published statement must share before it can back a
# line that names no amount or time. Words alone never confirm a number.
_ENOUGH_WORDS = 0.6
_ENOUGH_RECORDED = 0.5
# A line that rests on the customer's standing needs a record of that standing.
_STANDINGS = frozenset("gold silver platinum bronze premium vip prime elite student senior veteran".split())
# These say where to call or what was paid with, not what an act was about.
_NO_OBJECTS = frozenset({Names.PHONE, Names.CARD})
_DIFFERENCES = frozenset("differenc difference sav save cheaper".split())
_RULED = frozenset(
    (
        Subject.REFUND, Subject.COMPENSATION, Subject.DISCOUNT, Subject.RETURN, Subject.EXCHANGE,
        Subject.CANCELLATION, Subject.WARRANTY, Subject.EXCEPTION, Subject.PRICE,
    )
)  # fmt: skip
"""What a company is held to by its own rules about it."""
_MOST_RECKONED, _LONGEST_FIGURE = 2000, 15
_BEYOND = frozenset({Bound.MORE_THAN, Bound.LESS_THAN})
_BARE_WORDS = frozenset(
    "done don set sort complet process submit success successfully now already ok".split()
)
_EMPTY_WORDS = frozenset(
    "a an and are as at be been by can could for from has have i if in is it its may me my no not of on "
    "or our so that the their them then there this to under us was we will with within would you your "
    "yours please also any all am do does which who".split()
)


def check(claim: Claim, text: str, grounds: Grounds) -> Finding:
    """Find whether anything in the exchange bears a claim out.

    Lines that commit nobody are not checked here. Never raises.
    """
    if claim.kind is Kind.INFORMATIONAL:
        # To explain is free, and to explain wrongly is not: what is published is held against it.
        judged = grounds.judged(claim, text)
        if judged is not None and judged.verdict is Verdict.DISAGREE:
            return _by_terms(judged)
        agrees = judged is not None and judged.verdict is Verdict.AGREE
        unpublished = None if agrees else _unpublished_rule(claim, text, grounds)
        return _against_records(claim, text, grounds) or unpublished or NOTHING_TO_CHECK
    if claim.kind is not Kind.COMMITTAL:
        return NOTHING_TO_CHECK
    if claim.force is Force.COMPLETED:
        return _completed(claim, text, grounds)
    return _undertaking(claim, text, grounds)


def _unpublished_rule(claim: Claim, text: str, grounds: Grounds) -> Finding | None:
    """A rule, not against the customer, whose figure stands nowhere: "the fare can be claimed within 90 days".

    It is worded as information, and a customer who relies on it is owed it all the same
    (Moffatt v. Air Canada, 2024 BCCRT 149).
    """
    if claim.polarity is Polarity.REFUSES or claim.subject not in _RULED:
        return None
    published = [term for one in grounds.published for term in comparable(one.claim)]
    answers = (*grounds.recorded_amounts, *(receipt.amounts for receipt in grounds.receipts))
    numbers = {number for one in answers for number in one.numbers}
    for term in comparable(claim):
        # A sum that gives nothing is a price; a day, or a share, belongs to a rule.
        if isinstance(term, MoneyTerm) and (claim.polarity is not Polarity.GRANTS or _shown(term, answers)):
            continue
        if is_past(term, text) or _figures(term) & numbers:
            continue
        if not any(agrees(term, other) for other in published):
            return Finding(Support.UNSUPPORTED, "nothing published or recorded names this amount or time")
    return None


def _figures(term: Comparable) -> set[str]:
    """The figures of a length of time or a share, as a tool's answer would write them."""
    match term:
        case DurationTerm():
            return {str(term.low), str(term.high)}
        case PercentTerm():
            return {f"{term.basis_points / 100:g}"}
        case _:
            return set()


def _completed(claim: Claim, text: str, grounds: Grounds) -> Finding:
    about = _about(claim, text, grounds)
    if claim.subject is Subject.OTHER:
        about = [receipt for receipt in grounds.receipts if _tells(receipt, text)]
    if not about:
        record = _recorded(claim, text, grounds)
        if record is not None:
            return Finding(Support.SUPPORTED, "a record shows it", (record,))
        return Finding(
            Support.UNSUPPORTED, f"no successful act about {claim.subject.value} stands in this conversation"
        )
    named = _identifiers(claim)
    matching = [receipt for receipt in about if receipt.is_about(named)]
    if not matching:
        return Finding(
            Support.CONTRADICTED,
            f"the acts that succeeded are not about {', '.join(named)}",
            tuple(_receipt_evidence(receipt) for receipt in about[-3:]),
        )
    partly = [names for receipt in matching if (names := receipt.leaves_out(text.casefold()))]
    if partly and len(partly) == len(matching):
        return Finding(
            Support.CONTRADICTED,
            f"the act was done to more than the line names: {', '.join(partly[-1][:5])} too",
            tuple(map(_receipt_evidence, matching[-3:])),
        )
    answers = tuple(receipt.amounts_on(claim.subject) for receipt in matching)
    if not any(receipt.shows and claim.subject in receipt.shows.amounts for receipt in matching):
        answers = (*grounds.recorded_amounts, *answers)
    missing = [term.amount for term in _amounts(claim) if not _shown(term, answers)]
    if missing:
        return Finding(
            Support.CONTRADICTED,
            f"no result of the act shows {missing[0]}",
            tuple(_receipt_evidence(receipt) for receipt in matching[-3:]),
        )
    return Finding(
        Support.SUPPORTED, "a successful act shows it", tuple(map(_receipt_evidence, matching[-3:]))
    )


def _against_records(claim: Claim, text: str, grounds: Grounds) -> Finding | None:
    mappings = grounds.known.records
    if not mappings:
        return None
    return against_records(claim, text, grounds.known.book(), mappings, grounds.customer_words)


def _tells(receipt: Receipt, text: str) -> bool:
    """Is a line about nothing in particular ("Done.") about this act? Its own words must be the act's."""
    words = _content(text) - _BARE_WORDS
    return not words or len(words & _content(receipt.words)) / len(words) >= _ENOUGH_RECORDED


def _about(claim: Claim, text: str, grounds: Grounds) -> list[Receipt]:
    """The acts that can bear out a claim on its subject."""
    difference = "difference" in text.casefold()
    wanted = _ALSO_SHOWS.get(claim.subject, frozenset()) | {claim.subject}
    perhaps = _MAY_SHOW.get(claim.subject, frozenset())
    amounts = _amounts(claim)
    return [
        receipt
        for receipt in grounds.receipts
        if receipt.subjects & wanted
        or (receipt.subjects & perhaps and (difference or (amounts and _all_shown(amounts, receipt))))
    ]


def _recorded(claim: Claim, text: str, grounds: Grounds) -> Evidence | None:
    """A record that names the very thing, every amount, and most of what the line says of it."""
    named = _identifiers(claim)
    if not named:
        return None
    words = _content(text) - {word for name in named for word in _content(name)}
    for record in reversed(grounds.records):
        shared = len(words & _content(record.words)) / len(words) if words else 0.0
        if shared >= _ENOUGH_RECORDED and _all_shown(_amounts(claim), record) and record.is_about(named):
            return _receipt_evidence(record)
    return None


def _by_terms(judged: Judgement) -> Finding:
    """A published term decides: the finding names it, its version and both values."""
    term, evidence = judged.term, (Evidence(judged.term.name, judged.term.wording),)
    if judged.verdict is Verdict.AGREE:
        return Finding(Support.SUPPORTED, f"the published term '{term.id}' says so", evidence)
    said = "a value" if judged.claimed is None else f"'{shown(judged.claimed)}'"
    if judged.verdict is Verdict.DEPENDS:
        on = ", ".join(term.applies)
        return Finding(
            Support.UNSUPPORTED,
            f"the term '{term.id}' holds for some only, and their {on} is not known",
            evidence,
        )
    return Finding(
        Support.CONTRADICTED,
        f"the line says {said}, and the published term '{term.id}' is '{shown(term.value)}'",
        evidence,
        judged.direction,
    )


def _undertaking(claim: Claim, text: str, grounds: Grounds) -> Finding:
    judged = grounds.judged(claim, text)
    if judged is not None:
        return _by_terms(judged)
    verbatim = _verbatim(text, grounds)
    if verbatim is not None:
        return Finding(Support.SUPPORTED, "it is published in these words", (_published_evidence(verbatim),))
    terms = comparable(claim)
    related = [
        published
        for published in grounds.published
        if published.claim.subject is claim.subject and published.claim.force is not Force.NONE
    ]
    contradiction = _contradiction(claim, terms, related)
    if contradiction is not None:
        return contradiction
    standing = _STANDINGS & _content(text)
    recorded = frozenset().union(*(_content(record.words) for record in grounds.records))
    if standing - recorded:
        return Finding(
            Support.UNSUPPORTED,
            f"no record shows that the customer is '{', '.join(sorted(standing - recorded))}'",
        )
    # A rule for those of a standing backs nothing for a customer who has no record of it.
    applicable = [
        one for one in related if not (kinds := _STANDINGS & _content(one.text)) or kinds & recorded
    ]
    backing = _backing(claim, text, terms, applicable)
    if backing is not None:
        return Finding(Support.SUPPORTED, "a published statement says so", (_published_evidence(backing),))
    if claim.polarity is not Polarity.REFUSES:
        return _by_act(claim, text, terms, grounds)
    return Finding(Support.UNSUPPORTED, "nothing published or recorded says so")


def _verbatim(text: str, grounds: Grounds) -> Published | None:
    """The published statement that says just this, whatever either is read to be about."""
    words = text.casefold().split()
    return next((one for one in grounds.published if one.text.casefold().split() == words), None)


def _contradiction(claim: Claim, terms: tuple[Comparable, ...], related: list[Published]) -> Finding | None:
    """A term that published statements on the same subject name only with other values."""
    for term in terms:
        if isinstance(term, MoneyTerm):
            continue  # amounts of this case come from records; a published fee is not this refund
        named = [
            (published, other)
            for published in related
            for other in comparable(published.claim)
            if like(term, other)
        ]
        if named and not any(same(term, other) or agrees(term, other) for _, other in named):
            published, other = named[0]
            return Finding(
                Support.CONTRADICTED,
                "the published term names another value",
                (_published_evidence(published),),
                direction(term, other, claim),
            )
    return None


def _backing(
    claim: Claim, text: str, terms: tuple[Comparable, ...], related: list[Published]
) -> Published | None:
    """A published statement of the same subject and direction that names every term and most words."""
    words = _content(text)
    for published in related:
        refuses = published.claim.polarity is Polarity.REFUSES
        if refuses != (claim.polarity is Polarity.REFUSES):
            continue
        others = comparable(published.claim)
        if not all(any(agrees(term, other) for other in others) for term in terms):
            continue
        shared = len(words & _content(published.text)) / len(words) if words else 0.0
        # A matching typed term is strong evidence of the same rule; words alone must nearly coincide.
        if shared >= (_ENOUGH_WORDS / 2 if terms else _ENOUGH_WORDS):
            return published
    return None


def _by_act(claim: Claim, text: str, terms: tuple[Comparable, ...], grounds: Grounds) -> Finding:
    """A promise that follows from an act already done, or an offer of an act that a tool can do."""
    wanted = _ALSO_SHOWS.get(claim.subject, frozenset()) | {claim.subject}
    answers = (*grounds.recorded_amounts, *(receipt.amounts for receipt in grounds.receipts))
    published = [term for one in grounds.published for term in comparable(one.claim)]
    for term in terms:
        if isinstance(term, MoneyTerm) and (_shown(term, answers) or _reckoned(term, text, answers)):
            continue
        if any(agrees(term, other) for other in published):
            continue
        return Finding(Support.UNSUPPORTED, "nothing published or recorded names this amount or time")
    named = _identifiers(claim)
    done = [receipt for receipt in _about(claim, text, grounds) if receipt.is_about(named)]
    if done and claim.force is not Force.ENTITLEMENT:
        return Finding(Support.SUPPORTED, "it follows from a successful act", (_receipt_evidence(done[-1]),))
    tool = next((grounds.capabilities[s] for s in sorted(wanted) if s in grounds.capabilities), None)
    if tool is not None and claim.force is Force.OFFER:
        return Finding(
            Support.SUPPORTED, "a tool can do it once the customer agrees", (Evidence(f"tool:{tool}", tool),)
        )
    return Finding(Support.UNSUPPORTED, "nothing published, recorded or possible here backs it")


def _identifiers(claim: Claim) -> list[str]:
    return [
        term.value.casefold()
        for term in claim.terms
        if isinstance(term, IdentifierTerm) and term.of not in _NO_OBJECTS
    ]


def _amounts(claim: Claim) -> list[MoneyTerm]:
    return [term for term in claim.terms if isinstance(term, MoneyTerm)]


def _shown(term: MoneyTerm, answers: Iterable[Amounts]) -> bool:
    """Does one answer name the amount, or both ends of the range? None shows what is more than it says."""
    return term.bound not in _BEYOND and any(one.show(term.amount) and one.show(term.high) for one in answers)


def _reckoned(term: MoneyTerm, text: str, answers: Iterable[Amounts]) -> bool:
    """Is it the difference of two recorded amounts, in a line that speaks of a difference?"""
    if _DIFFERENCES.isdisjoint(_content(text)) or term.amount != term.high:
        return False
    numbers = {one for answer in answers for one in answer.numbers}
    if len(numbers) > _MOST_RECKONED:
        return False
    cents = {round(float(one) * 100) for one in numbers if len(one) <= _LONGEST_FIGURE}
    return any(one - term.minor in cents for one in cents)


def _all_shown(terms: list[MoneyTerm], receipt: Receipt) -> bool:
    return all(_shown(term, (receipt.amounts,)) for term in terms)


def _content(text: str) -> frozenset[str]:
    """The words of a text that carry meaning, without their commonest endings."""
    letters = "".join(letter if letter.isalnum() else " " for letter in text.casefold())
    return frozenset(_stem(word) for word in letters.split() if word not in _EMPTY_WORDS)


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 2:  # noqa: PLR2004 – keeps "bus", "red"
            return word[: -len(ending)]
    return word


def _receipt_evidence(receipt: Receipt) -> Evidence:
    return Evidence(receipt.source, receipt.outcome.result[:500])


def _published_evidence(published: Published) -> Evidence:
    return Evidence(published.source, published.text)
