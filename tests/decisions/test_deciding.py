"""What the decider makes of a claim and a finding: under the built-in bundle, and where policies fail."""

import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from bundles import PERMIT, built_in_files, claim, forbid, with_policies
from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.adapters.bundle_files import built_in
from answerable.claims import Force, Kind, Polarity, ReadingContext, RuleReader, Subject
from answerable.decisions import CedarDecider, Decision, Outcome, Wording, parse
from answerable.decisions.decision import CAUTION
from answerable.findings import Direction, Finding, Support
from answerable.statements import split
from answerable.values import AssuranceLevel

NONE = AssuranceLevel.NONE
OVERFLOW = "context.assurance + 9223372036854775807 > 0"  # an error at any level above none
AAL1 = AssuranceLevel.AAL1
BUNDLE = built_in()
DECIDER = CedarDecider(BUNDLE)


def finding(support: Support, direction: Direction | None = None) -> Finding:
    return Finding(support, "because", (), direction)


def decided(*policies: str, level: AssuranceLevel = NONE, force: Force = Force.PROMISE) -> Decision:
    decider = CedarDecider(with_policies(*policies))
    return decider.decide(claim(force), finding(Support.SUPPORTED), level)


# -- the built-in bundle ---------------------------------------------------------------

HARMLESS = (Outcome.RELEASE, ["lines-that-commit-no-one"])
CONTRADICTED = (Outcome.WITHHOLD, ["contradicted-line"])
BACKED = (Outcome.RELEASE, ["committal-with-support"])
REFUSAL = (Outcome.RELEASE, ["refusal-that-nothing-contradicts"])
NOTHING_SAYS_YES: tuple[Outcome, list[str]] = (Outcome.WITHHOLD, [])


def expected(force: Force, polarity: Polarity, support: Support) -> tuple[Outcome, list[str]]:
    """The table of the built-in bundle, in words: contradicted beats all; then by force."""
    if support is Support.CONTRADICTED:
        both = force is Force.UNKNOWN
        return (
            (Outcome.WITHHOLD, ["contradicted-line", "line-that-could-not-be-read"]) if both else CONTRADICTED
        )
    supported, unsupported = support is Support.SUPPORTED, support is Support.UNSUPPORTED
    refuses = polarity is Polarity.REFUSES
    match force:
        case Force.INFORMATIONAL if unsupported:
            return Outcome.REVISE, ["rule-that-nobody-published"]
        case Force.NONE | Force.INFORMATIONAL | Force.ESTIMATE:
            return HARMLESS
        case Force.UNKNOWN:
            return Outcome.WITHHOLD, ["line-that-could-not-be-read"]
        case Force.COMPLETED if supported:
            return Outcome.RELEASE, ["completed-with-receipt"]
        case Force.COMPLETED if unsupported:
            return Outcome.REVISE, ["completed-without-receipt"]
        case Force.PROMISE if unsupported:
            return Outcome.REVISE, ["promise-without-support"]
        case Force.OFFER if unsupported:
            return Outcome.REVISE, ["offer-without-support"]
        case Force.ENTITLEMENT if refuses and supported:
            return Outcome.RELEASE, ["committal-with-support", "refusal-that-nothing-contradicts"]
        case Force.ENTITLEMENT if refuses:
            return REFUSAL
        case Force.ENTITLEMENT if unsupported:
            return Outcome.HOLD, ["entitlement-without-support"]
        case _ if supported:
            return BACKED
        case _:
            return NOTHING_SAYS_YES


@pytest.mark.parametrize(
    ("force", "polarity", "support"), list(product(Force, Polarity, Support)), ids=lambda value: value.value
)
def test_the_built_in_bundle_decides_every_combination_as_its_table_says(
    force: Force, polarity: Polarity, support: Support
) -> None:
    decision = DECIDER.decide(claim(force, polarity), finding(support), NONE)
    outcome, policies = expected(force, polarity, support)
    assert (decision.outcome, [policy.id for policy in decision.policies]) == (outcome, policies)
    assert decision.errors == ()
    assert decision.bundle == BUNDLE.digest
    assert (decision.wording is None) == (decision.outcome is Outcome.RELEASE)
    assert decision.because


