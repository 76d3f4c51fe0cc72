"""What was said and done in a conversation, as facts that a policy can ask about."""

from answerable.dialogue.acceptance import accepts, declines, orders
from answerable.dialogue.consent import Consent, agreement, covers
from answerable.dialogue.talk import Called, Said, Talk, talk_of

__all__ = [
    "Called",
    "Consent",
    "Said",
    "Talk",
    "accepts",
    "agreement",
    "covers",
    "declines",
    "orders",
    "talk_of",
]
