"""What somebody sends from one of these pages, or from a program: the fields that are asked for, and no others."""

import logging
from collections.abc import Set as AbstractSet

from starlette.requests import Request

from answerable.apps.gateway.bodies import read_body
from answerable.grants.forms import read_form
from answerable.identity.refusing import quoted
from answerable.values.errors import InvalidRequest
from answerable.values.strict_json import JsonError, json_object
from answerable.wire.limits import Limits

_LOG = logging.getLogger("answerable.operators")
_LIMITS = Limits(body_bytes=128 * 1024, body_seconds=10.0)
LONGEST_REASON = 500


async def fields_of(request: Request, asked: AbstractSet[str]) -> dict[str, str]:
    """The fields of a form, or of a JSON object. Raises InvalidRequest for any that is not asked for.

    Above all nobody's name is: who does something is who is signed in. The log says that somebody tried.
    """
    raw = await read_body(request, _LIMITS)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        try:
            found = json_object(raw)
        except JsonError as error:
            raise InvalidRequest(f"the body {error}") from None
    else:
        found = dict(read_form(raw))
    for name, value in found.items():
        if name not in asked:
            _LOG.warning("%s: refused: the body holds %s", request.url.path, quoted(name))
            raise InvalidRequest(
                f"'{name[:40]}' is not asked for: who answers is who is signed in", name[:40]
            )
        if not isinstance(value, str):
            raise InvalidRequest(f"'{name}' must be a text", name)
    return found


def reason_in(form: dict[str, str]) -> str:
    """Why somebody does something, which stays on record. Raises InvalidRequest where there is none."""
    reason = form.get("reason", "").strip()
    if not reason or not reason.isprintable() or len(reason) > LONGEST_REASON:
        raise InvalidRequest(f"say why, in one line of up to {LONGEST_REASON} characters", "reason")
    return reason
