"""What an HTTP answer says became of an act. Only what is certain is called so.

| answer | outcome |
| --- | --- |
| 200-299 with JSON or nothing | done |
| 202, or anything that is cut, too large or no JSON | uncertain |
| 429; 408, 409, 425 and 503 where the back end declares it | not done, and may be tried again |
| 408, 425; 409 that says the same key is still under way | uncertain |
| any other 4xx | not done |
| 1xx, 3xx, 5xx | uncertain: a redirect may come after the act, a gateway's error as well |

Source: RFC 9110 section 15; RFC 6585 section 4 (429); RFC 8470 section 5.2 (425); the IETF draft "The
Idempotency-Key HTTP Header Field", section 2.6 (409 while the first is under way).
"""

from dataclasses import dataclass
from typing import Any

from answerable.actions import Done, NotDone, Outcome, Uncertain
from answerable.values.strict_json import JsonError, read_json

MAY_MEAN_NOT_DONE = frozenset({408, 409, 425, 429, 503})
"""The statuses of which a back end can declare that nothing was done where it answers so."""
BY_DEFAULT = frozenset({429})
_ACCEPTED, _CONFLICT, _NOT_FOUND, _UNAVAILABLE = 202, 409, 404, 503
_UNCLEAR = frozenset({408, 425, 429})
_SAID = 2000
_LONGEST_REFERENCE = 200


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A whole answer; `body` is None where it could not be had, and `unreadable` says why."""

    status: int
    body: str | None
    unreadable: str = ""
    retry_after: bool = False


def outcome_of(
    answer: HttpAnswer, *, not_done: frozenset[int] = BY_DEFAULT, reference: str | None = None
) -> Outcome:
    """What became of an act, by the answer to it."""
    status = answer.status
    if status in not_done and (status != _UNAVAILABLE or answer.retry_after):
        return NotDone(f"the back end did not do it now (status {status})", again=True, said=_said(answer))
    if 200 <= status < 300 and status != _ACCEPTED:  # noqa: PLR2004
        return _done(answer, reference)
    if status in _UNCLEAR or (status == _CONFLICT and _under_way(answer)):
        return Uncertain(f"the back end answered with status {status}, and may be at it still")
    if 400 <= status < 500:  # noqa: PLR2004
        return NotDone(f"the back end refused it (status {status})", said=_said(answer))
    if status == _ACCEPTED:
        return Uncertain("the back end took it on (status 202), and does not say that it is done")
    if 300 <= status < 400:  # noqa: PLR2004
        return Uncertain(f"the back end leads elsewhere (status {status}), which is not followed")
    return Uncertain(f"the back end answered with status {status}")


def asked_after(answer: HttpAnswer, *, absent_means_not_done: bool, reference: str | None = None) -> Outcome:
    """What became of an act, by the answer to asking for it by its key."""
    if answer.status == 200:  # noqa: PLR2004
        return _done(answer, reference)
    if answer.status == _NOT_FOUND and absent_means_not_done:
        return NotDone("the back end knows of no act of that key")
    return Uncertain(f"the back end was asked what became of it, and answered with status {answer.status}")


def _done(answer: HttpAnswer, reference: str | None) -> Outcome:
    if answer.body is None:
        return Uncertain(f"the back end's answer can't be read: {answer.unreadable}")
    if not answer.body:
        return Done("")
    try:
        value = read_json(answer.body)
    except JsonError as error:
        # What it says of the place would quote somebody's data.
        return Uncertain(f"the back end's answer can't be read: it {str(error).partition(':')[0]}")
    return Done(answer.body, _reference(value, reference))


def _reference(value: Any, name: str | None) -> str | None:
    found = value.get(name) if name and isinstance(value, dict) else None
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    return found if isinstance(found, str) and 0 < len(found) <= _LONGEST_REFERENCE else None


def _under_way(answer: HttpAnswer) -> bool:
    """Does a 409 say that the same call is being done just now?"""
    return answer.retry_after or answer.body is None or "progress" in answer.body.lower()


def _said(answer: HttpAnswer) -> str:
    text = (answer.body or "")[:_SAID]
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
