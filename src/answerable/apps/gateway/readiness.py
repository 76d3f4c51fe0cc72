"""Can a line be released now? Only with a ledger that answers, an upstream that listens and keys to know callers by."""

import asyncio
import logging
from collections.abc import Mapping

from answerable.apps.gate import Gate
from answerable.apps.gateway.headers import upstream_headers
from answerable.ports import Upstream
from answerable.values.errors import AnswerableError

_LOG = logging.getLogger("answerable.gateway")
_SECONDS = 2


async def what_fails(
    gate: Gate, upstream: Upstream, upstream_key: str | None, problems: Mapping[str, str]
) -> dict[str, str]:
    """What stands in the way, by its name; `problems` are what other parts say of themselves, empty where nothing."""
    failing: dict[str, str] = {}
    try:
        async with asyncio.timeout(_SECONDS):
            if problem := await gate.ledger.ready():
                failing["ledger"] = _said("ledger", problem)
    except (AnswerableError, TimeoutError) as error:
        failing["ledger"] = _said("ledger", str(error))
    try:
        async with asyncio.timeout(_SECONDS):
            await upstream.models(upstream_headers({}, key=upstream_key, pass_authorization=False))
    except (AnswerableError, TimeoutError) as error:
        failing["upstream"] = _said("upstream", str(error))
    return failing | {name: problem for name, problem in problems.items() if problem}


def _said(name: str, problem: str) -> str:
    """Anybody may read it, so which file or server it is, is for the log to say."""
    if not problem:
        return f"no answer in {_SECONDS} seconds"
    _LOG.warning("%s: %s", name, problem)
    return "something stands in its way; the log says what"
