"""Whether what is asked would be done at all: what stands that somebody has stopped, said before anybody answers."""

from collections.abc import Callable, Sequence

from answerable.approvals import ApprovalRequest, Of
from answerable.apps.authority.revoking import named
from answerable.grants import Revocation, Selection, Selector
from answerable.grants.revocation import KILL_SWITCH
from answerable.values import OperatorId

Stopped = Callable[[ApprovalRequest | None, Sequence[OperatorId]], str]
"""What is stopped, since when and by whom, that keeps this from being done when these approve it; empty where nothing
is. Without a request: whether everything is. Raises GrantsUnavailable; may wait for its disk."""


def nothing_stopped(_: ApprovalRequest | None, __: Sequence[OperatorId]) -> str:
    """Where nothing is done from here."""
    return ""


def stopped_by(revocations: Callable[[], Sequence[Revocation]]) -> Stopped:
    """By what a store of grants has. A line needs no grant, so it is never stopped."""

    def stopped(request: ApprovalRequest | None, by: Sequence[OperatorId]) -> str:
        if request is not None and request.of is Of.LINE:
            return ""
        concern = {KILL_SWITCH}
        if request is not None:
            concern |= {
                Selection(Selector.WORKLOAD, request.workload),
                Selection(Selector.BUNDLE, request.bundle),
                *(Selection(Selector.APPROVER, one) for one in by),
            }
            if request.conversation is not None:
                concern.add(Selection(Selector.CONVERSATION, request.conversation))
        for one in revocations():
            if one.lifted is None and one.selection in concern:
                return f"{named(one.selection)} is stopped since {one.at:%Y-%m-%d %H:%M} UTC by {one.by}"
        return ""

    return stopped
