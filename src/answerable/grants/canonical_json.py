"""Canonical JSON, as grants use it; approvals bind by the same bytes (`values.canonical_json`)."""

from answerable.values.canonical_json import canonical_json, number

__all__ = ["canonical_json", "number"]
