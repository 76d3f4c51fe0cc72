"""Everything about the company's people that a request needs, in one place: `request.app.state.people`.

An application of another kind of page sets `app.state.people`, too, and asks as these pages do:

    operator = await require_operator(request)           # raises NotAuthenticated
    check_csrf(request, form.get("csrf"))                # for whatever changes something
    mine = await asyncio.to_thread(of_person, people_of(request).roles.of, operator, now)
    ruling = people_of(request).duties.may_approve(operator, mine, ...)
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from starlette.requests import Request

from answerable.adapters.identity.openid_provider import OpenIdProvider
from answerable.adapters.passkeys import Site
from answerable.apps.operators.role_changes import RoleChanges
from answerable.apps.operators.sessions import OperatorSessions
from answerable.identity.operators import Operator
from answerable.ports.directory import Directory
from answerable.ports.roles import RoleStore
from answerable.roles import Assignment, Duties


@dataclass(frozen=True, slots=True)
class People:
    """Who signs in and how, who they then are, and what they may do."""

    sessions: OperatorSessions
    roles: RoleStore
    duties: Duties
    changes: RoleChanges
    now: Callable[[], datetime]
    providers: Sequence[OpenIdProvider] = ()
    directory: Directory | None = None
    """The people of this machine; without it nobody has a passkey here."""

    @property
    def site(self) -> Site:
        """For whom passkeys are made."""
        origin = self.sessions.origin
        host = origin.partition("://")[2]
        return Site(origin, host.partition(":")[0])

    async def roles_of(self, operator: Operator) -> Sequence[Assignment]:
        """What they have now under this id, by the store: nothing of it comes from the sign-in.

        Raises RolesUnavailable. Rules on duties are asked with `ports.roles.of_person`.
        """
        return await asyncio.to_thread(self.roles.of, operator.id, self.now())


def people_of(request: Request) -> People:
    """What the application was made with."""
    people = request.app.state.people
    assert isinstance(people, People)  # noqa: S101 – whoever makes an application sets it
    return people


async def require_operator(request: Request) -> Operator:
    """Who sends the request, by their session alone, with their other ids as they are on record now.

    Raises NotAuthenticated, RolesUnavailable.
    """
    people = people_of(request)
    operator = await people.sessions.operator(request)
    also = await asyncio.to_thread(people.changes.store.linked_with, operator.id)
    return replace(operator, also=also)


def check_csrf(request: Request, given: str | None = None) -> None:
    """Raises NotAuthenticated where a page of this site did not send the request.

    `given` is the form's field `csrf`; without one the header `X-Answerable-CSRF` counts.
    """
    people_of(request).sessions.check_csrf(request, given)


def csrf_token(request: Request) -> str:
    """For a form of a page: see `pages.csrf_input`. Raises NotAuthenticated."""
    return people_of(request).sessions.csrf(request)
