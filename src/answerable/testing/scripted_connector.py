"""A back end in memory that goes wrong as it is told, and counts how often each act was really done."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from answerable.actions.outcome import Done, NotDone, Outcome, Uncertain
from answerable.backends import Act, StoreAuthority, check_grant
from answerable.exchange import ToolSpec
from answerable.ports.connectors import BackEndCall
from answerable.values.errors import AnswerableError, GrantRefused, InvalidRequest


class Fault(Enum):
    """What becomes of a call or a query."""

    REFUSED = "not done, and it says so"
    LOST = "not done, and nobody hears"
    LOST_DONE = "done, and nobody hears"
    LATE = "nobody hears, and it is done some time later"
    BROKEN = "the connector itself fails, before anything was done"
    BROKEN_DONE = "the connector itself fails, and it is done"


@dataclass(slots=True)
class _Late:
    at: datetime
    call: BackEndCall


class ScriptedConnector:
    """A `Connector`. `script` holds what the next calls come to, `looks` the next queries; after that all goes well.

    `tick` is called with each call that reaches it, before and after it is done: it may raise.
    """

    def __init__(
        self,
        name: str,
        *,
        now: Callable[[], datetime],
        authority: StoreAuthority | None = None,
        audience: str = "",
        repeatable: bool = False,
        can_query: bool = False,
        late: timedelta = timedelta(seconds=20),
    ) -> None:
        self.name, self.repeatable, self.can_query = name, repeatable, can_query
        self.checks_grants = authority is not None
        self.script: deque[Fault] = deque()
        self.looks: deque[Fault] = deque()
        self.done: Counter[str] = Counter()
        """How often the act of each key was done."""
        self.called: Counter[str] = Counter()
        self.asked = 0
        self.said = ""
        """What it says where it refuses."""
        self.tick: Callable[[str], None] = lambda _where: None
        self.comes: Callable[[BackEndCall], None] = lambda _call: None
        """Sees each call as it comes, before anything is done."""
        self._now, self._authority, self._audience, self._late = now, authority, audience, late
        self._waiting: list[_Late] = []
        self._numbers = 0

    async def tools(self) -> Sequence[ToolSpec]:
        return ()

    async def call(self, call: BackEndCall, seconds: float) -> Outcome:
        del seconds
        self.comes(call)
        self.called[call.key] += 1
        fault = self.script.popleft() if self.script else None
        self.tick("call")
        if fault is Fault.BROKEN:
            raise RuntimeError("the connector has a defect")
        if fault is Fault.REFUSED:
            return NotDone("the order was refunded before", said=self.said)
        if fault is Fault.LOST:
            return Uncertain("no answer came")
        if fault is Fault.LATE:
            self._waiting.append(_Late(self._now() + self._late, call))
            return Uncertain("no answer came")
        outcome = self._do(call)
        self.tick("called")
        if fault is Fault.BROKEN_DONE:
            raise RuntimeError("the connector has a defect")
        return Uncertain("no answer came") if fault is Fault.LOST_DONE else outcome

    async def query(self, call: BackEndCall, seconds: float) -> Outcome:
        del seconds
        self.asked += 1
        self.pass_time()
        fault = self.looks.popleft() if self.looks else None
        self.tick("query")
        if not self.can_query or fault is not None:
            return Uncertain("it does not say")
        return self._answer(call) if self.done[call.key] else NotDone("no such call came")

    async def problem(self) -> str:
        return ""

    async def close(self) -> None: ...

    def pass_time(self) -> None:
        """Do what is due by now."""
        due = [one for one in self._waiting if one.at <= self._now()]
        self._waiting = [one for one in self._waiting if one.at > self._now()]
        for one in due:
            self._do(one.call)

    def _do(self, call: BackEndCall) -> Outcome:
        if self.repeatable and self.done[call.key]:
            return self._answer(call)
        if self._authority is not None and (why := self._not_granted(call)):
            return NotDone(why)
        self.done[call.key] += 1
        return self._answer(call)

    def _answer(self, call: BackEndCall) -> Done:
        return Done(f'{{"refund_id":"rf-{call.key[:8]}","amount":40}}', f"rf-{call.key[:8]}")

    def _not_granted(self, call: BackEndCall) -> str:
        """As a back end that mounts the check: nothing is done without a grant for exactly this."""
        if self._authority is None or call.grant is None:
            return "no grant came"
        url = f"{self._audience}/{call.tool}"
        self._numbers += 1
        headers = [
            ("Authorization", f"DPoP {call.grant.token}"),
            ("DPoP", call.grant.proof("POST", url)),
        ]
        try:
            check_grant(
                headers,
                "POST",
                url,
                Act(call.tool, call.arguments),
                audience=self._audience,
                authority=self._authority,
                now=self._now(),
                attempt=f"{self.name}-attempt-{self._numbers}",
            )
        except (GrantRefused, InvalidRequest) as error:
            return f"the grant was not taken: {error}"
        except AnswerableError as error:
            return f"the grant could not be used up, so nothing was done: {error}"
        return ""
