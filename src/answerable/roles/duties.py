"""Separation of duties and delegated limits, decided by Cedar on who signed in.

The rules are `duties.cedar`, next to this module: text, which an auditor reads and whose digest goes on record.
Cedar skips a rule that errors, so that an erroring `forbid` would allow; here any error refuses. The schema
is passed with every question, so what does not fit it is such an error, too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Literal, NamedTuple

import cedarpy

from answerable.identity.operators import Operator
from answerable.roles import cedar_values as cedar
from answerable.roles.role import Assignment, Limits, Role
from answerable.roles.ruling import Approvable, Kept, Needs, RouteRules, Ruling, SignIn
from answerable.values import AssuranceLevel, Digest, OperatorId
from answerable.values.errors import RoleError

_FOREVER = 2**53
_CLOCKS = timedelta(seconds=30)
"""How far the clocks of two machines may be apart: a sign-in may seem to lie that far ahead."""
_NOT_EVALUATED = "a rule about duties could not be evaluated, so it is refused"
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
        self.digest = Digest(cedar.digest(schema, policies))
        try:
            self._schema = cedarpy.Schema.from_str(schema)
            self._policies = cedarpy.PolicySet.from_str(policies)
            checked = cedarpy.validate_policies(policies, schema)
            self._reasons = cedar.reasons(cedarpy.policies_to_json_str(policies))
        except ValueError as error:
            raise RoleError(f"the rules about duties can't be used: {error}") from error
        if not checked.validation_passed:
            raise RoleError(f"the rules about duties do not fit their schema: {checked.errors[0]}")

    def may_approve(
        self,
        operator: Operator,
        assignments: Iterable[Assignment],
        wanted: Approvable,
        earlier: Sequence[OperatorId],
        now: datetime,
    ) -> Ruling:
        """May they approve it, given who has approved it already? And how many must, in all?"""
        return self._by_one_or_two(_Asked(operator, tuple(assignments), now), "approve", wanted, earlier)

    def may_withdraw(
        self,
        operator: Operator,
        assignments: Iterable[Assignment],
        wanted: Approvable,
        approved: Sequence[OperatorId],
        now: datetime,
    ) -> Ruling:
        """May they take back what was approved, or what was asked for?"""
        asked = _Asked(operator, tuple(assignments), now)
        return self._ruled(asked, "withdraw", asked.held(wanted, approved), self.rules.stop, limited=True)

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
        asked = _Asked(operator, tuple(assignments), now)
        context = {**self._clock(now), "outcome": outcome}
        sign_in = self.rules.of(wanted.route).sign_in
        return self._ruled(asked, "resolve_act", asked.held(wanted, approved), sign_in, context, limited=True)

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
        return self._by_one_or_two(_Asked(operator, tuple(assignments), now), "undo_act", wanted, approved)

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
        asked = _Asked(operator, tuple(assignments), now)
        whose = asked.one(wanted.operator)
        made = cedar.assignment(whose, wanted.role, others, limited=wanted.limits != _NO_LIMITS)
        return self._ruled(asked, "give_role", made, self.rules.change)

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
        return self._ruled(_Asked(operator, tuple(assignments), now), "take_role", made, self.rules.change)

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
        asked = _Asked(operator, tuple(assignments), now)
        action = "link_ids" if linked else "unlink_ids"
        return self._ruled(asked, action, cedar.link(map(asked.one, people)), self.rules.change)

    def may_read(
        self, operator: Operator, assignments: Iterable[Assignment], wanted: Kept, now: datetime
    ) -> Ruling:
        """May they look at it?"""
        asked = _Asked(operator, tuple(assignments), now)
        kept = cedar.kept(replace(wanted, owners=asked.all(wanted.owners)))
        return self._ruled(asked, "read", kept, self.rules.read, limited=True)

    def may_revoke_grants(
        self,
        operator: Operator,
        assignments: Iterable[Assignment],
        owners: frozenset[OperatorId],
        now: datetime,
    ) -> Ruling:
        """May they take grants back? `owners` are those of the workload; none where it is about everybody's."""
        asked = _Asked(operator, tuple(assignments), now)
        return self._ruled(asked, "revoke_grants", cedar.grants(asked.all(owners)), self.rules.stop)

    def may_lift_revocation(
        self,
        operator: Operator,
        assignments: Iterable[Assignment],
        owners: frozenset[OperatorId],
        now: datetime,
        approver: OperatorId | None = None,
    ) -> Ruling:
        """May they let grants out again that somebody took back? `approver` is whose yes that stopped, if anybody's."""
        asked = _Asked(operator, tuple(assignments), now)
        stopped = cedar.grants(asked.all(owners), None if approver is None else asked.one(approver))
        return self._ruled(asked, "lift_revocation", stopped, self.rules.change)

    # -- asking Cedar ----------------------------------------------------------------

    def _by_one_or_two(
        self, asked: "_Asked", action: str, wanted: Approvable, approved: Sequence[OperatorId]
    ) -> Ruling:
        rules = self.rules.of(wanted.route)
        held = asked.held(wanted, approved)
        ruling = self._ruled(asked, action, held, rules.sign_in, self._clock(asked.now), limited=True)
        alone: dict[str, Any] = {}
        if rules.two_above is not None:
            alone = {"above": rules.two_above.minor, "currency": rules.two_above.currency}
        # Whatever is not a plain yes, an error too, needs two. By whose sign-in does not matter here.
        anybody = replace(asked, operator=replace(asked.operator, authenticated_at=asked.now))
        one = self._ruled(anybody, "approve_alone", held, SignIn(AssuranceLevel.NONE), alone)
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
        asked = _Asked(operator, tuple(assignments), now)
        made = cedar.made(None if author is None else asked.one(author))
        return self._ruled(asked, action, made, self.rules.change)

    def _ruled(
        self,
        asked: "_Asked",
        action: str,
        resource: dict[str, Any],
        sign_in: SignIn,
        more: Mapping[str, Any] | None = None,
        *,
        limited: bool = False,
    ) -> Ruling:
        """Ask once for each part of an approver's authority: no two parts together allow what neither does."""
        try:
            parts = [cedar.limits(one) for one in asked.limits] if limited else [None]
            found = [self._asked(asked, action, resource, sign_in, more, part) for part in parts]
            refused = min(found, key=lambda one: (one.allowed is False, len(one.policies)))
            if errors := [error for one in found for error in one.errors]:
                return Ruling(allowed=False, because=(_NOT_EVALUATED, *errors), policies=refused.policies)
            if refused.allowed:
                return Ruling(
                    allowed=True, because=self._words(refused, asked, action), policies=refused.policies
                )
            # Would the same be allowed to the same person with the sign-in that is asked for?
            better = replace(
                asked.operator, level=max(asked.operator.level, sign_in.level), authenticated_at=asked.now
            )
            again = [
                self._asked(replace(asked, operator=better), action, resource, sign_in, more, part)
                for part in parts
            ]
            enough = any(one.allowed for one in again) and not any(one.errors for one in again)
        except Exception as error:  # noqa: BLE001 – whatever it was, nothing was decided
            return Ruling(allowed=False, because=(_NOT_EVALUATED, str(error)), policies=())
        if not enough:
            # What a better sign-in would not help is said without it: nobody is sent to sign in for nothing.
            refused = min(again, key=lambda one: len(one.policies))
        needs = Needs(sign_in.level, sign_in.within) if enough else None
        return Ruling(
            allowed=False,
            because=self._words(refused, asked, action),
            policies=refused.policies,
            needs=needs,
        )

    def _asked(
        self,
        asked: "_Asked",
        action: str,
        resource: dict[str, Any],
        sign_in: SignIn,
        more: Mapping[str, Any] | None,
        limits: dict[str, Any] | None,
    ) -> "_Answer":
        operator = asked.operator
        ago = asked.now - operator.authenticated_at
        context: dict[str, Any] = {
            "sign_in": {
                "level": int(operator.level),
                "ago": 0 if -_CLOCKS <= ago <= timedelta(0) else cedar.seconds(ago),
                "needs_level": int(sign_in.level),
                "within": _FOREVER if sign_in.within is None else cedar.seconds(sign_in.within),
            },
            **(more or {}),
        }
        if limits is not None:
            context["limits"] = limits
        principal = cedar.person(operator.id, asked.roles, asked.elsewhere)
        request = {
            "principal": principal["uid"],
            "action": f'Duties::Action::"{action}"',
            "resource": resource["uid"],
            "context": context,
        }
        answer = cedarpy.is_authorized(request, self._policies, [principal, resource], self._schema)
        determined = set(answer.diagnostics.id_annotations_by_reason.values())
        errors = tuple(str(error) for error in answer.diagnostics.errors)
        if answer.decision is cedarpy.Decision.NoDecision and not errors:
            errors = ("no decision was reached",)
        # In the order of the file: Cedar names them in none.
        policies = tuple(name for name in self._reasons if name in determined)
        return _Answer(answer.allowed and not errors, policies, errors)

    def _words(self, answer: "_Answer", asked: "_Asked", action: str) -> tuple[str, ...]:
        if answer.policies:
            return tuple(self._reasons[name] for name in answer.policies)
        mine = ", ".join(sorted(asked.roles)) or "none"
        return (f"no role of yours lets you do this ({action}); you have: {mine}",)