WORDS = [
    (Force.COMPLETED, Support.UNSUPPORTED, "not-done-yet", None),
    (Force.PROMISE, Support.UNSUPPORTED, "no-promise", None),
    (Force.OFFER, Support.UNSUPPORTED, "no-offer", None),
    (Force.ENTITLEMENT, Support.UNSUPPORTED, "needs-confirmation", "support-lead"),
    (Force.PROMISE, Support.CONTRADICTED, "contradicted", None),
    (Force.INFORMATIONAL, Support.UNSUPPORTED, "no-rule", None),
    (Force.UNKNOWN, Support.UNCHECKED, "unreadable", None),
    (Force.PROMISE, Support.UNCHECKED, "default", None),
]


@pytest.mark.parametrize(("force", "support", "wording", "route"), WORDS)
def test_each_stopped_line_has_its_own_words_and_route(
    force: Force, support: Support, wording: str, route: str | None
) -> None:
    decision = DECIDER.decide(claim(force), finding(support), NONE)
    assert decision.wording is not None
    assert (decision.wording.id, decision.route) == (wording, route)
    assert decision.wording.text == BUNDLE.wording[wording].text


def test_every_text_of_the_wording_is_used_by_some_decision() -> None:
    assert {wording for _, _, wording, _ in WORDS} == set(BUNDLE.wording)


CONTEXTS = [
    ReadingContext(),
    ReadingContext(None, ("I've refunded it.",), "Please refund me.", ("refund_order",)),
    ReadingContext(None, ("Your refund:",), "Can I get a discount?", ("get_order",)),
    ReadingContext("Your options:", ("I can offer you a refund of $50.",), "Yes please.", ()),
]


@pytest.mark.parametrize("wording", BUNDLE.wording.values(), ids=lambda wording: wording.id)
@pytest.mark.parametrize("context", CONTEXTS, ids=["alone", "refund", "discount", "list"])
def test_the_words_that_replace_a_line_commit_nobody_themselves(
    wording: Wording, context: ReadingContext
) -> None:
    read = RuleReader().read(wording.text, context)
    assert read.kind not in (Kind.COMMITTAL, Kind.UNKNOWN), read


@pytest.mark.parametrize("wording", BUNDLE.wording.values(), ids=lambda wording: wording.id)
def test_the_words_that_replace_a_line_are_one_line(wording: Wording) -> None:
    [statement] = split(wording.text)
    assert statement.text == wording.text


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(Force),
    st.sampled_from(Polarity),
    st.sampled_from(Subject),
    st.sampled_from(Support),
    st.none() | st.sampled_from(Direction),
    st.sampled_from(AssuranceLevel),
)
def test_a_remembered_decision_is_the_one_that_would_be_made_afresh(
    force: Force,
    polarity: Polarity,
    subject: Subject,
    support: Support,
    direction: Direction | None,
    level: AssuranceLevel,
) -> None:
    line, found = claim(force, polarity, subject), finding(support, direction)
    remembered = DECIDER.decide(line, found, level)
    assert DECIDER.decide(line, found, level) is remembered
    assert CedarDecider(BUNDLE).decide(line, found, level) == remembered


def test_no_committal_or_unread_line_is_released_without_a_permit_that_names_it() -> None:
    for force, polarity, support in product(Force, Polarity, Support):
        decision = DECIDER.decide(claim(force, polarity), finding(support), NONE)
        if decision.outcome is Outcome.RELEASE:
            assert decision.policies
            assert all(policy.permits for policy in decision.policies)
        assert not (
            force is Force.COMPLETED
            and support is not Support.SUPPORTED
            and decision.outcome is Outcome.RELEASE
        )


# -- policies that fail, disagree or are silent ------------------------------------------


def test_a_forbid_that_errors_holds_the_line_though_a_permit_allows_it() -> None:
    policies = (PERMIT, forbid("broken", "withhold", OVERFLOW))
    assert decided(*policies, level=NONE).outcome is Outcome.WITHHOLD
    decision = decided(*policies, level=AAL1)
    assert decision.outcome is Outcome.HOLD
    assert [policy.id for policy in decision.policies] == ["yes"]
    assert decision.wording is not None
    assert decision.wording.id == "default"
    [error] = decision.errors
    assert "`broken`" in error
    assert "overflow" in error


def test_a_permit_that_errors_holds_the_line_though_another_permit_allows_it() -> None:
    broken = (
        f'@id("broken") @owner("o") @because("b") permit (principal, action, resource) when {{ {OVERFLOW} }};'
    )
    assert decided(PERMIT, broken, level=NONE).outcome is Outcome.RELEASE
    decision = decided(PERMIT, broken, level=AAL1)
    assert decision.outcome is Outcome.HOLD
    assert decision.errors


