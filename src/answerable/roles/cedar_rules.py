"""The rules about duties, asked of Cedar: what it says of one question, and what would help where that is no.

Cedar skips a rule that errors, so that an erroring `forbid` would allow; here any error refuses. The schema
is passed with every question, so what does not fit it is such an error, too.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import cedarpy

from answerable.roles import cedar_values as cedar
from answerable.roles.asker import Asker
from answerable.roles.ruling import Needs, Ruling, SignIn
from answerable.values import Digest
from answerable.values.errors import RoleError

_FOREVER = 2**53
_CLOCKS = timedelta(seconds=30)
"""How far the clocks of two machines may be apart: a sign-in may seem to lie that far ahead."""
_NOT_EVALUATED = "a rule about duties could not be evaluated, so it is refused"


class _Answer(NamedTuple):
    allowed: bool
    policies: tuple[str, ...]
    errors: tuple[str, ...]


class CedarRules:
    """`duties.cedar` and its schema, read."""

    def __init__(self, policies: str, schema: str) -> None:
        """Raises RoleError where the rules can't be parsed, do not fit the schema, or lack an id or a reason."""
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

    def ruled(
        self,
        asker: Asker,
        action: str,
        resource: dict[str, Any],
        sign_in: SignIn,
        more: Mapping[str, Any] | None = None,
        *,
        limited: bool = False,
    ) -> Ruling:
        """Ask once for each part of an approver's authority: no two parts together allow what neither does."""
        try:
            parts = [cedar.limits(one) for one in asker.limits] if limited else [None]
            found = [self._ask(asker, action, resource, sign_in, more, part) for part in parts]
            refused = min(found, key=lambda one: (one.allowed is False, len(one.policies)))
            if errors := [error for one in found for error in one.errors]:
                return Ruling(allowed=False, because=(_NOT_EVALUATED, *errors), policies=refused.policies)
            if refused.allowed:
                return Ruling(
                    allowed=True, because=self._words(refused, asker, action), policies=refused.policies
                )
            # Would the same be allowed to the same person with the sign-in that is asked for?
            better = replace(
                asker.operator, level=max(asker.operator.level, sign_in.level), authenticated_at=asker.now
            )
            again = [
                self._ask(replace(asker, operator=better), action, resource, sign_in, more, part)
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
            because=self._words(refused, asker, action),
            policies=refused.policies,
            needs=needs,
        )

    def _ask(
        self,
        asker: Asker,
        action: str,
        resource: dict[str, Any],
        sign_in: SignIn,
        more: Mapping[str, Any] | None,
        limits: dict[str, Any] | None,
    ) -> _Answer:
        operator = asker.operator
        ago = asker.now - operator.authenticated_at
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
        principal = cedar.person(operator.id, asker.roles, asker.elsewhere)
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

    def _words(self, answer: _Answer, asker: Asker, action: str) -> tuple[str, ...]:
        if answer.policies:
            return tuple(self._reasons[name] for name in answer.policies)
        mine = ", ".join(sorted(asker.roles)) or "none"
        return (f"no role of yours lets you do this ({action}); you have: {mine}",)
