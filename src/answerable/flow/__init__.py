"""The gate's order of work, without I/O: `turn` is the file to read first."""

from answerable.flow.acts import Acts
from answerable.flow.events import (
    CONTENT,
    REFUSAL,
    CallArrived,
    ChoiceEnded,
    Event,
    ExtensionArrived,
    FrameArrived,
    ReplyEnded,
    TextArrived,
    joined,
)
from answerable.flow.news import News
from answerable.flow.steps import (
    EndChoice,
    Line,
    Output,
    PassCall,
    PassExtension,
    PassFrame,
    SendBack,
    Step,
    StopCall,
)
from answerable.flow.turn import Mode, Turn, published_texts

__all__ = [
    "CONTENT",
    "REFUSAL",
    "Acts",
    "CallArrived",
    "ChoiceEnded",
    "EndChoice",
    "Event",
    "ExtensionArrived",
    "FrameArrived",
    "Line",
    "Mode",
    "News",
    "Output",
    "PassCall",
    "PassExtension",
    "PassFrame",
    "ReplyEnded",
    "SendBack",
    "Step",
    "StopCall",
    "TextArrived",
    "Turn",
    "joined",
    "published_texts",
]
