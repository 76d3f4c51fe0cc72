"""What the issuer does with each request, once it was read and its caller is known. Blocking: run it in a thread."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from answerable.apps.authority.callers import Caller
from answerable.apps.authority.refusals import RecordRefusal, Refusal, in_the_log_alone, why_not
from answerable.grants import (
    LIFETIME,
    Confirmation,
    DpopKey,
    Grant,
    Issued,
    KeyRing,
    PermitUsed,
    Revocation,
    Selection,
    Selector,
    Unknown,
    bound_to,
    issue,
    read_token,
    verify_proof,
)
from answerable.grants.forms import INVALID, needed
from answerable.grants.introspection import INACTIVE, consumed, introspected, read_consumption
from answerable.grants.metadata import TOKEN
from answerable.grants.token_exchange import (
    DENIED,
    ExchangeRequest,
    FindPermit,
    VerifySubject,
    exchange,
    exchanged,
    read_exchange,
)
from answerable.ports.grants import GrantStore
from answerable.values import GrantId
from answerable.values.errors import GrantRefused

_LONGEST_REASON = 500

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Issuer:
    """The issuer: its name, its keys, its store, and whom it asks. `find_permit` is asked once for each exchange."""

    name: str
    """Its URL, as `usable_issuer` has it: the `iss` of every token."""
    store: GrantStore
    ring: Callable[[], KeyRing]
    """The keys as they are now: they may be rotated while this runs."""
    verify_subject: VerifySubject
    find_permit: FindPermit
    now: Callable[[], datetime]
    new_id: Callable[[], GrantId]
    lifetime: timedelta = LIFETIME
    record_refusal: RecordRefusal = in_the_log_alone

    def exchange(
        self, form: Form, caller: Caller, proof: str | None, certificate: bytes | None
    ) -> dict[str, Any]:
        """A token for a permit. Raises GrantRefused, which is on record then, GrantsUnavailable.

        1. The request can be read.
        2. Its sender holds a key, or a certificate: no token is for whoever finds it.
        3. The workload, the decision and the act are what they are said to be (`token_exchange.exchange`).
        4. The grant is durable, the only living one of its permit, and no revocation covers it.
        5. Only then is there a token. A crash before that leaves a grant that nobody can use.
        """
        now = self.now()
        # 1.
        request = read_exchange(form)
        # 2.
        confirmation = self._holder(proof, certificate, now)
        try:
            grant = self._granted(request, caller, confirmation, now)
        except GrantRefused as error:
            self.record_refusal(Refusal(caller.name, request.decision, "it earns no grant", str(error)))
            raise
        # 5.
        return exchanged(grant, issue(grant, self.ring().current, self.name))

    def _granted(
        self, request: ExchangeRequest, caller: Caller, confirmation: Confirmation, now: datetime
    ) -> Grant:
        # 3.
        grant, permit = exchange(
            request,
            confirmation,
            verify_subject=self.verify_subject,
            may_ask_for=caller.workloads.__contains__,
            find_permit=self.find_permit,
            id=self.new_id(),
            now=now,
            lifetime=self.lifetime,
        )
        # 4.
        answer = self.store.issue(grant, permit)
        if isinstance(answer, PermitUsed):
            raise GrantRefused(
                f"the act that was permitted was done under the grant '{answer.grant}'", DENIED
            )
        if not isinstance(answer, Issued):
            raise GrantRefused(f"a revocation stands against it: {answer.revocation}", DENIED)
        return grant

    def introspect(self, form: Form, caller: Caller) -> dict[str, Any]:
        """Is the token active? Of tokens that are not the caller's concern it learns nothing (RFC 7662 section 4)."""
        grant = self._of(form)
        if grant is None or not (caller.revokes or grant.intent.audience in caller.audiences):
            return dict(INACTIVE)
        return introspected(self.store.state(grant.id, self.now()), self.name)

    def consume(self, form: Form, caller: Caller) -> dict[str, Any]:
        """Use a grant up, for the back end that it names and nobody else. Raises GrantRefused, GrantsUnavailable."""
        _, attempt = read_consumption(form)
        grant = self._of(form)
        if grant is None or grant.intent.audience not in caller.audiences:
            return consumed(Unknown())
        answer = self.store.consume(grant.id, self.now(), attempt)
        if why := why_not(answer):
            self.record_refusal(Refusal(caller.name, grant.decision, why, grant=grant.id))
        return consumed(answer)

    def revoke(self, form: Form, caller: Caller) -> None:
        """Take one grant back (RFC 7009). A token that is none is as good as revoked. Raises GrantRefused."""
        grant = self._of(form)
        if grant is None:
            return
        intent = grant.intent
        if not (caller.revokes or intent.workload in caller.workloads or intent.audience in caller.audiences):
            raise GrantRefused(
                f"'{caller.name}' may not revoke the grants of '{intent.workload}'", "unauthorized_client"
            )
        selection = Selection(Selector.GRANT, grant.id)
        self.store.revoke(Revocation(selection, self.now(), caller.name, "revoked by token"))

    def revoke_selected(self, form: Form, caller: Caller) -> None:
        """Take back everything that is selected, and stop more of it. Raises GrantRefused."""
        selection = _selection(form, caller)
        reason = needed(form, "reason")[:_LONGEST_REASON]
        self.store.revoke(Revocation(selection, self.now(), caller.name, reason))

    def lift(self, form: Form, caller: Caller) -> int:
        """Let what is selected be issued again; how many revocations that ended. Raises GrantRefused."""
        return self.store.lift(_selection(form, caller), self.now(), caller.name)

    def _holder(self, proof: str | None, certificate: bytes | None, now: datetime) -> Confirmation:
        if proof is not None:
            url = self.name + TOKEN
            shown = verify_proof(proof, "POST", url, now=now, first_use=self.store.first_use)
            return DpopKey(shown.thumbprint)
        if certificate is None:
            raise GrantRefused("a grant is for whoever proves to hold a key; send a DPoP header", INVALID)
        return bound_to(certificate)

    def _of(self, form: Form) -> Grant | None:
        """The grant of the token that is asked about; None where it is no token of ours."""
        token = needed(form, "token")
        try:
            return read_token(token, self.ring().known(self.now()).get, issuer=self.name)
        except GrantRefused:
            return None


def _selection(form: Form, caller: Caller) -> Selection:
    if not caller.revokes:
        raise GrantRefused(f"'{caller.name}' may not revoke by selector", "unauthorized_client")
    try:
        return Selection(Selector(needed(form, "selector")), form.get("value", ""))
    except ValueError as error:
        raise GrantRefused(f"nothing is selected: {error}", INVALID) from None
