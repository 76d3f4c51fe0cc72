"""`answerable pack diff`: what two packs or bundles say differently, by name and not by line."""

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cedarpy
import yaml
from rich.console import Console

from answerable.adapters.bundle_files import pack_files
from answerable.decisions import parse

_ADDED, _REMOVED, _CHANGED = "added", "removed", "changed"
_MARKS = {_ADDED: "+", _REMOVED: "-", _CHANGED: "~"}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs: a policy, or an entry of one of the files."""

    kind: str
    file: str
    name: str
    lines: tuple[str, ...] = ()


def changes(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[Change]:
    """What changed from one bundle's files to another's, in the order of the files."""
    before, after = _policies(old), _policies(new)
    yield from _between("policies", before, after)
    for file in sorted({*old, *new}):
        if file.endswith(".yaml"):
            yield from _between(file, _entries(old, file), _entries(new, file))


def report_diff(console: Console, old: Path, new: Path, *, as_json: bool) -> int:
    """Print what differs; 1 where anything does, else 0. Raises BundleError where either can't be parsed."""
    files = pack_files(old), pack_files(new)
    digests = [parse(one).digest for one in files]
    found = list(changes(*files))
    if as_json:
        rows = [
            {"change": one.kind, "in": one.file, "name": one.name, "lines": list(one.lines)} for one in found
        ]
        print(json.dumps({"old": digests[0], "new": digests[1], "changes": rows}))  # noqa: T201
    else:
        console.print(f"{digests[0]}\n{digests[1]}", markup=False)
        for one in found:
            console.print(f"{_MARKS[one.kind]} {one.kind:8} {one.file}: {one.name}", markup=False)
            for line in one.lines:
                console.print(f"      {line}", markup=False, soft_wrap=True)
        console.print(f"{len(found)} changes", markup=False)
    return 1 if found else 0


def _between(file: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for name in dict.fromkeys([*before, *after]):
        if name not in after:
            yield Change(_REMOVED, file, name)
        elif name not in before:
            yield Change(_ADDED, file, name)
        elif before[name] != after[name]:
            lines = difflib.unified_diff(
                before[name].splitlines(), after[name].splitlines(), lineterm="", n=0
            )
            yield Change(
                _CHANGED, file, name, tuple(one for one in lines if one[:2] not in ("--", "++", "@@"))
            )


def _policies(files: Mapping[str, bytes]) -> dict[str, str]:
    """Each policy's text, as Cedar formats it, by id: white space and order are no change."""
    found: dict[str, str] = {}
    for name in sorted(files):
        if name.endswith(".cedar") and files[name].strip():
            raw = json.loads(cedarpy.policies_to_json_str(files[name].decode()))["staticPolicies"]
            for policy in raw.values():
                one = {"staticPolicies": {"p": policy}, "templates": {}, "templateLinks": []}
                found[policy["annotations"]["id"]] = cedarpy.policies_from_json_str(json.dumps(one))
    return found


def _entries(files: Mapping[str, bytes], file: str) -> dict[str, str]:
    raw: Any = yaml.safe_load(files.get(file, b"") or b"{}")
    entries = raw if isinstance(raw, dict) else {}
    return {
        str(name): yaml.safe_dump(entry, sort_keys=True, allow_unicode=True)
        for name, entry in entries.items()
    }
