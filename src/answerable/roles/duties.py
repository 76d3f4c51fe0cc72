"""Separation of duties and delegated limits, decided by Cedar on who signed in.

The rules are `duties.cedar`, next to this module: text, which an auditor reads and whose digest goes on record.
Any error of theirs refuses (`cedar_rules.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Literal

from answerable.identity.operators import Operator
from answerable.roles import cedar_values as cedar
from answerable.roles.asker import Asker
from answerable.roles.cedar_rules import CedarRules
from answerable.roles.role import Assignment, Limits, Role
from answerable.roles.ruling import Approvable, Kept, RouteRules, Ruling, SignIn
from answerable.values import AssuranceLevel, OperatorId

_NO_LIMITS = Limits()
_PLAIN = RouteRules()
_LATELY = SignIn(AssuranceLevel.AAL2, timedelta(minutes=10))
_SURELY = SignIn(AssuranceLevel.AAL2)
_AT_ALL = SignIn(AssuranceLevel.AAL1)


@dataclass(frozen=True, slots=True)
class DutyRules:
    """What a company sets of its own."""

    zone: tzinfo = UTC
    """By which the hours of an approver's authority are counted."""
    routes: Mapping[str, RouteRules] = field(default_factory=dict)
    """By queue."""
    otherwise: RouteRules = _PLAIN
    """For every other queue, and for what has none."""
    change: SignIn = _LATELY
    """For roles, bundles, terms, and letting grants out again."""
    read: SignIn = _SURELY
    stop: SignIn = _AT_ALL
    """For taking back an approval or grants: stopping is never harder than it must be."""

    def of(self, route: str | None) -> RouteRules:
        return self.otherwise if route is None else self.routes.get(route, self.otherwise)


