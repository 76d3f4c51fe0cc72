"""Errors as callers read them. What they do not read of ours, which may name files and servers, is in the log."""

import logging

from answerable.values.errors import AnswerableError
from answerable.wire.errors import error_reply, is_ours

_LOG = logging.getLogger("answerable.gateway")


def said(error: AnswerableError) -> tuple[int, bytes]:
    """The HTTP status and JSON body for an error, with what its body leaves out in the log."""
    if is_ours(error):
        _LOG.error("%s: %s", type(error).__name__, error)
    return error_reply(error)
