"""Ports, filled: SQLite, HTTP, the clock."""