class Duties:
    """Answers what one person may do now. Never raises for what it is asked: what can't be decided is refused.

    `assignments` are those of the store, of each of their ids (`ports.roles.of_person`); what stands at `now` counts.
    An operator comes from the sign-in alone (`identity.operators.Operator`), never from a request's body. Whatever
    another id of theirs did, asked for or owns, they did. A role that another id has permits them nothing, and still
    forbids what it forbids.
    """

    def __init__(self, policies: str, schema: str, rules: DutyRules | None = None) -> None:
        """Raises RoleError where the rules can't be parsed, do not fit the schema, or lack an id or a reason."""
        self.rules = rules or DutyRules()
        self._cedar = CedarRules(policies, schema)
        self.digest = self._cedar.digest

    def may_approve(
        self,
        operator: Operator,
        assignments: Iterable[Assignment],
        wanted: Approvable,
        earlier: Sequence[OperatorId],
        now: datetime,
    ) -> Ruling:
        """May they approve it, given who has approved it already? And how many must, in all?"""
        return self._by_one_or_two(Asker(operator, tuple(assignments), now), "approve", wanted, earlier)

    def may_withdraw(
        self,
        operator: Operator,
        assignments: Iterable[Assignment],
        wanted: Approvable,
        approved: Sequence[OperatorId],
        now: datetime,
    ) -> Ruling:
        """May they take back what was approved, or what was asked for?"""
        asker = Asker(operator, tuple(assignments), now)
        return self._cedar.ruled(
            asker, "withdraw", asker.held(wanted, approved), self.rules.stop, limited=True
        )

    def may_resolve_act(
        self,
        operator: Operator,
        assignments: Iterable[Assignment],
        wanted: Approvable,
        approved: Sequence[OperatorId],
        outcome: Literal["done", "not_done"],
        now: datetime,
    ) -> Ruling:
        """May they say what became of an act of which nobody knows? `approved` are those who approved it.

        It takes what an approval of it would take, of its queue, its amount and the sign-in.
        """
        asker = Asker(operator, tuple(assignments), now)
        context = {**self._clock(now), "outcome": outcome}
        sign_in = self.rules.of(wanted.route).sign_in
        return self._cedar.ruled(
            asker, "resolve_act", asker.held(wanted, approved), sign_in, context, limited=True
        )

    def may_undo_act(
        self,
        operator: Operator,
        assignments: Iterable[Assignment],
        wanted: Approvable,
        approved: Sequence[OperatorId],
        now: datetime,
    ) -> Ruling:
        """May they have an act taken back that was done? As `may_resolve_act`, and not what they approved.

        And how many must, in all: as many as approve it.
        """
        return self._by_one_or_two(Asker(operator, tuple(assignments), now), "undo_act", wanted, approved)

    def may_approve_bundle(
        self,
        operator: Operator,
        assignments: Iterable[Assignment],
        author: OperatorId | None,
        now: datetime,
    ) -> Ruling:
        """May they put their name under a bundle that this person wrote? One whose author is not known: nobody."""
        return self._made("approve_bundle", operator, assignments, author, now)

    def may_approve_term(
        self,
        operator: Operator,
        assignments: Iterable[Assignment],
        author: OperatorId | None,
        now: datetime,
    ) -> Ruling:
        """As `may_approve_bundle`, for a published term."""
        return self._made("approve_term", operator, assignments, author, now)

    def may_assign(
        self,
        operator: Operator,
        assignments: Iterable[Assignment],
        wanted: Assignment,
        theirs: Iterable[Assignment],
        now: datetime,
    ) -> Ruling:
        """May they give this role? `theirs` is what its holder has or will have already, under this id."""
        others = {
            one.role.value
            for one in theirs
            if one.operator == wanted.operator
            and one.role is not wanted.role
            and (one.until is None or one.until > now)
        }
        asker = Asker(operator, tuple(assignments), now)
        whose = asker.one(wanted.operator)
        made = cedar.assignment(whose, wanted.role, others, limited=wanted.limits != _NO_LIMITS)
        return self._cedar.ruled(asker, "give_role", made, self.rules.change)

    def may_take(
        self,
        operator: Operator,
        assignments: Iterable[Assignment],
        holder: OperatorId,
        role: Role,
        now: datetime,
    ) -> Ruling:
        """May they take that role from its holder? From themselves, too."""
        made = cedar.assignment(holder, role, (), limited=False)
        return self._cedar.ruled(
            Asker(operator, tuple(assignments), now), "take_role", made, self.rules.change
        )

    def may_link(
        self,
        operator: Operator,
        assignments: Iterable[Assignment],
        people: Iterable[OperatorId],
        now: datetime,
        *,
        linked: bool = True,
    ) -> Ruling:
        """May they say that these ids are one person's; or, with `linked` false, that they are not?

        `people` has every id that is linked with one of the two.
        """
        asker = Asker(operator, tuple(assignments), now)
        action = "link_ids" if linked else "unlink_ids"
        return self._cedar.ruled(asker, action, cedar.link(map(asker.one, people)), self.rules.change)

    def may_read(
        self, operator: Operator, assignments: Iterable[Assignment], wanted: Kept, now: datetime
    ) -> Ruling:
        """May they look at it?"""
        asker = Asker(operator, tuple(assignments), now)
        kept = cedar.kept(replace(wanted, owners=asker.all(wanted.owners)))
        return self._cedar.ruled(asker, "read", kept, self.rules.read, limited=True)

    def may_revoke_grants(
        self,
        operator: Operator,
        assignments: Iterable[Assignment],
        owners: frozenset[OperatorId],
        now: datetime,
    ) -> Ruling:
        """May they take grants back? `owners` are those of the workload; none where it is about everybody's."""
        asker = Asker(operator, tuple(assignments), now)
        return self._cedar.ruled(asker, "revoke_grants", cedar.grants(asker.all(owners)), self.rules.stop)

    def may_lift_revocation(
        self,
        operator: Operator,
        assignments: Iterable[Assignment],
        owners: frozenset[OperatorId],
        now: datetime,
        approver: OperatorId | None = None,
    ) -> Ruling:
        """May they let grants out again that somebody took back? `approver` is whose yes that stopped, if anybody's."""
        asker = Asker(operator, tuple(assignments), now)
        stopped = cedar.grants(asker.all(owners), None if approver is None else asker.one(approver))
        return self._cedar.ruled(asker, "lift_revocation", stopped, self.rules.change)

    # -- asking Cedar ----------------------------------------------------------------

    def _by_one_or_two(
        self, asker: Asker, action: str, wanted: Approvable, approved: Sequence[OperatorId]
    ) -> Ruling:
        rules = self.rules.of(wanted.route)
        held = asker.held(wanted, approved)
        ruling = self._cedar.ruled(asker, action, held, rules.sign_in, self._clock(asker.now), limited=True)
        alone: dict[str, Any] = {}
        if rules.two_above is not None:
            alone = {"above": rules.two_above.minor, "currency": rules.two_above.currency}
        # Whatever is not a plain yes, an error too, needs two. By whose sign-in does not matter here.
        anybody = replace(asker, operator=replace(asker.operator, authenticated_at=asker.now))
        one = self._cedar.ruled(anybody, "approve_alone", held, SignIn(AssuranceLevel.NONE), alone)
        return replace(ruling, approvers_needed=1 if one.allowed else 2)

    def _clock(self, now: datetime) -> dict[str, int]:
        local = now.astimezone(self.rules.zone)
        return {"day": local.weekday(), "minute": local.hour * 60 + local.minute}

    def _made(
        self,
        action: str,
        operator: Operator,
        assignments: Iterable[Assignment],
        author: OperatorId | None,
        now: datetime,
    ) -> Ruling:
        asker = Asker(operator, tuple(assignments), now)
        made = cedar.made(None if author is None else asker.one(author))
        return self._cedar.ruled(asker, action, made, self.rules.change)
