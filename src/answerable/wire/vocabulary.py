"""Which fields of a reply the gate knows, and what it does with the others.

Known and wordless: passed on as they are. Known and worded: gated. A model's
private reasoning: recorded and left out, since a chat window may well show it
and nobody decided it. Anything else: recorded first, then passed on.
"""

REPLY = frozenset(
    {
        "id",
        "object",
        "created",
        "model",
        "system_fingerprint",
        "service_tier",
        "usage",
        "choices",
        "obfuscation",
    }
)
CHOICE = frozenset({"index", "delta", "message", "finish_reason", "logprobs"})
MESSAGE = frozenset({"role", "content", "refusal", "tool_calls", "function_call"})
REASONING = frozenset(
    {
        "reasoning",
        "reasoning_content",
        "reasoning_details",
        "reasoning_text",
        "thinking",
        "thinking_blocks",
        "audio",
    }
)
"""Left out of what the client gets (ADR 0006). `audio` is speech that nobody read."""
