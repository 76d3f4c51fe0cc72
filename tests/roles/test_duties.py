"""Nobody approves their own, nobody goes beyond their limits, and whoever gives roles approves nothing."""

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
import some_people as some
from hypothesis import given
from hypothesis import strategies as st
from some_people import ANA, BOT, NOW, PEOPLE, RUTH, SAM, has, operator, wanted

from answerable.adapters.duty_files import shipped_duties
from answerable.identity.operators import Operator
from answerable.roles import (
    Approvable,
    Assignment,
    Duties,
    DutyRules,
    Hours,
    Kept,
    Limits,
    Needs,
    Role,
    RouteRules,
    SignIn,
    stands,
)
from answerable.values import AssuranceLevel, Money, OperatorId
from answerable.values.errors import RoleError

MINUTE = timedelta(minutes=1)
DUTIES = shipped_duties(
    DutyRules(
        routes={
            "refunds": RouteRules(two_above=Money(5_000, "EUR")),
            "claims": RouteRules(sign_in=SignIn(AssuranceLevel.AAL3, timedelta(minutes=5))),
        }
    )
)
PLAIN = shipped_duties()
APPROVER = [has(Role.APPROVER)]


# -- what nobody may do, whatever else is so -----------------------------------------------

draws = given(
    some.operators,
    st.lists(some.assignments, max_size=4),
    some.approvables,
    st.lists(st.sampled_from(PEOPLE), max_size=2),
)


def standing(who: Operator, held: list[Assignment]) -> set[Role]:
    return {one.role for one in held if one.operator == who.id and stands(one, NOW)}


def within(limits: Limits, act: Approvable) -> bool:
    """The limits once more, in Python."""
    most, hours = limits.amount, limits.hours
    return (
        (limits.routes is None or act.route in limits.routes)
        and (limits.subjects is None or (bool(act.subjects) and act.subjects <= limits.subjects))
        and (limits.regions is None or act.region in limits.regions)
        and (
            most is None
            or (
                act.amount is not None
                and act.amount.currency == most.currency
                and 0 <= act.amount.minor <= most.minor
            )
        )
        and (hours is None or (0 in hours.days and hours.start <= 12 * 60 < hours.end))
    )


@draws
def test_what_is_approved_is_within_every_rule(
    who: Operator, held: list[Assignment], act: Approvable, earlier: list[OperatorId]
) -> None:
    rules = DUTIES.rules.of(act.route).sign_in
    roles = standing(who, held)
    age = NOW - who.authenticated_at
    expected = (
        Role.APPROVER in roles
        and not roles & {Role.ADMINISTRATOR, Role.AUDITOR}
        and act.requester != who.id
        and who.id not in act.requester_owners
        and who.id not in earlier
        and who.level >= rules.level
        and rules.within is not None
        and -timedelta(seconds=30) <= age <= rules.within
        and any(
            within(one.limits, act)
            for one in held
            if one.operator == who.id and one.role is Role.APPROVER and stands(one, NOW)
        )
    )
    ruling = DUTIES.may_approve(who, held, act, earlier, NOW)
    assert ruling.allowed is expected
    assert ruling.because
    assert ruling.needs is None or not ruling.allowed


@draws
def test_whoever_speaks_for_an_act_could_have_approved_it_and_takes_back_what_others_approved(
    who: Operator, held: list[Assignment], act: Approvable, earlier: list[OperatorId]
) -> None:
    approves = DUTIES.may_approve(who, held, act, [], NOW).allowed
    done, not_done = (
        DUTIES.may_resolve_act(who, held, act, earlier, outcome, NOW) for outcome in ("done", "not_done")
    )
    undo = DUTIES.may_undo_act(who, held, act, earlier, NOW)
    assert done.allowed is approves
    assert not_done.allowed is (approves and who.id not in earlier)
    assert undo.allowed is (approves and who.id not in earlier)
    for ruling in (done, not_done, undo):
        assert ruling.because
        assert ruling.needs is None or not ruling.allowed


