"""Stopping grants and letting them go on, for people: what they write is read, and held against the rules on duties."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from answerable.apps.authority.recording import RecordedGrants
from answerable.grants import Grant, Outstanding, Revocation, Selection, Selector
from answerable.grants.grant import is_digest
from answerable.identity.operators import Operator
from answerable.ports.roles import RoleStore, of_person
from answerable.roles import Assignment, Duties, Kept, Ruling
from answerable.values import GrantId, OperatorId, WorkloadId
from answerable.values.errors import InvalidRequest


def selection_of(selector: str, value: str) -> Selection:
    """What is selected. Raises InvalidRequest where it names nothing: a slip must not look like a stop."""
    try:
        found = Selector(selector)
    except ValueError:
        raise InvalidRequest(
            f"'{selector[:40]}' selects nothing; write one of {', '.join(Selector)}", "selector"
        ) from None
    try:
        made = Selection(found, value.strip())
    except ValueError as error:
        raise InvalidRequest(str(error), "value") from None
    if found is Selector.BUNDLE and not is_digest(made.value):
        raise InvalidRequest("a bundle is named by its digest: 'sha256:' and 64 hexadecimal digits", "value")
    if found is Selector.APPROVER and "#" not in made.value:
        raise InvalidRequest("an approver is named as /operators/whoami shows them: ISSUER#SUBJECT", "value")
    return made


def named(selection: Selection) -> str:
    """A selection in words: `everything`, `workload spiffe://…`."""
    return f"{selection.selector.value} {selection.value}".rstrip()


@dataclass(frozen=True, slots=True)
class Changed:
    """What the rules said; and where they allowed it, how many grants or revocations it was about."""

    ruling: Ruling
    count: int = 0


@dataclass(frozen=True, slots=True)
class GrantsDesk:
    """Who may stop what, let it go on, and look. Blocking; methods raise RolesUnavailable, GrantsUnavailable."""

    duties: Duties
    roles: RoleStore
    grants: RecordedGrants
    now: Callable[[], datetime]

    def to_revoke(self, operator: Operator, selection: Selection) -> Ruling:
        """Whoever owns a bot stops that bot, and its grants; what may be several bots' is for who stops anything."""
        return self.duties.may_revoke_grants(
            operator, self._has(operator), self.owners(selection), self.now()
        )

    def to_lift(self, operator: Operator, selection: Selection) -> Ruling:
        """What may stop any bot stops its owner's, too: whoever owns one lets nothing of that kind go on."""
        if selection.selector is Selector.WORKLOAD:
            owners = self.owners(selection)
        else:
            owners = frozenset(owner for _, owner in self.roles.owned())
        stopped = OperatorId(selection.value) if selection.selector is Selector.APPROVER else None
        return self.duties.may_lift_revocation(operator, self._has(operator), owners, self.now(), stopped)

    def revoke(self, operator: Operator, selection: Selection, reason: str) -> Changed:
        """Stop it; how many grants that could be used it took back. Raises InvalidRequest where it stops nothing."""
        ruling = self.to_revoke(operator, selection)
        if not ruling.allowed:
            return Changed(ruling)
        if selection.selector is Selector.GRANT and self.outstanding_grant(selection.value) is None:
            raise InvalidRequest("no grant of that id can be used, so there is nothing to take back", "value")
        now = self.now()
        covered = len(self.grants.outstanding(selection, now))
        self.grants.revoke(Revocation(selection, now, operator.id, reason))
        return Changed(ruling, covered)

    def lift(self, operator: Operator, selection: Selection, reason: str) -> Changed:
        """Let it go on; how many revocations that ended. Raises InvalidRequest where nothing of it is stopped."""
        ruling = self.to_lift(operator, selection)
        if not ruling.allowed:
            return Changed(ruling)
        if not self.stands(selection):
            raise InvalidRequest(f"'{named(selection)}' is not stopped", "value")
        return Changed(ruling, self.grants.lift(selection, self.now(), operator.id, reason))

    def stands(self, selection: Selection) -> bool:
        """Is exactly that stopped?"""
        return any(one.lifted is None and one.selection == selection for one in self.grants.revocations())

    def to_look(self, operator: Operator) -> Ruling:
        """At anything of it at all: what is somebody's own is theirs to see."""
        return self._read(operator, frozenset({operator.id}))

    def standing(self, operator: Operator) -> list[Revocation]:
        """The revocations that stand, oldest first, as far as the operator may see them."""
        found = [one for one in self.grants.revocations() if one.lifted is None]
        return [one for one in found if self._read(operator, self.owners(one.selection)).allowed]

    def outstanding(self, operator: Operator, selection: Selection) -> list[Grant]:
        """The grants of a selection that can still be used, as far as the operator may see them."""
        found: Sequence[Grant] = self.grants.outstanding(selection, self.now())
        return [one for one in found if self._read(operator, self.roles.owners(one.intent.workload)).allowed]

    def owners(self, selection: Selection) -> frozenset[OperatorId]:
        """Whose bot a selection is of; nobody's where it may be several bots'."""
        match selection.selector:
            case Selector.WORKLOAD:
                return self.roles.owners(WorkloadId(selection.value))
            case Selector.GRANT:
                grant = self.outstanding_grant(selection.value)
                return frozenset() if grant is None else self.roles.owners(grant.intent.workload)
            case _:
                return frozenset()

    def outstanding_grant(self, name: str) -> Grant | None:
        """The grant of that id, where it can still be used."""
        state = self.grants.state(GrantId(name), self.now())
        return state.grant if isinstance(state, Outstanding) else None

    def _read(self, operator: Operator, owners: frozenset[OperatorId]) -> Ruling:
        return self.duties.may_read(operator, self._has(operator), Kept("grants", owners), self.now())

    def _has(self, operator: Operator) -> Sequence[Assignment]:
        return of_person(self.roles.of, operator, self.now())
