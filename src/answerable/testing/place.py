"""Strict reading of what a file held: every refusal names the file, the place and the remedy."""

from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from answerable.values.errors import ScriptError

_KINDS = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a mapping",
    type(None): "nothing",
}


class Place:
    """A value and where it stands: `refund-true.yaml`, `turns[0].steps[1].say`."""

    def __init__(self, value: Any, file: str, path: str = "") -> None:
        self.value = value
        self._file = file
        self._path = path

    def fail(self, problem: str, remedy: str) -> NoReturn:
        """Raise ScriptError for this place."""
        where = f"{self._file}, {self._path}" if self._path else self._file
        raise ScriptError(f"{where}: {problem}. {remedy}")

    def text(self, *, empty: bool = False) -> str:
        """A text; an empty one only where that is allowed."""
        value = self._typed(str)
        if not value.strip() and not empty:
            self.fail("the text is empty", "Write something, or leave the key out.")
        return str(value)

    def number(self) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self._mistyped("a number")
        return float(self.value)

    def one_of(self, choices: Sequence[str]) -> str:
        value = self._typed(str)
        if value not in choices:
            self.fail(f"'{value}' is not known here", f"Use one of: {', '.join(choices)}.")
        return str(value)

    def items(self, *, empty: bool = True) -> Iterator["Place"]:
        """The members of a list."""
        value = self._typed(list)
        if not value and not empty:
            self.fail("the list is empty", "Give it at least one member.")
        return (Place(member, self._file, f"{self._path}[{at}]") for at, member in enumerate(value))

    def entries(self) -> dict[str, "Place"]:
        """The members of a mapping whose keys are free texts."""
        value = self._typed(dict)
        for key in value:
            if not isinstance(key, str):
                self.fail(f"the key {key!r} is not a text", "Put it in quotes.")
        return {key: Place(member, self._file, self._below(key)) for key, member in value.items()}

    def fields(self, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, "Place"]:
        """The members of a mapping with exactly these keys, the optional ones or not."""
        members = self.entries()
        known = [*required, *optional]
        for key in members:
            if key not in known:
                self.fail(f"'{key}' is not a key known here", f"The keys are: {', '.join(known)}.")
        for key in required:
            if key not in members:
                self.fail(f"'{key}' is missing", f"The required keys are: {', '.join(required)}.")
        return members

    def _below(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _typed(self, kind: type) -> Any:
        if type(self.value) is not kind:
            self._mistyped(_KINDS[kind])
        return self.value

    def _mistyped(self, wanted: str) -> NoReturn:
        found = _KINDS.get(type(self.value), f"a {type(self.value).__name__}")
        shown = f" ({self.value})" if isinstance(self.value, bool | int | float) else ""
        remedy = "Put it in quotes." if shown and wanted == _KINDS[str] else f"Write {wanted}."
        self.fail(f"found {found}{shown} where {wanted} belongs", remedy)