@dataclass(frozen=True, slots=True)
class _Asked:
    operator: Operator
    assignments: tuple[Assignment, ...]
    now: datetime

    @property
    def standing(self) -> tuple[Assignment, ...]:
        """Of what was handed over, the operator's own that is in force."""
        return tuple(
            one for one in self.assignments if one.operator == self.operator.id and stands(one, self.now)
        )

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(one.role for one in self.standing)

    @property
    def elsewhere(self) -> frozenset[Role]:
        """What the same person has under other ids."""
        return frozenset(
            one.role
            for one in self.assignments
            if one.operator in self.operator.also and stands(one, self.now)
        )

    def one(self, who: OperatorId) -> OperatorId:
        """Whoever it is: the one who asks, if it is another id of theirs."""
        return self.operator.id if who in self.operator.also else who

    def all(self, people: Iterable[OperatorId]) -> frozenset[OperatorId]:
        return frozenset(map(self.one, people))

    def held(self, wanted: Approvable, approved: Iterable[OperatorId]) -> dict[str, Any]:
        """What waits, with each of their ids as the one that they signed in with."""
        requester, owners = self.one(OperatorId(wanted.requester)), self.all(wanted.requester_owners)
        return cedar.held(replace(wanted, requester=requester, requester_owners=owners), self.all(approved))

    @property
    def limits(self) -> tuple[Limits, ...]:
        """Each part of their authority as an approver; one without limits where there is none, for other roles."""
        parts = tuple(one.limits for one in self.standing if one.role is Role.APPROVER)
        return parts or (_NO_LIMITS,)


class _Answer(NamedTuple):
    allowed: bool
    policies: tuple[str, ...]
    errors: tuple[str, ...]


def stands(assignment: Assignment, now: datetime) -> bool:
    """Is it in force at that instant?"""
    return assignment.since <= now and (assignment.until is None or now < assignment.until)
