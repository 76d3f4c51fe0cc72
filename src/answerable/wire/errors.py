"""Errors in the shape that OpenAI clients expect: `{"error": {message, type, param, code}}`."""

import msgspec

from answerable.values.errors import (
    ActionRefused,
    ActionsUnavailable,
    AnswerableError,
    ApprovalClosed,
    ApprovalsUnavailable,
    GrantsUnavailable,
    InvalidRequest,
    LedgerError,
    NotAllowed,
    NotAuthenticated,
    Overloaded,
    RequestTooLarge,
    RolesUnavailable,
    UpstreamError,
    UpstreamTimeout,
)

_SERVER = 500


class ErrorBody(msgspec.Struct):
    message: str
    type: str
    param: str | None = None
    code: str | None = None


class ErrorReply(msgspec.Struct):
    error: ErrorBody


OURS = "this can't be done now, and nothing was; the gate's owner finds the reason in its log"
_LEDGER = (
    "the ledger can't take this now, so nothing of it is shown; the gate's owner finds the reason in its log"
)


def error_reply(error: AnswerableError) -> tuple[int, bytes]:
    """The HTTP status and JSON body for an error.

    What is ours to mend names files, servers or entries: callers get one sentence, and whoever answers logs the rest
    (`is_ours`).
    """
    status, kind, code, field = _classify(error)
    words = str(error)
    if is_ours(error):
        words = _LEDGER if isinstance(error, LedgerError) else OURS
    return status, msgspec.json.encode(ErrorReply(ErrorBody(words, kind, field, code)))


def is_ours(error: AnswerableError) -> bool:
    """Is it for the gate's owner to mend, and not for callers to read about?"""
    status, *_ = _classify(error)
    return status >= _SERVER and not isinstance(error, UpstreamError | Overloaded)


def _classify(error: AnswerableError) -> tuple[int, str, str | None, str | None]:
    match error:
        case RequestTooLarge():
            return 413, "invalid_request_error", "request_too_large", error.field
        case InvalidRequest():
            return 400, "invalid_request_error", None, error.field
        case NotAuthenticated():
            return 401, "invalid_request_error", "invalid_api_key", None
        case UpstreamTimeout():
            return 504, "upstream_error", error.code, None
        case UpstreamError():
            return 502, "upstream_error", error.code, None
        case Overloaded():
            return 503, "gate_error", "overloaded", None
        case NotAllowed():
            return 403, "not_allowed", None, None
        case ApprovalClosed():
            return 409, "approval_closed", None, None
        case ActionRefused():
            return 409, "action_refused", None, None
        case GrantsUnavailable() | ApprovalsUnavailable() | ActionsUnavailable() | RolesUnavailable():
            return 503, "gate_error", "store_unavailable", None
        case LedgerError():
            return 503, "gate_error", "ledger_unavailable", None
        case _:
            return 500, "gate_error", None, None
