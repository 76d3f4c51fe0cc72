"""The gateway asks for grants by itself: issued in this process, bound to a key of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from answerable.grants import (
    AlreadyConsumed,
    Consumed,
    DpopKey,
    Expired,
    Grant,
    Issued,
    KeyRing,
    Outstanding,
    Permit,
    PermitUsed,
    Revocation,
    Revoked,
    Selection,
    Selector,
    SigningKey,
    issue,
    make_proof,
    new_grant,
)
from answerable.grants.revocation import selections_of
from answerable.ports.actions import Kept
from answerable.ports.connectors import ShownGrant
from answerable.ports.grants import GrantStore
from answerable.values import GrantId

BY = "gateway"


@dataclass(frozen=True, slots=True)
class Refused:
    """There is no grant for it: why, in our own words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Over:
    """The grant's time ran out before it was used; another may be issued."""


@dataclass(frozen=True, slots=True)
class Granting:
    """Grants for the gateway's own acts. Blocking: run it in a thread. Every method raises GrantsUnavailable."""

    store: GrantStore
    issuer: str
    """The `iss` of its tokens."""
    ring: Callable[[], KeyRing]
    holder: SigningKey
    """The gateway's own key, which its grants are bound to. Nobody else's proof makes them count."""
    now: Callable[[], datetime]
    random: Callable[[], str]
    """At least 96 random bits, as text."""
    recorded: bool = False
    """Does the issuer put it on record when a back end uses a grant up? Else whoever hears of it does."""

    def issued(self, permit: Permit) -> Grant | Refused:
        """A grant under that permit, durable; it takes the place of an earlier one."""
        try:
            grant = new_grant(
                permit, DpopKey(self.holder.id), id=GrantId(f"gr_{self.random()}"), now=self.now()
            )
        except ValueError:
            return Refused("its permit is over")
        match self.store.issue(grant, permit):
            case Issued():
                return grant
            case PermitUsed(other):
                return Refused(f"its permit was used up already, under the grant '{other}'")
            case Revoked():
                return Refused("a revocation stands against it")

    def used_up(self, grant: GrantId, attempt: str) -> Grant | Refused | Over:
        """Use it up for an attempt, durably; the same attempt is told the same again."""
        match self.store.consume(grant, self.now(), attempt):
            case Consumed(found):
                return found
            case Revoked():
                return Refused("a revocation stands against it")
            case Expired():
                return Over()
            case AlreadyConsumed():
                return Refused("its grant was used up by another attempt")
            case _:
                return Refused("its grant is not known to its own store: was that restored from a copy?")

    def in_force(self, grant: GrantId) -> Grant | Refused | Over:
        """Can it still be used, at a back end that uses it up itself?"""
        match self.store.state(grant, self.now()):
            case Outstanding(found):
                return found
            case Expired():
                return Over()
            case Revoked():
                return Refused("a revocation stands against it")
            case _:
                return Refused("its grant can't be used any more")

    def shown(self, grant: Grant) -> ShownGrant:
        """Its token, with proofs for as many requests as the connector makes."""
        token = issue(grant, self.ring().current, self.issuer)

        def proof(method: str, url: str) -> str:
            return make_proof(self.holder.secret, method, url, now=self.now(), jti=self.random(), token=token)

        return ShownGrant(token, proof)

    def never_used(self, grant: GrantId, reason: str) -> bool:
        """Take it back, and say whether it was not used before that: then it never will be."""
        state = self.store.state(grant, self.now())
        if not isinstance(state, AlreadyConsumed):
            # A crash before this is durable leaves it in force for its last seconds; it is asked again after that.
            self.store.revoke(Revocation(Selection(Selector.GRANT, grant), self.now(), BY, reason))
            state = self.store.state(grant, self.now())
        # One that its store has forgotten may have been used: only what the store knows counts.
        return isinstance(state, Revoked | Expired)

    def stops(self, kept: Kept) -> bool:
        """Does a revocation stand against the act now?"""
        action = kept.action
        covered = selections_of(
            kept.progress.grant or GrantId("none"), action.intent(), action.basis, action.bundle
        )
        return any(one.lifted is None and one.selection in covered for one in self.store.revocations())
