"""Two ids of one person are one person to the rules: they forbid as one, and neither lends the other a role."""

from dataclasses import replace

import pytest
from some_people import ANA, NOW, RUTH, SAM, has, operator, wanted

from answerable.adapters.duty_files import shipped_duties
from answerable.identity.operators import Operator
from answerable.roles import Assignment, Kept, Role
from answerable.values import OperatorId

DUTIES = shipped_duties()
ALIAS = OperatorId("local#r")
BOTH = replace(operator(), also=frozenset({ALIAS}))
"""Ruth, signed in by her company id, with a passkey's id beside it."""
APPROVER = [has(Role.APPROVER)]


def names(who: Operator, held: list[Assignment], **given: object) -> tuple[bool, tuple[str, ...]]:
    ruling = DUTIES.may_approve(who, held, wanted(**given), [], NOW)  # type: ignore[arg-type]
    return ruling.allowed, ruling.policies


def test_nobody_approves_what_another_id_of_theirs_approved() -> None:
    assert DUTIES.may_approve(operator(), APPROVER, wanted(), [ALIAS], NOW).allowed
    ruling = DUTIES.may_approve(BOTH, APPROVER, wanted(), [ALIAS], NOW)
    assert (ruling.allowed, ruling.policies) == (False, ("nobody-approves-twice",))
    assert DUTIES.may_approve(BOTH, APPROVER, wanted(), [SAM], NOW).allowed


def test_nobody_approves_what_another_id_of_theirs_asked_for_or_owns() -> None:
    assert names(BOTH, APPROVER, requester=ALIAS) == (False, ("nobody-approves-their-own-request",))
    owned = frozenset({ALIAS})
    assert names(BOTH, APPROVER, owners=owned) == (False, ("nobody-approves-for-their-own-bot",))
    assert names(operator(), APPROVER, owners=owned)[0]


def test_nobody_approves_what_another_id_of_theirs_wrote() -> None:
    makes = [has(Role.POLICY_APPROVER)]
    assert DUTIES.may_approve_bundle(operator(), makes, ALIAS, NOW).allowed
    assert not DUTIES.may_approve_bundle(BOTH, makes, ALIAS, NOW).allowed
    assert not DUTIES.may_approve_term(BOTH, makes, ALIAS, NOW).allowed


def test_nobody_says_what_became_of_or_takes_back_what_another_id_of_theirs_approved() -> None:
    assert DUTIES.may_undo_act(operator(), APPROVER, wanted(), [ALIAS], NOW).allowed
    assert not DUTIES.may_undo_act(BOTH, APPROVER, wanted(), [ALIAS], NOW).allowed
    assert not DUTIES.may_resolve_act(BOTH, APPROVER, wanted(), [ALIAS], "not_done", NOW).allowed


def test_nobody_lets_another_id_of_theirs_go_on() -> None:
    assert DUTIES.may_lift_revocation(operator(), APPROVER, frozenset(), NOW, ALIAS).allowed
    assert not DUTIES.may_lift_revocation(BOTH, APPROVER, frozenset(), NOW, ALIAS).allowed
    assert not DUTIES.may_lift_revocation(BOTH, APPROVER, frozenset({ALIAS}), NOW).allowed


@pytest.mark.parametrize(
    ("role", "policy"),
    [(Role.ADMINISTRATOR, "administrators-approve-nothing"), (Role.AUDITOR, "auditors-only-read")],
)
def test_a_role_that_another_id_has_forbids_what_it_forbids(role: Role, policy: str) -> None:
    assert names(BOTH, [*APPROVER, has(role, ALIAS)]) == (False, (policy,))
    assert names(operator(), [*APPROVER, has(role, ALIAS)])[0]
    over = has(role, ALIAS, until=NOW)
    assert names(BOTH, [*APPROVER, over])[0]


def test_a_role_that_another_id_has_permits_nothing() -> None:
    assert not names(BOTH, [has(Role.APPROVER, ALIAS)])[0]
    assert not DUTIES.may_read(BOTH, [has(Role.AUDITOR, ALIAS)], Kept("ledger"), NOW).allowed
    gives = [has(Role.ADMINISTRATOR, ALIAS)]
    assert not DUTIES.may_assign(BOTH, gives, has(Role.REVIEWER, SAM), [], NOW).allowed


def test_nobody_gives_another_id_of_theirs_a_role() -> None:
    gives = [has(Role.ADMINISTRATOR)]
    assert DUTIES.may_assign(operator(), gives, has(Role.REVIEWER, ALIAS), [], NOW).allowed
    ruling = DUTIES.may_assign(BOTH, gives, has(Role.REVIEWER, ALIAS), [], NOW)
    assert ruling.policies == ("nobody-gives-themselves-a-role",)


def test_only_an_administrator_who_is_neither_says_that_two_ids_are_two_people() -> None:
    gives = [has(Role.ADMINISTRATOR)]
    pair = {SAM, ANA}
    for linked in (True, False):
        assert DUTIES.may_link(operator(), gives, pair, NOW, linked=linked).allowed
        assert not DUTIES.may_link(operator(), APPROVER, pair, NOW, linked=linked).allowed
    assert not DUTIES.may_link(operator(), gives, {RUTH, SAM}, NOW, linked=False).allowed
    assert not DUTIES.may_link(BOTH, gives, {ALIAS, SAM}, NOW, linked=False).allowed
