"""The tools of every connector, under names that are unique, and which of them a workload may ever use."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from answerable.apps.toolgate.allowed import Allowed
from answerable.apps.toolgate.offered import LeftOut, Offered, offered
from answerable.claims import is_read, is_write
from answerable.decisions import Bundle, possible_acts
from answerable.ports.connectors import Connector
from answerable.values.errors import UpstreamError

_LOG = logging.getLogger("answerable.tools")
_LONGEST_NAME = 64
_MOST_TOOLS = 500
"""Of one connector."""
_NOT_THERE = "the gate's file says what it needs, and nobody offers it: is it written as they call it?"


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as it is served. `name` is what clients and the bundle call it; `offered.name` is the back end's own."""

    name: str
    connector: Connector
    offered: Offered

    audience: str
    """The back end, as grants and entries name it."""


class Catalogue:
    """What there is to serve. Deny by default: what is not known to only look is an act, and acts need the bundle.

    A tool whose description or schema is no longer what it was when this gate first saw it is left out until the
    gate is started again: whoever changed it may have had models in mind ("rug pull").
    """

    def __init__(
        self,
        connectors: Sequence[Connector],
        allowed: Allowed,
        audiences: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`audiences` are what grants call a back end, where that is not its own name."""
        self._audiences = audiences
        self.connectors = connectors
        self.allowed = allowed
        self.left_out: tuple[LeftOut, ...] = ()
        self._names: dict[tuple[str, str], str] = {}
        self._first: dict[str, str] = dict(allowed.fingerprints)
        self._offers: dict[str, Sequence[Offered]] = {}
        self._tools: Mapping[str, Tool] = {}

    async def refresh(self) -> bool:
        """Ask every back end what it offers. Did anything change? One that can't be asked keeps what it had."""
        left_out: list[LeftOut] = []
        for connector in self.connectors:
            try:
                specs = await connector.tools()
            except UpstreamError as error:
                _LOG.warning("'%s' can't be asked for its tools: %s", connector.name, error)
                continue
            judged = [offered(spec) for spec in specs[:_MOST_TOOLS]]
            left_out += [one for one in judged if isinstance(one, LeftOut)]
            if len(specs) > _MOST_TOOLS:
                rest = f"it offers {len(specs)} tools; those behind the first {_MOST_TOOLS} are left out"
                left_out.append(LeftOut(connector.name, rest))
            self._offers[connector.name] = [one for one in judged if isinstance(one, Offered)]
        before, self._tools = self._tools, self._named(left_out)
        known = {name for tool in self._tools.values() for name in (tool.name, tool.offered.name)}
        left_out += [LeftOut(name, _NOT_THERE) for name in sorted(self.allowed.needs.keys() - known)]
        for one in left_out:
            if one not in self.left_out:
                _LOG.warning("the tool '%s' is left out: %s", one.name, one.because)
        self.left_out = tuple(left_out)
        return before != self._tools

    def all(self) -> list[Tool]:
        """Every tool that is fit to be shown to somebody."""
        return list(self._tools.values())

    def listed(self, workload: str, bundle: Bundle) -> list[Tool]:
        """What a workload may ever use under a bundle: reads, and acts that some policy may permit."""
        possible = possible_acts(bundle)
        return [
            tool
            for tool in self._tools.values()
            if self.allowed.may(workload, tool.connector.name, tool.name)
            and (self.is_read(tool, bundle) or tool.name in possible)
        ]

    def find(self, workload: str, name: str) -> Tool | None:
        """A tool that a workload may use; None also where there is one that it may not."""
        tool = self._tools.get(name)
        if tool is None or not self.allowed.may(workload, tool.connector.name, name):
            return None
        return tool

    def is_read(self, tool: Tool, bundle: Bundle) -> bool:
        """Does it only look? The bundle says so, or the settings, or its own name; and nothing says otherwise."""
        names = {tool.name, tool.offered.name}
        if tool.name in bundle.actions or any(map(is_write, names)):
            return False
        mapped = {name for mapping in bundle.records.values() for name in mapping.tools}
        return tool.name in mapped or tool.name in self.allowed.reads or is_read(tool.offered.name)

    def serves_read(self, name: str, bundle: Bundle) -> bool:
        """Is that the name of a read that is served here?"""
        tool = self._tools.get(name)
        return tool is not None and self.is_read(tool, bundle)

    def _named(self, left_out: list[LeftOut]) -> dict[str, Tool]:
        """Tools by a name of their own.

        Whoever had a name keeps it; of those who come with the same one together, none gets it.
        """
        fresh = Counter(
            one.name
            for connector, offers in self._offers.items()
            for one in offers
            if (connector, one.name) not in self._names
        )
        taken = set(self._names.values())
        found: dict[str, Tool] = {}
        for connector in self.connectors:
            for one in self._offers.get(connector.name, ()):
                key = (connector.name, one.name)
                name = self._names.get(key)
                if name is None:
                    alone = fresh[one.name] == 1 and one.name not in taken
                    name = one.name if alone else f"{connector.name}_{one.name}"
                    if name in taken or len(name) > _LONGEST_NAME:
                        left_out.append(LeftOut(one.name, f"no name is free for it ('{name}')"))
                        continue
                    self._names[key] = name
                    taken.add(name)
                if name in found:
                    left_out.append(LeftOut(name, "its back end offers it twice"))
                elif self._first.setdefault(name, one.fingerprint) != one.fingerprint:
                    left_out.append(
                        LeftOut(
                            name,
                            f"it is no more what was looked at ({self._first[name]}) but {one.fingerprint}; "
                            "look at it, then start the gate again",
                        )
                    )
                else:
                    found[name] = Tool(
                        name, connector, one, self._audiences.get(connector.name, connector.name)
                    )
        return found