@draws
def test_a_better_sign_in_is_asked_for_only_where_nothing_else_is_missing(
    who: Operator, held: list[Assignment], act: Approvable, earlier: list[OperatorId]
) -> None:
    ruling = DUTIES.may_approve(who, held, act, earlier, NOW)
    if not ruling.allowed:
        rules = DUTIES.rules.of(act.route).sign_in
        again = Operator(who.id, who.name, max(who.level, rules.level), NOW)
        later = DUTIES.may_approve(again, held, act, earlier, NOW)
        assert later.allowed is (ruling.needs is not None)
        if ruling.needs is not None:
            assert ruling.needs == Needs(rules.level, rules.within)
            assert any("sign in again" in words for words in ruling.because)


@draws
def test_one_approver_is_enough_only_up_to_the_amount_that_is_set_for_the_queue(
    who: Operator, held: list[Assignment], act: Approvable, earlier: list[OperatorId]
) -> None:
    ruling = DUTIES.may_approve(who, held, act, earlier, NOW)
    small = act.amount is not None and act.amount.currency == "EUR" and 0 <= act.amount.minor <= 5_000
    assert ruling.approvers_needed == (2 if act.route == "refunds" and not small else 1)


@given(
    some.operators,
    st.lists(some.assignments, max_size=4),
    some.assignments,
    st.lists(some.assignments, max_size=3),
)
def test_who_gives_a_role_is_an_administrator_and_another_person(
    who: Operator, held: list[Assignment], gives: Assignment, theirs: list[Assignment]
) -> None:
    ruling = PLAIN.may_assign(who, held, gives, theirs, NOW)
    others = {
        one.role
        for one in theirs
        if one.operator == gives.operator
        and one.role is not gives.role
        and (one.until is None or one.until > NOW)
    }
    if ruling.allowed:
        roles = standing(who, held)
        assert Role.ADMINISTRATOR in roles
        assert Role.AUDITOR not in roles
        assert gives.operator != who.id
        after = others | {gives.role}
        assert not (Role.ADMINISTRATOR in after and after & {Role.APPROVER, Role.POLICY_APPROVER})
        assert Role.AUDITOR not in after or after == {Role.AUDITOR}
        assert gives.limits == Limits() or gives.role is Role.APPROVER
        assert who.level >= AssuranceLevel.AAL2


@given(some.operators, st.lists(some.assignments, max_size=4), st.none() | st.sampled_from(PEOPLE))
def test_nobody_approves_what_they_wrote_nor_what_nobody_is_known_to_have_written(
    who: Operator, held: list[Assignment], author: OperatorId | None
) -> None:
    for ruling, roles in (
        (PLAIN.may_approve_bundle(who, held, author, NOW), {Role.POLICY_APPROVER}),
        (PLAIN.may_approve_term(who, held, author, NOW), {Role.POLICY_APPROVER, Role.DATA_OWNER}),
    ):
        if ruling.allowed:
            assert author is not None
            assert author != who.id
            mine = standing(who, held)
            assert mine & roles
            assert not mine & {Role.AUDITOR, Role.ADMINISTRATOR}


@given(some.operators, st.lists(some.assignments, max_size=4), some.approvables)
def test_an_auditor_changes_nothing(who: Operator, held: list[Assignment], act: Approvable) -> None:
    held = [*held, has(Role.AUDITOR, who.id)]
    owners = act.requester_owners
    for ruling in (
        DUTIES.may_approve(who, held, act, [], NOW),
        DUTIES.may_withdraw(who, held, act, [who.id], NOW),
        DUTIES.may_approve_bundle(who, held, SAM, NOW),
        DUTIES.may_approve_term(who, held, SAM, NOW),
        DUTIES.may_assign(who, held, has(Role.REVIEWER, SAM), [], NOW),
        DUTIES.may_take(who, held, SAM, Role.REVIEWER, NOW),
        DUTIES.may_resolve_act(who, held, act, [], "done", NOW),
        DUTIES.may_undo_act(who, held, act, [], NOW),
        DUTIES.may_revoke_grants(who, held, owners, NOW),
        DUTIES.may_lift_revocation(who, held, owners, NOW),
    ):
        assert not ruling.allowed


