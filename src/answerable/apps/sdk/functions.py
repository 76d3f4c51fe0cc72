"""Functions as tools: how a call of one becomes arguments by name, and what it returns becomes a result."""

import inspect
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from answerable.exchange import ToolSpec
from answerable.values.errors import InvalidRequest, SettingsError

NOT_DONE, UNCERTAIN = "not_done", "uncertain"
_OWNERS = frozenset({"self", "cls"})


@dataclass(frozen=True)
class Function:
    """A function that is a tool.

    `raises_mean` says what its exceptions mean: `uncertain` (it may have done something before it raised; nobody can
    tell) or `not_done` (it raises only before it does anything, and whoever wrote it stands behind that). `hidden` are
    parameters that are no part of the act: a session, a client. What they are changes nothing of what was decided on.
    """

    name: str
    call: Callable[..., Any]
    raises_mean: str = UNCERTAIN
    reads: bool = False
    hidden: frozenset[str] = frozenset()
    signature: inspect.Signature = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Raises SettingsError where it can't be a tool."""
        object.__setattr__(self, "signature", inspect.signature(self.call))
        if self.raises_mean not in (NOT_DONE, UNCERTAIN):
            raise SettingsError(
                f"'raises_mean' of '{self.name}' is '{self.raises_mean}'; write '{NOT_DONE}' or '{UNCERTAIN}'"
            )
        first = next(iter(self.signature.parameters), None)
        if first in _OWNERS:
            object.__setattr__(self, "hidden", self.hidden | {first})
        if unknown := sorted(self.hidden - set(self.signature.parameters)):
            raise SettingsError(f"'{self.name}' has no parameter '{unknown[0]}' to hide")
        for name, one in self.signature.parameters.items():
            if one.kind in (one.VAR_POSITIONAL, one.POSITIONAL_ONLY) and name not in self.hidden:
                raise SettingsError(
                    f"'{self.name}' takes '{name}' by its place alone; an act's arguments have names"
                )

    @property
    def spec(self) -> ToolSpec:
        """It as a back end describes a tool."""
        return ToolSpec(self.name, inspect.getdoc(self.call) or "")

    def arguments(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """What it was called with, by name, with the defaults. Raises TypeError as the function would; InvalidRequest
        where an argument is nothing that JSON has."""
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        found: dict[str, Any] = {}
        for name, value in bound.arguments.items():
            if name in self.hidden:
                continue
            if self.signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
                found |= {each: self._plain(each, one) for each, one in value.items()}
            else:
                found[name] = self._plain(name, value)
        return found

    def _plain(self, where: str, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | str):
            return value
        if isinstance(value, float):
            if math.isfinite(value):
                return value
            raise self._unusable(where, f"the number {value}")
        if isinstance(value, list | tuple):
            return [self._plain(f"{where}[{at}]", one) for at, one in enumerate(value)]
        if isinstance(value, dict):
            for key in value:
                if not isinstance(key, str):
                    raise self._unusable(where, f"the name {key!r}, which is no text")
            return {key: self._plain(f"{where}.{key}", one) for key, one in value.items()}
        raise self._unusable(where, f"a {type(value).__name__}")

    def _unusable(self, where: str, what: str) -> InvalidRequest:
        return InvalidRequest(
            f"'{where}' of '{self.name}' is {what}; what an act is decided on is JSON, so pass a text, a number, "
            "true or false, a list or a dict of those (cents as an integer, an instant as text), or name the "
            "parameter in 'hidden' if it is no part of the act",
            where,
        )


def as_result(value: Any) -> str:
    """What a function returned, as a back end's answer: JSON where it is some, else its text."""
    if isinstance(value, str):
        return value
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, RecursionError):
        return json.dumps(str(value))
