"""Grants issued, used, taken back, replaced and forgotten in any order, with crashes between: no act is done twice."""

import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from answerable.adapters.sqlite_grants import SqliteGrants
from answerable.grants import (
    KILL_SWITCH,
    Consumed,
    Grant,
    Issued,
    Outstanding,
    Permit,
    Revocation,
    Selection,
    Selector,
)
from answerable.ports.grants import GrantStore
from answerable.testing import sample_grants as some
from answerable.testing.memory_grants import MemoryGrants

SKEW = st.integers(-3, 3).map(lambda seconds: timedelta(seconds=seconds))
SELECTIONS = st.sampled_from(
    [
        KILL_SWITCH,
        Selection(Selector.WORKLOAD, some.WORKLOAD),
        Selection(Selector.APPROVER, "ruth"),
        Selection(Selector.CONVERSATION, "c-0"),
        Selection(Selector.GRANT, "gr_1"),
        Selection(Selector.BUNDLE, some.digest("bundle")),
    ]
)


class Grants(RuleBasedStateMachine):
    """A store in a file beside one in memory: they answer alike, and what holds for one holds for both."""

    permits = Bundle("permits")
    grants = Bundle("grants")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.memory = MemoryGrants()
        self.file = SqliteGrants(self.folder / "grants.db")
        self.now = some.NOW
        self.number = 0
        self.done: Counter[object] = Counter()
        """How often the act of each permit was done."""
        self.attempts: dict[str, str] = {}
        self.dead: set[str] = set()
        """Grants that were revoked or replaced."""

    @rule(target=permits, approved=st.booleans(), seconds=st.integers(5, 900))
    def decide(self, approved: bool, seconds: int) -> Permit:
        self.number += 1
        until = self.now + timedelta(seconds=seconds)
        return some.permit(self.number, approved_by=("ruth",) if approved else (), until=until)

    @rule(target=grants, permit=permits, seconds=st.integers(1, 300), skew=SKEW)
    def issue(self, permit: Permit, seconds: int, skew: timedelta) -> Grant | None:
        self.number += 1
        try:
            grant = some.grant(self.number, permit, now=self.now + skew, lifetime=timedelta(seconds=seconds))
        except ValueError:
            return None  # the permit is over
        answers = [one.issue(grant, permit) for one in self.stores]
        assert answers[0] == answers[1]
        if isinstance(answers[0], Issued):
            assert not self.done[permit.decision]
            self.dead |= set(answers[0].superseded)
            return grant
        return None

    @rule(grant=grants, skew=SKEW, again=st.booleans())
    def use(self, grant: Grant | None, skew: timedelta, again: bool) -> None:
        if grant is None:
            return
        self.number += 1
        attempt = self.attempts.get(grant.id, "") if again else ""
        known = bool(attempt)
        attempt = attempt or f"attempt-{self.number}"
        answers = [one.consume(grant.id, self.now + skew, attempt) for one in self.stores]
        assert answers[0] == answers[1]
        if isinstance(answers[0], Consumed) and not known:
            self.done[grant.decision] += 1
            self.attempts[grant.id] = attempt
            assert grant.id not in self.dead
            assert self.now + skew < grant.expires
            assert answers[0].grant == grant

    @rule(selection=SELECTIONS)
    def revoke(self, selection: Selection) -> None:
        for one in self.stores:
            living = {grant.id for grant in one.outstanding(selection, self.now)}
            one.revoke(Revocation(selection, self.now, "ops", "drill"))
            self.dead |= living
            assert one.outstanding(selection, self.now) == []

    @rule(selection=SELECTIONS)
    def lift(self, selection: Selection) -> None:
        assert len({one.lift(selection, self.now, "ops") for one in self.stores}) == 1

    @rule(seconds=st.floats(0.001, 200))
    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def crash(self) -> None:
        """What was answered is on disk; the process that answered is gone, and another opens the file."""
        self.file.close()
        self.file = SqliteGrants(self.folder / "grants.db")

    @rule()
    def clean(self) -> None:
        assert len({one.clean(self.now - timedelta(minutes=10)) for one in self.stores}) == 1

    @rule(grant=consumes(grants))
    def ask(self, grant: Grant | None) -> None:
        if grant is not None:
            answers = [one.state(grant.id, self.now) for one in self.stores]
            assert answers[0] == answers[1]
            if isinstance(answers[0], Outstanding):
                assert not self.done[grant.decision]
                assert grant.id not in self.dead

    @invariant()
    def no_act_is_done_twice(self) -> None:
        assert all(count <= 1 for count in self.done.values())

    def teardown(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
            shutil.rmtree(self.folder)

    @property
    def stores(self) -> tuple[GrantStore, GrantStore]:
        return self.memory, self.file


TestGrantsInAnyOrder = Grants.TestCase
TestGrantsInAnyOrder.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
