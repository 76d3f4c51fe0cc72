"""The gate inside of a program: tools that are functions, and answers that are exceptions."""

from answerable.apps.sdk.tools import Conversation, LocalTools, gated, open_tools, told

__all__ = ["Conversation", "LocalTools", "gated", "open_tools", "told"]
