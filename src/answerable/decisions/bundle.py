"""A bundle: the policies and wording in force, named by the digest of their bytes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import cedarpy
import yaml

from answerable.decisions.decision import Outcome, Policy, Wording
from answerable.values import Digest, PolicyId
from answerable.values.errors import BundleError

SCHEMA = "schema.cedarschema"
POLICIES = "policies.cedar"
WORDING = "wording.yaml"
MANIFEST = "bundle.yaml"
FALLBACK_WORDING = "default"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Who stands behind a bundle. `approver` is None where nobody has approved it."""

    name: str
    version: str
    author: str
    approver: str | None
    effective_from: datetime


@dataclass(frozen=True, slots=True)
class Bundle:
    """A parsed bundle. Build it with `parse`; it is checked there and never changes."""

    digest: Digest
    manifest: Manifest
    policies: Mapping[PolicyId, Policy]
    wording: Mapping[str, Wording]
    policy_set: cedarpy.PolicySet
    schema: cedarpy.Schema


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
    schema_text = _text(files, SCHEMA)
    policy_text = _text(files, POLICIES)
    wording = _wording(_yaml(files, WORDING))
    policies = _policies(policy_text, wording)
    try:
        schema = cedarpy.Schema.from_str(schema_text)
    except ValueError as error:
        raise BundleError(f"{SCHEMA} can't be parsed: {error}; correct it there") from error
    policy_set = cedarpy.PolicySet.from_str(policy_text)
    validation = cedarpy.validate_policies(policy_text, schema_text)
    if not validation.validation_passed:
        first = validation.errors[0]
        named = validation.id_annotations_by_policy_id.get(first.policy_id, first.policy_id)
        raise BundleError(
            f"{POLICIES} does not fit {SCHEMA}: {first.error} (that is policy '{named}'); correct either"
        )
    return Bundle(digest_of(files), _manifest(_yaml(files, MANIFEST)), policies, wording, policy_set, schema)


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
    return Manifest(str(raw["name"]), str(raw["version"]), author, approver, effective)


def _person(key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BundleError(f"{MANIFEST}: '{key}' must be somebody's name, not '{value}'")
    return value


def _policies(text: str, wording: Mapping[str, Wording]) -> dict[PolicyId, Policy]:
    try:
        parsed = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as error:
        raise BundleError(f"{POLICIES} can't be parsed: {error}; correct it there") from error
    for raw in parsed["templates"].values():
        named = raw.get("annotations", {}).get("id", "")
        raise BundleError(
            f"{POLICIES}: policy '{named}' has a slot (?principal or ?resource), and nothing here fills "
            "slots, so it would never apply; write it without"
        )
    found: dict[PolicyId, Policy] = {}
    for position, raw in enumerate(parsed["staticPolicies"].values(), start=1):
        policy = _policy(position, raw, wording)
        if policy.id in found:
            raise BundleError(f'{POLICIES}: two policies have @id("{policy.id}"); ids must differ')
        found[policy.id] = policy
    return found


def _policy(position: int, raw: dict[str, Any], wording: Mapping[str, Wording]) -> Policy:
    notes: dict[str, str] = raw.get("annotations", {})
    where = f"{POLICIES}: policy {notes.get('id') or f'number {position}'}"
    for key in ("id", "owner", "because"):
        if not notes.get(key):
            raise BundleError(f'{where} has no @{key}("..."); every policy names its {key}')
    if raw["effect"] == "permit":
        return Policy(PolicyId(notes["id"]), notes["owner"], notes["because"], permits=True)
    try:
        outcome = Outcome(notes.get("outcome", ""))
    except ValueError:
        outcome = Outcome.RELEASE
    if outcome is Outcome.RELEASE:
        raise BundleError(f'{where} forbids, so it needs @outcome("revise"), ("hold") or ("withhold")')
    words = notes.get("wording", FALLBACK_WORDING)
    if words not in wording:
        raise BundleError(f'{where} has @wording("{words}"), which is not in {WORDING}')
    return Policy(
        PolicyId(notes["id"]), notes["owner"], notes["because"], permits=False,
        outcome=outcome, wording=words, route=notes.get("route"),
    )  # fmt: skip