@draws
def test_other_peoples_roles_are_nobodys(
    who: Operator, held: list[Assignment], act: Approvable, earlier: list[OperatorId]
) -> None:
    others = [one for one in held if one.operator != who.id]
    for ruling in (
        DUTIES.may_approve(who, others, act, earlier, NOW),
        DUTIES.may_approve_bundle(who, others, ANA, NOW),
        DUTIES.may_read(who, others, Kept("ledger"), NOW),
        DUTIES.may_assign(who, others, has(Role.REVIEWER, SAM), [], NOW),
    ):
        assert not ruling.allowed
        assert ruling.needs is None


# -- in words ------------------------------------------------------------------------------


def test_an_approver_approves_what_is_within_their_limits() -> None:
    ruling = PLAIN.may_approve(operator(), APPROVER, wanted(), [], NOW)
    assert ruling.allowed
    assert ruling.because == ("an approver answers what is held",)
    assert ruling.policies == ("approver-approves",)
    assert ruling.approvers_needed == 1


@pytest.mark.parametrize(
    ("limits", "policy"),
    [
        (Limits(routes=frozenset({"claims"})), "route-beyond-limit"),
        (Limits(subjects=frozenset({"delivery"})), "subject-beyond-limit"),
        (Limits(amount=Money(9_999, "EUR")), "amount-beyond-limit"),
        (Limits(amount=Money(99_999, "USD")), "amount-beyond-limit"),
        (Limits(regions=frozenset({"us"})), "region-beyond-limit"),
        (Limits(hours=Hours(frozenset({0}), 0, 720)), "outside-hours"),
        (Limits(hours=Hours(frozenset({1}), 0, 1440)), "outside-hours"),
    ],
)
def test_what_is_beyond_one_limit_is_refused_by_that_limit(limits: Limits, policy: str) -> None:
    ruling = PLAIN.may_approve(operator(), [has(Role.APPROVER, limits=limits)], wanted(), [], NOW)
    assert not ruling.allowed
    assert ruling.policies == (policy,)
    assert ruling.needs is None


@pytest.mark.parametrize(
    ("limits", "act"),
    [
        (Limits(routes=frozenset({"refunds"})), wanted(route=None)),
        (Limits(subjects=frozenset({"refund"})), wanted(subjects=frozenset())),
        (Limits(subjects=frozenset({"refund"})), wanted(subjects=frozenset({"refund", "delivery"}))),
        (Limits(amount=Money(10**9, "EUR")), wanted(amount=None)),
        (Limits(amount=Money(10**9, "EUR")), wanted(amount=Money(-1, "EUR"))),
        (Limits(regions=frozenset({"eu"})), wanted(region=None)),
    ],
)
def test_what_is_not_known_is_beyond_a_limit(limits: Limits, act: Approvable) -> None:
    assert not PLAIN.may_approve(operator(), [has(Role.APPROVER, limits=limits)], act, [], NOW).allowed


def test_two_parts_of_an_authority_do_not_add_up() -> None:
    parts = [
        has(Role.APPROVER, limits=Limits(routes=frozenset({"refunds"}), amount=Money(1_000, "EUR"))),
        has(Role.APPROVER, limits=Limits(routes=frozenset({"claims"}), amount=Money(90_000, "EUR"))),
    ]
    ruling = PLAIN.may_approve(operator(), parts, wanted(), [], NOW)
    assert not ruling.allowed
    assert PLAIN.may_approve(operator(), parts, wanted(route="claims"), [], NOW).allowed
    assert PLAIN.may_approve(operator(), parts, wanted(amount=Money(1_000, "EUR")), [], NOW).allowed


