"""Remember how far each conversation is on record, so that a turn costs the same on day one and day ten."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from answerable.exchange import History, Message, Role, ToolCall, ToolOutcome, outcomes, with_turn
from answerable.ports import Decider
from answerable.values import ConversationId, Digest, TraceId, WorkloadId
from answerable.wire.requests import MessagesDigest, read_messages

Key = tuple[WorkloadId, ConversationId]


@dataclass(frozen=True, slots=True)
class Heard:
    """A conversation's messages, read: what is new, and what all of them add up to."""

    messages: tuple[Message, ...]
    published: tuple[str, ...]
    outcomes: tuple[ToolOutcome, ...]
    history: History | None
    count: int
    digest: Digest
    waiting: dict[str, ToolCall] = field(default_factory=dict)
    said_before: tuple[str, ...] = ()
    """What the customer said before `messages`: the last turns."""
    earlier: tuple[Message, ...] = ()
    """Everything before `messages`."""
    decider: Decider | None = None
    """What the conversation's earlier exchanges were decided by: one conversation, one bundle."""

    @property
    def said(self) -> tuple[str, ...]:
        """What the customer said by now: the last turns."""
        turns = self.said_before
        for message in self.messages:
            if message.role is Role.USER:
                turns = with_turn(turns, message.text)
        return turns


@dataclass(frozen=True, slots=True)
class _Known:
    trace: TraceId
    count: int
    digest: Digest
    published: tuple[str, ...]
    outcomes: tuple[ToolOutcome, ...]
    waiting: dict[str, ToolCall]
    said: tuple[str, ...]
    messages: tuple[Message, ...]
    decider: Decider


class Conversations:
    """The latest conversations of this process, by workload and conversation id.

    Only a cache: where a conversation is not in it, or its earlier messages are
    not byte for byte the ones on record, the whole of it is read and recorded.
    """

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        self._known: OrderedDict[Key, _Known] = OrderedDict()

    def hear(self, key: Key | None, raw: Sequence[msgspec.Raw]) -> Heard:
        """Read what is new. Raises InvalidRequest where a message can't be read."""
        known = self._known.get(key) if key is not None else None
        digest = MessagesDigest()
        if known is not None and digest.add(raw[: known.count]) != known.digest:
            known, digest = None, MessagesDigest()
        first = known.count if known else 0
        messages = read_messages(raw[first:], first)
        waiting = dict(known.waiting) if known else {}
        done = outcomes(messages, waiting)
        said = tuple(m.text for m in messages if m.role in (Role.SYSTEM, Role.DEVELOPER))
        return Heard(
            messages,
            (known.published if known else ()) + said,
            (known.outcomes if known else ()) + done,
            History(known.trace, known.count, known.digest) if known else None,
            len(raw),
            digest.add(raw[first:]),
            waiting,
            known.said if known else (),
            known.messages if known else (),
            known.decider if known else None,
        )

    def keep(self, key: Key, trace: TraceId, heard: Heard, decider: Decider) -> None:
        """Remember a conversation whose exchange is durable under `trace`, and what decides it."""
        self._known[key] = _Known(
            trace,
            heard.count,
            heard.digest,
            heard.published,
            heard.outcomes,
            heard.waiting,
            heard.said,
            heard.earlier + heard.messages,
            decider,
        )
        self._known.move_to_end(key)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
