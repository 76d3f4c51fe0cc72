"""The back ends that acts are done at: what each is called in a grant, and which workload it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from answerable.values import WorkloadId


@dataclass(frozen=True, slots=True)
class BackEnd:
    """One back end. `audience` is its name in grants; `workload` may use up what is granted for it."""

    audience: str
    workload: WorkloadId | None = None
    """None where it checks no grants: the gateway uses them up before it calls."""


BackEnds = Mapping[str, BackEnd]
"""Back ends by the names that acts are mapped to (`connector` in actions.yaml)."""


def audiences_of(back_ends: BackEnds, workload: WorkloadId) -> frozenset[str]:
    """The audiences that a workload is."""
    return frozenset(one.audience for one in back_ends.values() if one.workload == workload)