def test_hours_are_the_companys() -> None:
    hours = Limits(hours=Hours(frozenset({0}), 13 * 60, 14 * 60))
    held = [has(Role.APPROVER, limits=hours)]
    berlin = shipped_duties(DutyRules(zone=ZoneInfo("Europe/Berlin")))
    assert berlin.may_approve(operator(), held, wanted(), [], NOW).allowed
    assert not PLAIN.may_approve(operator(), held, wanted(), [], NOW).allowed
    elsewhere = NOW.astimezone(ZoneInfo("Asia/Tokyo"))
    assert berlin.may_approve(operator(), held, wanted(), [], elsewhere).allowed


def test_a_weak_or_old_sign_in_is_told_to_sign_in_again_and_what_is_needed() -> None:
    needs = Needs(AssuranceLevel.AAL2, timedelta(minutes=10))
    weak = PLAIN.may_approve(operator(level=AssuranceLevel.AAL1), APPROVER, wanted(), [], NOW)
    assert weak.policies == ("signed-in-too-weakly",)
    assert weak.needs == needs
    old = PLAIN.may_approve(
        operator(ago=10 * MINUTE + timedelta(microseconds=1)), APPROVER, wanted(), [], NOW
    )
    assert old.policies == ("signed-in-too-long-ago",)
    assert old.needs == needs
    assert "sign in again" in old.because[0]
    assert PLAIN.may_approve(operator(ago=10 * MINUTE), APPROVER, wanted(), [], NOW).allowed


def test_a_sign_in_that_lies_ahead_is_none() -> None:
    assert PLAIN.may_approve(operator(ago=-timedelta(seconds=30)), APPROVER, wanted(), [], NOW).allowed
    ahead = PLAIN.may_approve(operator(ago=-timedelta(seconds=31)), APPROVER, wanted(), [], NOW)
    assert ahead.policies == ("signed-in-too-long-ago",)


def test_whoever_owns_the_bot_is_not_sent_to_sign_in_for_nothing() -> None:
    own = wanted(owners=frozenset({RUTH}))
    ruling = PLAIN.may_approve(operator(level=AssuranceLevel.AAL1), APPROVER, own, [], NOW)
    assert ruling.policies == ("nobody-approves-for-their-own-bot",)
    assert ruling.needs is None


def test_the_second_approver_is_somebody_else() -> None:
    first = DUTIES.may_approve(operator(), APPROVER, wanted(), [], NOW)
    assert first.allowed
    assert first.approvers_needed == 2
    assert DUTIES.may_approve(operator(), APPROVER, wanted(), [RUTH], NOW).policies == (
        "nobody-approves-twice",
    )
    other = [has(Role.APPROVER, ANA)]
    assert DUTIES.may_approve(operator(ANA), other, wanted(), [RUTH], NOW).allowed


def test_not_done_of_ones_own_and_taking_it_back_are_for_somebody_else() -> None:
    for ruling, rule in (
        (PLAIN.may_resolve_act(operator(), APPROVER, wanted(), [RUTH], "not_done", NOW),
         "nobody-says-not-done-of-what-they-approved"),
        (PLAIN.may_undo_act(operator(), APPROVER, wanted(), [SAM, RUTH], NOW),
         "nobody-takes-back-what-they-approved"),
    ):  # fmt: skip
        assert ruling.policies == (rule,)
        assert ruling.needs is None
    assert PLAIN.may_resolve_act(operator(), APPROVER, wanted(), [RUTH], "done", NOW).allowed


def test_speaking_for_an_act_takes_the_sign_in_of_its_queue() -> None:
    late = operator(ago=6 * MINUTE)
    for route, needs in (("refunds", None), ("claims", Needs(AssuranceLevel.AAL3, timedelta(minutes=5)))):
        act = wanted(route=route)
        for ruling in (
            DUTIES.may_resolve_act(late, APPROVER, act, [], "done", NOW),
            DUTIES.may_undo_act(late, APPROVER, act, [], NOW),
        ):
            assert (ruling.allowed, ruling.needs) == (needs is None, needs)
    stale = PLAIN.may_resolve_act(operator(ago=11 * MINUTE), APPROVER, wanted(), [], "not_done", NOW)
    assert stale.policies == ("signed-in-too-long-ago",)
    assert stale.needs == Needs(AssuranceLevel.AAL2, timedelta(minutes=10))


