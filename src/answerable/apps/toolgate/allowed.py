"""toolgate.yaml: which workload may use which tools, and where this gate is reached.

    resource: https://tools.shop.example/mcp      # its own URL, as clients are given it
    hosts: [tools.shop.example]                   # Host headers that are answered; this machine's own without it
    origins: []                                   # pages whose scripts may call; none without it
    calls_at_once: 8                              # of one workload
    reads: [warehouse_levels]                     # tools that only look, where neither name nor pack says so
    needs:                                        # whom a tool is for; below that it is refused
      get_account: {assurance: aal1}              # a customer who has signed in, at that level or above
      get_basket: {customer: true}                # or at least a customer who is known
    fingerprints:                                 # what the company has looked at; another is left out
      refund_order: sha256:…
    workloads:
      spiffe://shop.example/bot:
        connectors: [shop]                        # all of their tools,
        tools: [get_order, refund_order]          # or of these connectors only these

Whoever is not named may use nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec

from answerable.adapters.connectors.yaml_files import read_yaml
from answerable.grants.grant import is_digest
from answerable.values import AssuranceLevel, CustomerId
from answerable.values.errors import SettingsError

_MOST_CALLS = 1000


class _Workload(msgspec.Struct, forbid_unknown_fields=True):
    connectors: tuple[str, ...]
    tools: tuple[str, ...] | None = None


class _Needs(msgspec.Struct, forbid_unknown_fields=True):
    assurance: Literal["aal1", "aal2", "aal3"] | None = None
    customer: bool = False


class _File(msgspec.Struct, forbid_unknown_fields=True):
    workloads: dict[str, _Workload]
    resource: str | None = None
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    authorization_servers: tuple[str, ...] = ()
    calls_at_once: int = 8
    reads: tuple[str, ...] = ()
    needs: dict[str, _Needs] = msgspec.field(default_factory=dict)
    fingerprints: dict[str, str] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share:
    """What one workload may use. `tools` is None where it may use all of those connectors."""

    connectors: frozenset[str]
    tools: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """Whom a tool is for."""

    assurance: AssuranceLevel = AssuranceLevel.NONE
    customer: bool = False
    """Must it be known who the customer is? Wherever a level is needed, it must."""

    def unmet(self, customer: CustomerId | None, assurance: AssuranceLevel, *, proven: bool) -> str | None:
        """Why it is not for this customer; None where it is. What is claimed and not `proven` names nobody."""
        if assurance < self.assurance:
            level = self.assurance.name.lower()
            return f"it is for a customer who has signed in ({level} or above), and this one has not"
        if self.customer and (customer is None or not proven):
            return "it is for a customer who is known, and nobody has shown who this one is"
        return None


@dataclass(frozen=True, slots=True)
class Allowed:
    """The file, read."""

    workloads: Mapping[str, Share] = field(default_factory=dict)
    resource: str | None = None
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    authorization_servers: tuple[str, ...] = ()
    calls_at_once: int = 8
    reads: frozenset[str] = frozenset()
    needs: Mapping[str, Needs] = field(default_factory=dict)
    fingerprints: Mapping[str, str] = field(default_factory=dict)

    def may(self, workload: str, connector: str, tool: str) -> bool:
        """May that workload use a tool of that connector?"""
        share = self.workloads.get(workload)
        if share is None or connector not in share.connectors:
            return False
        return share.tools is None or tool in share.tools

    def needs_of(self, *names: str) -> Needs:
        """What a tool of these names needs: all that is said of any of them."""
        said = [self.needs[name] for name in names if name in self.needs]
        level = max((one.assurance for one in said), default=AssuranceLevel.NONE)
        return Needs(level, any(one.customer for one in said))


def read_allowed(path: Path) -> Allowed:
    """Raises SettingsError, naming what can't be used."""
    raw = read_yaml(path, "the tool gate's file")
    try:
        return parse_allowed(raw)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from None


def parse_allowed(raw: Any) -> Allowed:
    """Raises SettingsError."""
    try:
        found = msgspec.convert(raw, _File)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{error}; docs/tools.md shows the file") from None
    for name, share in found.workloads.items():
        if not share.connectors:
            raise SettingsError(
                f"'{name}' names no connector, so it could use nothing; remove it or name one"
            )
    if not 0 < found.calls_at_once <= _MOST_CALLS:
        raise SettingsError(f"'calls_at_once' is {found.calls_at_once}; write 1 to {_MOST_CALLS}")
    if found.resource is not None and not found.resource.startswith(("https://", "http://")):
        raise SettingsError(f"'resource' is '{found.resource}'; write the URL that clients are given")
    for tool, digest in found.fingerprints.items():
        if not is_digest(digest):
            raise SettingsError(f"the fingerprint of '{tool}' is none; 'answerable tools list' prints them")
    for tool, one in found.needs.items():
        if one.assurance is None and not one.customer:
            raise SettingsError(f"'needs' says nothing of '{tool}'; write assurance: aal1, or customer: true")
    needs = {
        tool: Needs(
            AssuranceLevel[(one.assurance or "none").upper()], one.customer or one.assurance is not None
        )
        for tool, one in found.needs.items()
    }
    shares = {
        name: Share(frozenset(one.connectors), None if one.tools is None else frozenset(one.tools))
        for name, one in found.workloads.items()
    }
    return Allowed(
        shares, found.resource, found.hosts, found.origins, found.authorization_servers, found.calls_at_once,
        frozenset(found.reads), needs, found.fingerprints,
    )  # fmt: skip
