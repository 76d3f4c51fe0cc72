"""What is known of a conversation when a tool is called: what was said, and what this gate saw done.

What was said comes from the ledger (`Past`). What tools answered comes from this gate itself, for every tool that it
serves: a bot's own word on what `get_order` answered counts for nothing here, as the gate asked the back end.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, Protocol

from answerable.exchange import Message, Role, ToolCall
from answerable.grants import arguments_digest
from answerable.values import ConversationId, CustomerId, Digest, TraceId, WorkloadId
from answerable.values.errors import InvalidRequest

DONE, NOT_DONE, UNCERTAIN = "done", "not_done", "uncertain"
_MOST_CALLS = 500
"""Of one conversation that are remembered; with more, nothing further is decided in it."""
_MOST_TALKS = 4096


IsRead = Callable[[str], bool]
"""Is a tool a read that this gate serves?"""


class TalkKey(NamedTuple):
    """One conversation of one workload with one customer: records of somebody else count for nothing in it."""

    workload: WorkloadId
    place: str
    """The conversation's id, or the MCP session's."""
    customer: CustomerId | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A call that went through this gate, and what came of it."""

    at: datetime
    trace: TraceId
    call: ToolCall
    digest: Digest
    act: bool
    outcome: str
    result: str
    once: str = ""
    """The client's own key for it."""

    @property
    def messages(self) -> tuple[Message, Message]:
        """The call as a conversation has it."""
        asked = Message(Role.ASSISTANT, "", (self.call,))
        return asked, Message(Role.TOOL, self.result, answers=self.call.id)


class Told(NamedTuple):
    """What one exchange of the chat added to the conversation."""

    at: datetime
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Chat:
    """What was said in a conversation, oldest first, and the traces that hold it."""

    told: tuple[Told, ...] = ()
    traces: tuple[TraceId, ...] = ()


class Past(Protocol):
    """What is on record of a conversation."""

    async def chat(self, key: TalkKey, conversation: ConversationId) -> Chat:
        """What was said in it. Raises LedgerError; InvalidRequest where it is more than is looked at."""

    async def seen(self, key: TalkKey, conversation: ConversationId) -> Sequence[Seen]:
        """The calls of it that went through a tool gate, oldest first. Raises as `chat`."""


class NoPast:
    """Nothing is on record: what is said is given with each call, or nothing is."""

    async def chat(self, key: TalkKey, conversation: ConversationId) -> Chat:
        del key, conversation
        return Chat()

    async def seen(self, key: TalkKey, conversation: ConversationId) -> Sequence[Seen]:
        del key, conversation
        return ()


@dataclass(slots=True)
class _Kept:
    seen: list[Seen] = field(default_factory=list)


class Heard(NamedTuple):
    """A conversation as it is now, and the traces that it rests on."""

    messages: tuple[Message, ...]
    sources: tuple[TraceId, ...]
    last_said: datetime | None = None
    """When the last words of it came in; None where no words are known."""


class Talks:
    """The latest conversations of this process. What is not in memory is read from the record."""

    def __init__(self, past: Past | None = None, *, most: int = _MOST_TALKS) -> None:
        self._past: Past = past or NoPast()
        self._most = most
        self._kept: OrderedDict[TalkKey, _Kept] = OrderedDict()
        self._waiting: set[TalkKey] = set()

    def wait(self, key: TalkKey) -> None:
        """Something of this conversation waits for people: what they approve is done elsewhere, and is on record."""
        self._waiting.add(key)

    async def hear(
        self,
        key: TalkKey,
        conversation: ConversationId | None,
        reads: IsRead,
        said: Sequence[Told] = (),
    ) -> Heard:
        """Everything of a conversation in its order. `reads` says which reads are served here.

        Raises LedgerError; InvalidRequest where there is more in it than is remembered.
        """
        kept = await self._of(key, conversation)
        if len(kept.seen) >= _MOST_CALLS:
            raise InvalidRequest(
                f"this conversation has had {_MOST_CALLS} calls, as many as are remembered; begin another one"
            )
        chat = await self._past.chat(key, conversation) if conversation is not None else Chat()
        told = (*chat.told, *said)
        messages = in_order(told, kept.seen, reads)
        last = max((one.at for one in told), default=None)
        return Heard(messages, (*chat.traces, *[one.trace for one in kept.seen]), last)

    def keep(self, key: TalkKey, seen: Seen) -> None:
        """Remember a call whose outcome is on record, or is about to be."""
        kept = self._kept.setdefault(key, _Kept())
        kept.seen.append(seen)
        self._shrink(key)

    def latest(self, key: TalkKey, tool: str, digest: Digest, once: str = "") -> Seen | None:
        """The same act, as it was asked for last in that conversation."""
        kept = self._kept.get(key)
        for one in reversed(kept.seen if kept else ()):
            if one.act and (one.call.name, one.digest, one.once) == (tool, digest, once):
                return one
        return None

    def settle(self, key: TalkKey, was: Seen, outcome: str, result: str) -> None:
        """Say what became of a call after all."""
        kept = self._kept.get(key)
        if kept is not None:
            settled = replace(was, outcome=outcome, result=result)
            kept.seen = [settled if one is was else one for one in kept.seen]

    async def _of(self, key: TalkKey, conversation: ConversationId | None) -> _Kept:
        kept = self._kept.get(key)
        if kept is None:
            found = await self._past.seen(key, conversation) if conversation is not None else ()
            # Another call of it may have been first while the record was read.
            kept = self._kept.setdefault(key, _Kept(list(found)))
        elif key in self._waiting and conversation is not None:
            known = {one.trace for one in kept.seen}
            more = [one for one in await self._past.seen(key, conversation) if one.trace not in known]
            kept.seen = sorted([*kept.seen, *more], key=lambda one: one.at)
        self._shrink(key)
        return kept

    def _shrink(self, key: TalkKey) -> None:
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            gone, _ = self._kept.popitem(last=False)
            self._waiting.discard(gone)


def in_order(told: Sequence[Told], seen: Sequence[Seen], reads: IsRead) -> tuple[Message, ...]:
    """What was said and what was done, by time.

    What an exchange adds was said after everything that was done before it was asked: the customer's next words come
    behind the act that they may speak of. Of a bot's own account of tools that are served here, its acts stay (they
    only make it more careful) but for those that were seen here, and its reads go.
    """
    waiting = sorted(seen, key=lambda one: one.at)
    known = {(one.call.name, one.digest) for one in seen if one.act}
    found: list[Message] = []
    for one in sorted(told, key=lambda each: each.at):
        while waiting and waiting[0].at <= one.at:
            found += waiting.pop(0).messages
        found += [_without(message, reads, known) for message in one.messages]
    for left in waiting:
        found += left.messages
    return tuple(found)


def _without(message: Message, reads: IsRead, known: set[tuple[str, Digest]]) -> Message:
    """A message without the calls that this gate knows better. An answer to a call that is gone counts for nothing."""
    if not message.tool_calls:
        return message
    kept = tuple(
        call
        for call in message.tool_calls
        if not reads(call.name) and (call.name, _digest(call)) not in known
    )
    return replace(message, tool_calls=kept)


def _digest(call: ToolCall) -> Digest | None:
    try:
        return arguments_digest(call.arguments)
    except InvalidRequest:
        return None
