"""What the flow and the apps need of the world, as protocols. Adapters fill them."""

from answerable.ports.keys import KeyWrapper, SigningKey
from answerable.ports.ledger import Ledger
from answerable.ports.reading import Decider, Reader
from answerable.ports.upstream import Upstream, UpstreamReply
from answerable.ports.world import Clock, NewTrace

__all__ = [
    "Clock",
    "Decider",
    "KeyWrapper",
    "Ledger",
    "NewTrace",
    "Reader",
    "SigningKey",
    "Upstream",
    "UpstreamReply",
]