def test_an_error_beside_a_forbid_that_withholds_still_holds_and_names_both() -> None:
    decision = decided(forbid("no", "withhold"), forbid("broken", "revise", OVERFLOW), level=AAL1)
    assert decision.outcome is Outcome.HOLD
    assert [policy.id for policy in decision.policies] == ["no"]
    assert decision.errors


def test_where_no_decision_can_be_reached_the_line_is_held() -> None:
    narrow = built_in_files()["schema.cedarschema"].replace(b"direction: String,", b"")
    strange = b"namespace Other { entity W, L; action say appliesTo { principal: W, resource: L }; }"
    typed = built_in_files()["schema.cedarschema"].replace(b"direction: String,", b"direction: Long,")
    for schema in (narrow, strange, typed):
        files = built_in_files() | {"schema.cedarschema": schema, "policies.cedar": PERMIT.encode()}
        decision = CedarDecider(parse(files)).decide(claim(Force.NONE), finding(Support.SUPPORTED), NONE)
        assert decision.outcome is Outcome.HOLD
        assert decision.errors


def test_a_line_that_no_policy_speaks_of_is_withheld() -> None:
    for policies in ("", forbid("never", "hold", "1 == 2")):
        decision = decided(policies)
        assert decision.outcome is Outcome.WITHHOLD
        assert (decision.policies, decision.because) == ((), "no policy permits the line")


def test_a_forbid_beats_every_permit() -> None:
    decision = decided(PERMIT, forbid("no", "revise"))
    assert (decision.outcome, [policy.id for policy in decision.policies]) == (Outcome.REVISE, ["no"])


@pytest.mark.parametrize("first", CAUTION[1:])
@pytest.mark.parametrize("second", CAUTION[1:])
def test_where_forbids_differ_the_most_cautious_outcome_wins_whichever_stands_first(
    first: Outcome, second: Outcome
) -> None:
    decision = decided(
        forbid("one", first, more='@wording("no-offer")'),
        forbid("two", second, more='@wording("no-promise")'),
    )
    assert decision.outcome is max(first, second, key=CAUTION.index)
    assert [policy.id for policy in decision.policies] == ["one", "two"]
    assert decision.wording is not None
    stricter_is_second = CAUTION.index(second) > CAUTION.index(first)
    assert decision.wording.id == ("no-promise" if stricter_is_second else "no-offer")


_MANY = """
import sys; sys.path.insert(0, sys.argv[1])
from bundles import *
from answerable.claims import Force
from answerable.decisions import CedarDecider
from answerable.findings import Finding, Support
from answerable.values import AssuranceLevel
words = ("no-offer", "no-promise", "unreadable", "contradicted")
made = with_policies(*(forbid(f"p{n}", "hold", more=f'@wording("{words[n % 4]}")') for n in range(12)))
decision = CedarDecider(made).decide(claim(Force.OFFER), Finding(Support.SUPPORTED, ""), AssuranceLevel.NONE)
print([policy.id for policy in decision.policies], decision.because, decision.wording, decision.route)
"""


def test_the_same_line_is_decided_the_same_way_in_every_process() -> None:
    """Cedar names determining policies in a random order; the record and the wording must not follow it."""
    command = [sys.executable, "-c", _MANY, str(Path(__file__).parent)]
    said = {subprocess.run(command, capture_output=True, check=True, text=True).stdout for _ in range(3)}
    assert len(said) == 1
    [one] = said
    assert "Wording(id='no-offer'" in one
    assert one.startswith(str([f"p{number}" for number in range(12)]))


def test_a_decision_names_who_owns_the_policies_behind_it() -> None:
    decision = decided(PERMIT)
    assert [(policy.id, policy.owner, policy.because) for policy in decision.policies] == [
        ("yes", "ana", "it may")
    ]


def test_the_memory_of_decisions_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("answerable.decisions.decide._REMEMBERED", 3)
    decider = CedarDecider(BUNDLE)
    for force, subject in product(Force, list(Subject)[:4]):
        decider.decide(claim(force, subject=subject), finding(Support.SUPPORTED), NONE)
        assert len(decider._remembered) <= 3
