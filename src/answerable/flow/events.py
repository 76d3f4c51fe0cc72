"""What can happen to a reply. The flow is fed these, in the order they happened."""

from collections.abc import Iterable, Iterator

import msgspec

from answerable.exchange import ToolCall

CONTENT = "content"
REFUSAL = "refusal"
"""The two tracks of text that a choice can carry; a customer may be shown either."""


class TextArrived(msgspec.Struct, frozen=True, gc=False):
    """A piece of a choice's text, cut anywhere."""

    choice: int
    text: str
    track: str = CONTENT


class CallArrived(msgspec.Struct, frozen=True, gc=False):
    """A whole tool call."""

    choice: int
    index: int
    call: ToolCall


class ExtensionArrived(msgspec.Struct, frozen=True, gc=False):
    """Fields outside the gate's vocabulary, as JSON text.

    `passed` says whether they will go on to the client; `rides` that they do so
    inside a chunk of the protocol, and need no output of their own.
    """

    choice: int
    fields: tuple[str, ...]
    json: str
    passed: bool
    rides: bool = False


class FrameArrived(msgspec.Struct, frozen=True, gc=False):
    """Something of the protocol that says nothing to a customer (a role, token counts).

    It keeps its place among the outputs and has no entry of its own.
    """

    frame: bytes


class ChoiceEnded(msgspec.Struct, frozen=True, gc=False):
    """The model finished a choice, for the reason it gave."""

    choice: int
    reason: str


class ReplyEnded(msgspec.Struct, frozen=True, gc=False):
    """Nothing more comes. `ending` is `complete`, `client_left` or an upstream error's code.

    `sent` counts the lines that were handed to the client's connection; None
    means every line that is to be shown, the last of them with this very step.
    """

    ending: str
    detail: str = ""
    upstream_id: str | None = None
    model: str | None = None
    usage: str | None = None
    sent: int | None = None
    fingerprint: str | None = None
    """The upstream's `system_fingerprint`, where it is one line of bounded text."""


Event = TextArrived | CallArrived | ExtensionArrived | FrameArrived | ChoiceEnded | ReplyEnded


def joined(events: Iterable[Event]) -> Iterator[Event]:
    """The same events with neighbouring pieces of one text made one: the splitter does not mind."""
    held: list[str] = []
    first: TextArrived | None = None
    for event in events:
        if isinstance(event, TextArrived):
            if first is not None and event.choice == first.choice and event.track == first.track:
                held.append(event.text)
                continue
            if first is not None:
                yield TextArrived(first.choice, "".join(held), first.track)
            first, held = event, [event.text]
            continue
        if first is not None:
            yield TextArrived(first.choice, "".join(held), first.track)
            first = None
        yield event
    if first is not None:
        yield TextArrived(first.choice, "".join(held), first.track)
