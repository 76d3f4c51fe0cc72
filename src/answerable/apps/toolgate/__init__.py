"""The tool gate: an MCP server in front of back ends. Start at `gate.py`, which says what each call goes through."""
