"""Put the gate before functions of this program: each call is decided, recorded, granted, made once, receipted.

@gated
def get_order(order_id: str) -> dict[str, Any]: ...

@gated(raises_mean="not_done")
def refund_order(order_id: str, amount: float) -> str: ...

with open_tools("var/ledger.db", bundle=from_folder(Path("packs/shop"))) as tools:
    with tools.conversation("c-1", customer="c-81", messages=messages):
        get_order("L-1")
        refund_order("L-1", amount=45)      # raises ActionRefused, ActionHeld, ActionUncertain
"""

import asyncio
import functools
import inspect
import itertools
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, overload

from answerable.actions import Outcome, Uncertain
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.world import utc_now
from answerable.apps.sdk.bridge import BRIDGE, Bridge
from answerable.apps.sdk.functions import UNCERTAIN, Function
from answerable.apps.sdk.in_process import InProcessActs
from answerable.apps.toolgate import answers
from answerable.apps.toolgate.allowed import Allowed, Share
from answerable.apps.toolgate.answers import Answer
from answerable.apps.toolgate.caller import Caller
from answerable.apps.toolgate.catalogue import Catalogue
from answerable.apps.toolgate.gate import ToolGate
from answerable.apps.toolgate.running import OpensApprovals
from answerable.apps.toolgate.talks import Told
from answerable.decisions import Bundle
from answerable.exchange import Message, Role, ToolSpec
from answerable.identity import Proof, Workload
from answerable.ports import Clock, Ledger
from answerable.ports.connectors import BackEndCall
from answerable.ports.grants import GrantStore
from answerable.testing.memory_grants import MemoryGrants
from answerable.values import AssuranceLevel, CallId, ConversationId, CustomerId, WorkloadId
from answerable.values.errors import ActionHeld, ActionRefused, ActionUncertain, InvalidRequest, SettingsError

P = ParamSpec("P")
R = TypeVar("R")
Words = Message | Mapping[str, str] | tuple[str, str]
"""What somebody said: a message, one in the chat APIs' shape (`role`, `content`), or role and text."""

_HERE: ContextVar["Conversation | None"] = ContextVar("answerable_conversation", default=None)
_IN_PROCESS = Workload(WorkloadId("in-process"), Proof.INSECURE_OPEN)
_AT_ONCE = 64
_SECONDS = 24 * 3600.0
"""A function takes as long as it takes: nobody here could end it."""


@dataclass
class Conversation:
    """Whom acts are done for, and what was said by now. Add to it as the conversation goes on."""

    tools: "LocalTools"
    id: ConversationId
    customer: CustomerId | None
    assurance: AssuranceLevel
    said: list[Told] = field(default_factory=list)

    def add(self, *words: Words) -> None:
        """Somebody said something, just now."""
        self.said.append(Told(self.tools.now(), tuple(_message(one) for one in words)))


