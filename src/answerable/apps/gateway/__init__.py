"""The HTTP gateway: an OpenAI-compatible front, the gate behind it."""
