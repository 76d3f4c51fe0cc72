"""Who calls a tool."""

from collections.abc import Sequence
from dataclasses import dataclass

from answerable.apps.toolgate.talks import TalkKey, Told
from answerable.identity import Workload
from answerable.values import AssuranceLevel, ConversationId, CustomerId


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as it was proven, and for whom."""

    workload: Workload
    session: str | None = None
    """The MCP session, which belongs to this workload; None where there is none."""
    conversation: ConversationId | None = None
    customer: CustomerId | None = None
    assurance: AssuranceLevel = AssuranceLevel.NONE
    customer_proof: str | None = None
    said: Sequence[Told] = ()
    """What was said, where it comes with the call and not from the record (in-process callers)."""

    def key(self, alone: str) -> TalkKey:
        """The conversation that it is part of. A call without a conversation or a session is one by itself."""
        if self.conversation is not None:
            return TalkKey(self.workload.id, f"conversation/{self.conversation}", self.customer)
        return TalkKey(self.workload.id, f"session/{self.session}" if self.session else alone, self.customer)
