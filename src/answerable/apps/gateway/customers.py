"""Who the customer is: as the login service signed it, or only as the calling workload says it."""

import logging
from typing import NamedTuple

from answerable.adapters.identity.issuers import Issuers
from answerable.adapters.world import utc_now
from answerable.identity import UNPROVEN, Customer, CustomerIssuer, KeyNotKnown, verify_customer
from answerable.ports import Clock
from answerable.values import AssuranceLevel
from answerable.values.errors import IdentityRefused, InvalidRequest
from answerable.wire.requests import Names

_LOG = logging.getLogger("answerable.identity")
_FIELD = "metadata.customer_assertion"


class Known(NamedTuple):
    """The names of a request, and what the customer's rests on."""

    names: Names
    proof: str | None
    """The issuer's URL, `unproven`, or None where nothing was claimed, or no issuer could prove it."""


class Customers:
    """Checks customers' assertions. Without issuers there are none to check, and the workload's word is taken."""

    def __init__(self, issuers: Issuers[CustomerIssuer] | None = None, *, clock: Clock = utc_now) -> None:
        self._issuers, self._clock = issuers, clock

    @property
    def problem(self) -> str:
        """Whose keys are missing now; empty where none are."""
        return self._issuers.problem if self._issuers else ""

    async def run(self) -> None:
        """Keep the issuers' keys fresh, until cancelled."""
        if self._issuers is not None:
            await self._issuers.run()

    async def known(self, names: Names) -> Known:
        """What may be believed of a request's names. Raises InvalidRequest where an assertion does not hold."""
        if self._issuers is None:
            if names.assertion is not None:
                raise InvalidRequest(
                    f"'{_FIELD}' can't be checked: this gateway has no customers' issuers", _FIELD
                )
            return Known(names, None)
        if names.assertion is None:
            claimed = names.customer is not None or names.assurance is not AssuranceLevel.NONE
            return Known(names._replace(assurance=AssuranceLevel.NONE), UNPROVEN if claimed else None)
        customer = await self._verified(names.assertion, self._issuers)
        if names.customer is not None and names.customer != customer.id:
            raise InvalidRequest(
                "'metadata.customer_id' names another customer than the assertion; leave it out",
                "metadata.customer_id",
            )
        return Known(names._replace(customer=customer.id, assurance=customer.assurance), customer.issuer)

    async def _verified(self, assertion: str, issuers: Issuers[CustomerIssuer]) -> Customer:
        try:
            try:
                return verify_customer(assertion, issuers.current(), self._clock())
            except KeyNotKnown as refused:
                if not await issuers.hurry(refused.issuer):
                    raise
                return verify_customer(assertion, issuers.current(), self._clock())
        except IdentityRefused as refused:
            _LOG.warning("a customer's assertion was refused: %s", refused.reason)
            raise InvalidRequest(str(refused), _FIELD) from None
