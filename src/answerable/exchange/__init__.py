"""What was asked, retrieved and done before the reply, and by whom."""

from answerable.exchange.exchange import Exchange, History
from answerable.exchange.messages import (
    EARLIER_TURNS,
    ContextItem,
    Message,
    Role,
    ToolCall,
    ToolSpec,
    with_turn,
)
from answerable.exchange.outcomes import ToolOutcome, outcomes

__all__ = [
    "EARLIER_TURNS",
    "ContextItem",
    "Exchange",
    "History",
    "Message",
    "Role",
    "ToolCall",
    "ToolOutcome",
    "ToolSpec",
    "outcomes",
    "with_turn",
]
