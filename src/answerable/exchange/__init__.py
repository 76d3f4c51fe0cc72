"""What was asked, retrieved and done before the reply, and by whom."""

from answerable.exchange.exchange import Exchange, History
from answerable.exchange.messages import ContextItem, Message, Role, ToolCall, ToolSpec
from answerable.exchange.outcomes import ToolOutcome, outcomes

__all__ = [
    "ContextItem",
    "Exchange",
    "History",
    "Message",
    "Role",
    "ToolCall",
    "ToolOutcome",
    "ToolSpec",
    "outcomes",
]
