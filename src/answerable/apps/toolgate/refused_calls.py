"""What a proven workload asks of a tool and is refused as it stands: in the log, and on record as a refused call.

It stands in a trace of its own. Public is what kind of thing was wrong; the call's words, and what its caller was told,
are sealed. The log has neither.
"""

import json
import logging
from collections import OrderedDict
from collections.abc import Callable

from answerable.apps.toolgate.asked import Arguments, Asked, one_form
from answerable.apps.toolgate.caller import Caller
from answerable.apps.toolgate.catalogue import Catalogue
from answerable.apps.toolgate.drafts import Drafts
from answerable.decisions import ActDecision, ActOutcome, Bundle
from answerable.ports import Clock, Ledger, NewTrace
from answerable.receipts import NOT_OFFERED
from answerable.values import CallId, Digest
from answerable.values.errors import InvalidRequest, RequestTooLarge

_LOG = logging.getLogger("answerable.toolgate")
MOST = 20
"""Of one conversation that are recorded, as long as this process runs: the rest is in the log, which is thrown away."""
_MOST_PLACES = 4096
_MOST_WORDS = 16 * 1024
_LONGEST_NAME = 512


class RefusedCalls:
    """Says so in the log, and puts it on record. It counts in memory, so a restart lets as many be recorded again."""

    def __init__(
        self,
        ledger: Ledger,
        bundle: Callable[[], Bundle],
        catalogue: Catalogue,
        clock: Clock,
        new_trace: NewTrace,
    ) -> None:
        self._ledger, self._bundle, self._catalogue = ledger, bundle, catalogue
        self._clock, self._new_trace = clock, new_trace
        self._counted: OrderedDict[tuple[str, str], int] = OrderedDict()

    async def __call__(
        self, caller: Caller, tool: str, arguments: object, call: CallId, error: InvalidRequest
    ) -> None:
        """Raises LedgerError. A crash before it is durable leaves a refusal that nobody was told of."""
        known = self._catalogue.find(caller.workload.id, tool) is not None
        named = f"'{tool}'" if known else f"a tool ({NOT_OFFERED})"
        kind = _kind(error, arguments)
        if not self._has_room(caller):
            _LOG.warning(
                "'%s' was refused a call of %s, as %d times before, which are on record: %s",
                caller.workload.id, named, MOST, kind,
            )  # fmt: skip
            return
        trace, bundle = self._new_trace(), self._bundle()
        _LOG.warning("'%s' was refused a call of %s in '%s': %s", caller.workload.id, named, trace, kind)
        words = Arguments(_words(arguments), Digest(""), {})  # they may have no one form to take a digest of
        asked = Asked(_text(tool)[:_LONGEST_NAME], words, call)
        drafts = Drafts(trace, caller.workload, caller, asked, bundle, (), self._clock)
        decision = ActDecision(ActOutcome.REFUSE, kind, (), bundle.digest)
        begun = drafts.begin(decision, passed=False, known=known, told=_text(str(error)))
        await self._ledger.append([*begun, *drafts.end(ActOutcome.REFUSE.value)])

    def _has_room(self, caller: Caller) -> bool:
        """By workload and conversation, whichever customer is named; calls without one are a place together."""
        key = caller.key("alone")
        place = (key.workload, key.place)
        count = self._counted.pop(place, 0)
        self._counted[place] = min(count + 1, MOST)
        while len(self._counted) > _MOST_PLACES:
            self._counted.popitem(last=False)
        return count < MOST


def _kind(error: InvalidRequest, arguments: object) -> str:
    """What was wrong, in words of our own that quote nothing: they are public for ever."""
    if isinstance(error, RequestTooLarge):
        return "its arguments are too large"
    if error.field == "name":
        return "there is no such tool for this workload"
    if error.field is None:
        return "nothing more is decided in this conversation"
    try:
        one_form(arguments if isinstance(arguments, str | dict) else None)
    except InvalidRequest:
        return "its arguments can't be read, or could be read as something else than they are"
    return "its arguments don't fit the tool's schema"


def _words(arguments: object) -> str:
    """Arguments as they came, as ASCII: nothing in them is unseen or can't be encoded."""
    try:
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    except (TypeError, ValueError, RecursionError):
        return "(nothing that JSON has)"
    text = _text(text)
    return text if len(text) <= _MOST_WORDS else text[:_MOST_WORDS] + "…"


def _text(text: str) -> str:
    """Text that UTF-8 has: half of a surrogate pair becomes its number."""
    return text.encode("utf-8", "backslashreplace").decode()
