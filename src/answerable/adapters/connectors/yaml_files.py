"""Deployment files and back ends' documents, read strictly: a bounded file, no name twice, nothing but plain values."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from answerable.values.errors import SettingsError

MOST_BYTES = 4 * 1024 * 1024
_MOST_DEEP = 60


def read_yaml(path: Path, what: str) -> Any:
    """The value in a YAML or JSON file; `what` names it in messages. Raises SettingsError."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"{what} '{path}' can't be read: {error.strerror}") from error
    if len(content) > MOST_BYTES:
        raise SettingsError(f"{what} '{path}' is larger than {MOST_BYTES} bytes")
    try:
        return yaml.load(content.decode(), Loader=_Loader)  # noqa: S506 – it is a SafeLoader
    except UnicodeDecodeError:
        raise SettingsError(f"{what} '{path}' is not UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or type(error).__name__
        raise SettingsError(f"{what} '{path}'{where}: {problem}") from None
    except (ValueError, RecursionError):
        raise SettingsError(f"{what} '{path}' holds a value that can't be read") from None


class _Loader(yaml.SafeLoader):
    """A loader that takes no name twice and no alias (of aliases, a short file makes a value without end)."""

    _deep = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="an alias (*name) is not read here; write the value out",
                problem_mark=self.get_mark(),
            )
        self._deep += 1
        if self._deep > _MOST_DEEP:
            raise yaml.MarkedYAMLError(problem=f"nested more than {_MOST_DEEP} deep")
        node = super().compose_node(parent, index)
        self._deep -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        names = set()
        for key, _ in node.value:
            if key.value in names:
                raise yaml.MarkedYAMLError(
                    problem=f"'{key.value}' stands there twice", problem_mark=key.start_mark
                )
            names.add(key.value)
        return super().construct_mapping(node, deep)


# A date stays the text that it is: nothing here is a date, and JSON has none.
_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
