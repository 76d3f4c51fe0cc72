"""What a bot's host asks about what waits for people: what became of it, and that it is not wanted any more."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from answerable.apps.approvals.customers import outcomes_json
from answerable.apps.approvals.refused import Refused
from answerable.apps.approvals.together import Approvals
from answerable.apps.gateway.chat import shown_by
from answerable.ports.callers import WorkloadAuthenticator
from answerable.values import ApprovalId, ConversationId
from answerable.values.errors import ApprovalClosed


def approval_routes(callers: WorkloadAuthenticator, approvals: Approvals | None) -> list[Route]:
    """None of them where nothing waits for people here."""
    if approvals is None:
        return []

    async def outcomes(request: Request) -> Response:
        """What people answered in a conversation of this workload, for its customer to be told."""
        workload = await callers.authenticate(shown_by(request))
        conversation = ConversationId(request.path_params["conversation"])
        return JSONResponse(outcomes_json(await approvals.outcomes.polled(workload.id, conversation)))

    async def withdraw(request: Request) -> Response:
        """What a workload asked for is not wanted any more: the customer has changed their mind."""
        workload = await callers.authenticate(shown_by(request))
        approval = ApprovalId(request.path_params["approval"])
        found = await approvals.service.withdraw_by_workload(approval, workload.id)
        if isinstance(found, Refused):
            raise ApprovalClosed(found.because)
        return JSONResponse({"approval": approval, "outcome": found.state.phase.value})

    return [
        Route("/v1/conversations/{conversation:path}/outcomes", outcomes, methods=["GET"]),
        Route("/v1/approvals/{approval}/withdraw", withdraw, methods=["POST"]),
    ]