class LocalTools:
    """Functions behind one gate. It has a thread of its own, in which calls are decided and recorded."""

    def __init__(
        self,
        ledger: Ledger,
        bundle: Callable[[], Bundle],
        *,
        workload: Workload = _IN_PROCESS,
        grants: GrantStore | None = None,
        open_approval: OpensApprovals | None = None,
        clock: Clock = utc_now,
        closing: Callable[[], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        """`closing` is let go of at the end, when nothing is under way any more."""
        self._closing = closing
        self.now: Callable[[], datetime] = clock
        self._workload = workload
        self._functions = _Functions()
        self._numbers = itertools.count(1)
        allowed = Allowed({workload.id: Share(frozenset({_Functions.name}))}, calls_at_once=_AT_ONCE)
        self._catalogue = Catalogue([self._functions], allowed)
        runs = InProcessActs(ledger, grants or MemoryGrants(), clock=clock, seconds=_SECONDS)
        self._gate = ToolGate(
            ledger,
            bundle,
            self._catalogue,
            runs,
            open_approval=open_approval,
            clock=clock,
            read_seconds=_SECONDS,
        )
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="answerable-tools", daemon=True)
        self._thread.start()

    @contextmanager
    def conversation(
        self,
        name: str,
        *,
        customer: str | None = None,
        assurance: AssuranceLevel = AssuranceLevel.NONE,
        messages: Iterable[Words] = (),
    ) -> Iterator[Conversation]:
        """Within this, calls of `@gated` functions are of that conversation: in this thread or task, and in tasks and
        threads that are given its context (`asyncio.create_task`, `asyncio.to_thread`, `contextvars.copy_context`)."""
        found = Conversation(
            self, ConversationId(name), CustomerId(customer) if customer else None, assurance
        )
        said = tuple(messages)
        if said:
            found.add(*said)
        token = _HERE.set(found)
        try:
            yield found
        finally:
            _HERE.reset(token)

    def ask(
        self, function: Function, talk: Conversation, bridge: Bridge, arguments: dict[str, Any]
    ) -> Coroutine[Any, Any, Answer]:
        """Decide a call, and have it made over the bridge."""
        self._functions.add(function)
        allowed = self._catalogue.allowed
        self._catalogue.allowed = replace(allowed, reads=allowed.reads | self._functions.reads)
        caller = Caller(
            self._workload,
            conversation=talk.id,
            customer=talk.customer,
            assurance=talk.assurance,
            said=tuple(talk.said),
        )
        number = CallId(f"{next(self._numbers)}")

        async def run() -> Answer:
            await self._catalogue.refresh()
            BRIDGE.set(bridge)
            return await self._gate.ask(caller, function.name, arguments, number)

        return run()

    def close(self) -> None:
        """Wait for what was begun, then let go of the thread."""
        if self.loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._gate.close(), self.loop).result()
        if self._closing is not None:
            asyncio.run_coroutine_threadsafe(self._closing(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def _serve(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()


class _Functions:
    """A `Connector` whose back end is this program."""

    name = "in-process"
    checks_grants = False
    repeatable = False
    can_query = False

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._known: dict[str, Function] = {}

    def add(self, function: Function) -> None:
        """Raises SettingsError where another has its name."""
        with self._door:
            if self._known.setdefault(function.name, function).call is not function.call:
                raise SettingsError(f"two functions are called '{function.name}'; give one another name")

    @property
    def reads(self) -> frozenset[str]:
        """Those that say that they only look."""
        with self._door:
            return frozenset(name for name, one in self._known.items() if one.reads)

    async def tools(self) -> Sequence[ToolSpec]:
        with self._door:
            return [one.spec for one in self._known.values()]

    async def call(self, call: BackEndCall, seconds: float) -> Outcome:
        del call, seconds
        bridge = BRIDGE.get()
        if bridge is None:
            return Uncertain("nobody is there who could make the call")
        return await bridge.make()

    async def query(self, call: BackEndCall, seconds: float) -> Outcome:
        del call, seconds
        return Uncertain("a function can't be asked what became of a call")

    async def problem(self) -> str:
        return ""

    async def close(self) -> None:
        pass


@contextmanager
def open_tools(
    ledger: Path | str,
    *,
    bundle: Bundle,
    workload: Workload = _IN_PROCESS,
    open_approval: OpensApprovals | None = None,
) -> Iterator[LocalTools]:
    """Functions before a ledger file, under a bundle. Raises LedgerUnavailable."""
    store = SqliteLedger(ledger)
    tools = LocalTools(
        store, lambda: bundle, workload=workload, open_approval=open_approval, closing=store.close
    )
    try:
        yield tools
    finally:
        tools.close()


@overload
def gated(function: Callable[P, R], /) -> Callable[P, R]: ...


@overload
def gated(
    *,
    name: str | None = None,
    raises_mean: str = UNCERTAIN,
    reads: bool = False,
    hidden: Iterable[str] = (),
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...


def gated(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    raises_mean: str = UNCERTAIN,
    reads: bool = False,
    hidden: Iterable[str] = (),
) -> Any:
    """Decide each call of a function before it is made. It keeps its name, signature and docstring; sync or async.

    Raises what `answer` says was not done: ActionRefused, whose message says what is missing and what would be allowed;
    ActionHeld with the approval that it waits for; ActionUncertain where it may have been done. What the function
    raises is raised here, once it is on record: as ActionUncertain (from it), unless `raises_mean="not_done"`.
    """

    def decorate(wrapped: Callable[..., Any]) -> Callable[..., Any]:
        tool = Function(name or wrapped.__name__, wrapped, raises_mean, reads, frozenset(hidden))
        if inspect.iscoroutinefunction(wrapped):

            @functools.wraps(wrapped)
            async def later(*args: Any, **kwargs: Any) -> Any:
                talk, arguments = _bound(tool, args, kwargs)
                bridge = Bridge(tool, args, kwargs)
                answer = await bridge.wait_here(
                    talk.tools.loop, lambda: talk.tools.ask(tool, talk, bridge, arguments)
                )
                return _given(answer, bridge)

            return later

        @functools.wraps(wrapped)
        def now(*args: Any, **kwargs: Any) -> Any:
            talk, arguments = _bound(tool, args, kwargs)
            bridge = Bridge(tool, args, kwargs)
            answer = bridge.wait(talk.tools.loop, lambda: talk.tools.ask(tool, talk, bridge, arguments))
            return _given(answer, bridge)

        return now

    return decorate if function is None else decorate(function)


def told(call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R | str:
    """Call a gated function; what was not done comes back as words for a model, and is not raised."""
    try:
        return call(*args, **kwargs)
    except (ActionRefused, ActionHeld, ActionUncertain, InvalidRequest) as error:
        return str(error)


def _bound(
    tool: Function, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Conversation, dict[str, Any]]:
    talk = _HERE.get()
    if talk is None:
        raise ActionRefused(
            f"'{tool.name}' is gated, and nobody said for which conversation: call it within tools.conversation(…)"
        )
    return talk, tool.arguments(args, kwargs)


def _given(answer: Answer, bridge: Bridge) -> Any:
    if answer.outcome == answers.DONE:
        return bridge.result if bridge.ran else answer.facts.get("result")
    if answer.outcome == answers.HELD:
        raise ActionHeld(answer.text, answer.facts.get("approval"))
    if answer.outcome == answers.UNCERTAIN:
        raise ActionUncertain(answer.text) from bridge.error
    if bridge.error is not None:
        raise bridge.error
    raise ActionRefused(answer.text)


def _message(words: Words) -> Message:
    if isinstance(words, Message):
        return words
    role, text = words if isinstance(words, tuple) else (words.get("role", ""), words.get("content", ""))
    try:
        return Message(Role(role), text)
    except ValueError:
        raise InvalidRequest(f"'{role}' is no role; write one of {', '.join(Role)}", "messages") from None