def test_whoever_is_stopped_does_not_lift_it_themselves() -> None:
    ruling = PLAIN.may_lift_revocation(operator(), APPROVER, frozenset(), NOW, RUTH)
    assert ruling.policies == ("nobody-lets-themselves-go-on",)
    assert PLAIN.may_lift_revocation(operator(), APPROVER, frozenset(), NOW, SAM).allowed


def test_somebody_without_a_role_is_told_what_they_have() -> None:
    nothing = PLAIN.may_approve(operator(), [], wanted(), [], NOW)
    assert nothing.because == ("no role of yours lets you do this (approve); you have: none",)
    reviewer = PLAIN.may_approve(operator(), [has(Role.REVIEWER)], wanted(), [], NOW)
    assert "you have: reviewer" in reviewer.because[0]


def test_a_role_counts_from_when_it_was_given_until_it_ends() -> None:
    ended = [has(Role.APPROVER, until=NOW)]
    coming = [has(Role.APPROVER, since=NOW + timedelta(microseconds=1))]
    for held in (ended, coming):
        assert not PLAIN.may_approve(operator(), held, wanted(), [], NOW).allowed


def test_who_may_look_at_what() -> None:
    conversation = Kept("conversation", frozenset({SAM}))
    sees = {
        role: {
            kind
            for kind in ("conversation", "approval", "act", "grants", "ledger", "bundle", "roles")
            if PLAIN.may_read(operator(), [has(role)], Kept(kind, frozenset({SAM}), "refunds"), NOW).allowed
        }
        for role in Role
    }
    assert sees == {
        Role.AGENT_OPERATOR: {"bundle"},
        Role.APPROVER: {"approval", "act", "grants", "bundle"},
        Role.POLICY_AUTHOR: {"bundle"},
        Role.POLICY_APPROVER: {"bundle"},
        Role.DATA_OWNER: {"ledger", "conversation", "grants", "bundle"},
        Role.REVIEWER: {"conversation", "approval", "act", "bundle"},
        Role.AUDITOR: {"conversation", "approval", "act", "grants", "ledger", "bundle", "roles"},
        Role.ADMINISTRATOR: {"grants", "roles"},
    }
    assert PLAIN.may_read(operator(SAM), [has(Role.AGENT_OPERATOR, SAM)], conversation, NOW).allowed
    mine = [has(Role.APPROVER, limits=Limits(routes=frozenset({"refunds"})))]
    assert PLAIN.may_read(operator(), mine, Kept("approval", route="refunds"), NOW).allowed
    assert not PLAIN.may_read(operator(), mine, Kept("approval", route="claims"), NOW).allowed
    assert not PLAIN.may_read(operator(), mine, Kept("approval"), NOW).allowed
    assert PLAIN.may_read(operator(), mine, Kept("act", route="refunds"), NOW).allowed
    assert not PLAIN.may_read(operator(), mine, Kept("act", route="claims"), NOW).allowed
    for kind in ("act", "grants"):
        assert PLAIN.may_read(
            operator(SAM), [has(Role.AGENT_OPERATOR, SAM)], Kept(kind, frozenset({SAM})), NOW
        ).allowed


def test_stopping_asks_for_less_than_letting_go_on() -> None:
    weak = operator(level=AssuranceLevel.AAL1, ago=timedelta(hours=8))
    assert PLAIN.may_revoke_grants(weak, APPROVER, frozenset(), NOW).allowed
    lifting = PLAIN.may_lift_revocation(weak, APPROVER, frozenset(), NOW)
    assert not lifting.allowed
    assert lifting.needs is not None
    assert not PLAIN.may_lift_revocation(operator(), APPROVER, frozenset({RUTH}), NOW).allowed
    runs_bots = [has(Role.AGENT_OPERATOR)]
    assert PLAIN.may_revoke_grants(weak, runs_bots, frozenset({RUTH}), NOW).allowed
    assert not PLAIN.may_revoke_grants(weak, runs_bots, frozenset({SAM}), NOW).allowed
    assert not PLAIN.may_revoke_grants(weak, runs_bots, frozenset(), NOW).allowed


