"""What the gate accepts, and how long it waits. Every bound in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes or characters, times in seconds."""

    body_bytes: int = 4 * 1024 * 1024
    """A request's body; larger ones are refused before they are parsed."""
    messages: int = 2_000
    choices: int = 16
    """The largest `n`, and the number of choices an upstream may send back."""
    line_characters: int = 2_000
    """A statement; what goes on past it can't be read whole and is withheld."""
    event_bytes: int = 1024 * 1024
    """One event of an upstream's stream."""
    reply_bytes: int = 16 * 1024 * 1024
    """A whole reply, streamed or not."""
    replies: int = 1_000
    """Replies under way at once; past it callers are told to come back."""
    body_seconds: float = 30.0
    connect_seconds: float = 10.0
    silence_seconds: float = 60.0
    """How long an upstream may say nothing."""
    reply_seconds: float = 600.0
    send_seconds: float = 30.0
    """How long a client may take to accept what it is sent."""
    waiting_of_workload: int = 200
    """What may wait for people at once that one workload asked for."""
    waiting_of_conversation: int = 20
