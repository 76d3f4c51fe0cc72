"""Answerable: the accountability gateway for customer-facing AI.

The organisation is accountable, not the model. `Gate` reads, decides and
records every line of a reply before a customer sees it; `answerable serve`
puts the same gate on the wire.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from answerable.apps.gate import Gate, GatedReply, Verdict, open_gate

__version__ = "0.1.0"
__all__ = ["Gate", "GatedReply", "Verdict", "__version__", "open_gate"]


def __getattr__(name: str) -> Any:
    # Imported when asked for, so that `answerable.ledger` alone stays a small trusted program.
    if name in ("Gate", "GatedReply", "Verdict", "open_gate"):
        from answerable.apps import gate  # noqa: PLC0415

        return getattr(gate, name)
    raise AttributeError(f"module 'answerable' has no attribute {name!r}")