def test_who_takes_an_approval_back() -> None:
    act = wanted(owners=frozenset({SAM}))
    assert PLAIN.may_withdraw(operator(), APPROVER, act, [ANA], NOW).allowed
    assert PLAIN.may_withdraw(operator(ANA), [], act, [ANA], NOW).allowed
    assert PLAIN.may_withdraw(operator(SAM), [], act, [ANA], NOW).allowed
    assert not PLAIN.may_withdraw(operator(), [has(Role.REVIEWER)], act, [ANA], NOW).allowed
    elsewhere = [has(Role.APPROVER, limits=Limits(routes=frozenset({"claims"})))]
    assert not PLAIN.may_withdraw(operator(), elsewhere, act, [ANA], NOW).allowed


# -- rules that can't be evaluated ---------------------------------------------------------

OVERFLOWS = """
@id("breaks") @because("an overflow")
forbid (principal, action == Duties::Action::"approve", resource)
when { context.day + 9223372036854775807 > 0 };
"""


def shipped(more: str = "") -> tuple[str, str]:
    folder = __import__("importlib.resources", fromlist=["files"]).files("answerable.roles")
    return (folder / "duties.cedar").read_text() + more, (folder / "duties.cedarschema").read_text()


def test_a_forbid_that_errors_refuses_and_is_not_passed_over() -> None:
    broken = Duties(*shipped(OVERFLOWS))
    tuesday = NOW + timedelta(days=1)
    ruling = broken.may_approve(
        Operator(RUTH, "", AssuranceLevel.AAL2, tuesday), APPROVER, wanted(), [], tuesday
    )
    assert not ruling.allowed
    assert ruling.needs is None
    assert ruling.because[0] == "a rule about duties could not be evaluated, so it is refused"


def test_what_does_not_fit_the_schema_is_refused() -> None:
    strange = wanted(amount=Money(2**70, "EUR"))
    ruling = DUTIES.may_approve(operator(), APPROVER, strange, [], NOW)
    assert not ruling.allowed
    assert ruling.approvers_needed == 2


@pytest.mark.parametrize(
    "text",
    [
        "permit (principal, action, resource);",
        '@id("x") permit (principal, action, resource);',
        '@id("auditor-reads") @because("twice") permit (principal, action, resource);',
        '@id("x") @because("y") permit (principal, action, resource) when { context.nothing };',
        "permit (",
    ],
)
def test_rules_that_can_not_be_used_are_refused_when_they_are_read(text: str) -> None:
    with pytest.raises(RoleError):
        Duties(*shipped(text))


def test_names_can_not_break_out_of_what_is_asked() -> None:
    strange = OperatorId('x"};permit(principal,action,resource);//\\')
    held = [has(Role.APPROVER, strange)]
    assert PLAIN.may_approve(operator(strange), held, wanted(), [], NOW).allowed
    assert not PLAIN.may_approve(
        operator(strange), held, wanted(owners=frozenset({strange})), [], NOW
    ).allowed
    assert not PLAIN.may_approve(operator(strange), [], wanted(requester=BOT), [], NOW).allowed


def test_a_ruling_is_no_bool() -> None:
    ruling = PLAIN.may_approve(operator(), [], wanted(), [], NOW)
    with pytest.raises(TypeError):
        assert ruling


def test_the_rules_have_a_digest() -> None:
    assert PLAIN.digest == shipped_duties().digest
    assert Duties(*shipped("\n// changed\n")).digest != PLAIN.digest
    assert PLAIN.rules.zone is UTC
