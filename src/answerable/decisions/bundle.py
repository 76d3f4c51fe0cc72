"""A bundle: the policies and wording in force, named by the digest of their bytes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import cedarpy
import yaml

from answerable.decisions.actions import ACTIONS, Action, parse_actions
from answerable.decisions.decision import Policy, Wording
from answerable.decisions.policies import FALLBACK_WORDING, POLICIES, WORDING, read_policies
from answerable.decisions.schema import schema_of
from answerable.records import Mappings, parse_mappings
from answerable.records.mapping import RECORDS
from answerable.terms import TERMS, TermBase, parse_terms
from answerable.values import Digest, PolicyId
from answerable.values.errors import BundleError

SCHEMA = "schema.cedarschema"
MANIFEST = "bundle.yaml"
APPROVALS = "approvals.yaml"
FOLDER = "policies/"
"""More policies of a bundle stand in files of this folder."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Who stands behind a bundle. `approver` is None where nobody has approved it."""

    name: str
    version: str
    author: str
    approver: str | None
    effective_from: datetime
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Bundle:
    """A parsed bundle. Build it with `parse`; it is checked there and never changes."""

    digest: Digest
    manifest: Manifest
    policies: Mapping[PolicyId, Policy]
    wording: Mapping[str, Wording]
    policy_set: cedarpy.PolicySet
    schema: cedarpy.Schema
    schema_text: str = ""
    records: Mappings = field(default_factory=dict)
    terms: TermBase = field(default_factory=TermBase)
    actions: Mapping[str, Action] = field(default_factory=dict)
    """By the tool's name. Empty where the bundle says nothing of acts: then none is decided on."""
    approvals: Mapping[str, Any] = field(default_factory=dict)
    """approvals.yaml as it was read; `approvals.rules_of` checks it. Empty where there is none."""


def digest_of(files: Mapping[str, bytes]) -> Digest:
    """Name a set of files by its content: SHA-256 over each name and each content's SHA-256."""
    outer = hashlib.sha256()
    for name in sorted(files):
        outer.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return Digest("sha256:" + outer.hexdigest())


def parse(files: Mapping[str, bytes]) -> Bundle:
    """Check a bundle's files and put them into a form that decides fast.

    Raises BundleError, naming the file and the remedy, where a file is missing
    or malformed, a policy fails validation against the schema, is a template,
    lacks `@id`, `@owner` or `@because`, or a forbid lacks a usable `@outcome`,
    or names wording that is not there.
    """
    for name in (SCHEMA, POLICIES, WORDING, MANIFEST):
        if name not in files:
            raise BundleError(f"the bundle has no '{name}'; add the file")
    manifest = _manifest(_yaml(files, MANIFEST))
    records = parse_mappings(_yaml(files, RECORDS)) if RECORDS in files else {}
    actions = parse_actions(_yaml(files, ACTIONS), records) if ACTIONS in files else {}
    terms = TermBase(parse_terms(_yaml(files, TERMS)) if TERMS in files else ())
    wording = _wording(_yaml(files, WORDING))
    texts = {name: _text(files, name) for name in _policy_files(files)}
    policies = read_policies(texts, wording)
    schema_text = _text(files, SCHEMA) + schema_of(records, actions)
    try:
        schema = cedarpy.Schema.from_str(schema_text)
    except ValueError as error:
        raise BundleError(f"{SCHEMA} can't be parsed: {error}; correct it there") from error
    policy_text = "\n".join(texts.values())
    policy_set = cedarpy.PolicySet.from_str(policy_text)
    validation = cedarpy.validate_policies(policy_text, schema_text)
    if not validation.validation_passed:
        first = validation.errors[0]
        named = validation.id_annotations_by_policy_id.get(first.policy_id, first.policy_id)
        file = policies[PolicyId(named)].file if named in policies else POLICIES
        raise BundleError(
            f"{file} does not fit {SCHEMA}: {first.error} (that is policy '{named}'); correct either"
        )
    return Bundle(
        digest_of(files),
        manifest,
        policies,
        wording,
        policy_set,
        schema,
        schema_text,
        records,
        terms,
        actions,
        _yaml(files, APPROVALS) if APPROVALS in files else {},
    )


def _policy_files(files: Mapping[str, bytes]) -> list[str]:
    return [POLICIES, *sorted(name for name in files if name.startswith(FOLDER) and name.endswith(".cedar"))]


def _text(files: Mapping[str, bytes], name: str) -> str:
    try:
        return files[name].decode()
    except UnicodeDecodeError as error:
        raise BundleError(f"{name} is not UTF-8 at byte {error.start}; save it as UTF-8") from error


def _yaml(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    try:
        value = yaml.load(_text(files, name), _Loader)  # noqa: S506 – a SafeLoader, and stricter
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a 13th month
        raise BundleError(f"{name} is not valid YAML: {error}; correct it there") from error
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise BundleError(f"{name} must be a mapping of names to values; quote names such as 'no' or '1'")
    return value


class _Loader(yaml.SafeLoader):
    """Refuses a name that stands twice: which of two approvers was meant is not ours to guess."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for name in names:
            if names.count(name) > 1:
                raise yaml.YAMLError(f"'{name}' stands there twice")
        return super().construct_mapping(node, deep=deep)


def _wording(raw: dict[str, Any]) -> dict[str, Wording]:
    for key, text in raw.items():
        if not isinstance(text, str) or not text.strip():
            raise BundleError(f"{WORDING}: '{key}' must be a text that is not empty")
    if FALLBACK_WORDING not in raw:
        raise BundleError(
            f"{WORDING} has no '{FALLBACK_WORDING}'; add the words for when no policy names any"
        )
    return {key: Wording(key, text) for key, text in raw.items()}


def _manifest(raw: dict[str, Any]) -> Manifest:
    for key in ("name", "version", "author", "effective_from"):
        if raw.get(key) in (None, ""):
            raise BundleError(f"{MANIFEST}: '{key}' is missing; add it")
        if not str(raw[key]).strip().isprintable():
            raise BundleError(f"{MANIFEST}: '{key}' must be one line of text")
    effective = raw["effective_from"]
    if not isinstance(effective, datetime) or effective.tzinfo is None:
        raise BundleError(
            f"{MANIFEST}: 'effective_from' must be an instant with a zone, as 2026-01-31T00:00:00Z"
        )
    author, approver = _person("author", raw["author"]), None
    if raw.get("approver") is not None:
        approver = _person("approver", raw["approver"])
        if " ".join(approver.casefold().split()) == " ".join(author.casefold().split()):
            raise BundleError(
                f"{MANIFEST}: '{author}' is both author and approver; someone else must approve"
            )
    return Manifest(
        str(raw["name"]).strip(),
        str(raw["version"]).strip(),
        author,
        approver,
        effective,
        _zone(raw.get("zone")),
    )


def _zone(name: object) -> tzinfo:
    if name is None or name == "UTC":
        return UTC
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        raise BundleError(
            f"{MANIFEST}: 'zone' is '{name}', which is no time zone known here; write an IANA name such as "
            "'Europe/Berlin'"
        ) from None


def _person(key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.strip().isprintable():
        raise BundleError(f"{MANIFEST}: '{key}' must be somebody's name, not '{value}'")
    return value.strip()
