"""What approvals, grants, acts, receipts and roles can be found by."""

from answerable.receipts.acting import (
    ActionBody,
    ActionPrivate,
    ApprovalBody,
    GrantBody,
    ReceiptBody,
    ReceiptPrivate,
    RoleBody,
)
from answerable.receipts.facet import Facet, Facets, Kind, facet, person_value
from answerable.receipts.format import Private
from answerable.receipts.identifiers import folded, in_json

_ANSWERS = frozenset({"approved", "denied"})

Acting = ApprovalBody | GrantBody | ActionBody | ReceiptBody | RoleBody


def facets_of_acting(kind: Facet, body: Acting, private: Private | None) -> Facets:
    """What such an entry can be found by; as `facets_of`, which asks this."""
    match body:
        case ApprovalBody():
            own = [kind, facet(Kind.OUTCOME, body.event), *_tool(body.tool)]
            own += [facet(Kind.POLICY, one) for one in body.policies]
            # Who answered is looked for as an approver of the whole exchange, as that of its bundle is.
            answered = body.by is not None and body.event in _ANSWERS
            shared = (facet(Kind.APPROVER, person_value(body.by or "")),) if answered else ()
            return Facets(
                tuple(own), shared, texts=_said(body.approval, body.route, body.by, body.detail, body.of)
            )
        case GrantBody():
            said = _said(body.grant, body.by, body.audience, body.workload, body.value, body.detail)
            return Facets((kind, facet(Kind.OUTCOME, body.event), *_tool(body.tool)), texts=said)
        case ActionBody():
            named = in_json(private.arguments) if isinstance(private, ActionPrivate) else ()
            said = _said(body.action, body.tool, body.audience, body.grant, body.approval, body.detail)
            return Facets(
                (kind, facet(Kind.OUTCOME, body.event), *_tool(body.tool)), (), _things(named), texts=said
            )
        case ReceiptBody():
            return Facets(
                (kind, facet(Kind.OUTCOME, body.outcome), *_tool(body.tool)),
                (),
                _things(_shown(private)) if isinstance(private, ReceiptPrivate) else (),
                texts=_said(body.action, body.how, body.by, body.detail),
            )
        case RoleBody():
            said = _said(body.operator, body.role, body.by, body.reason, body.workload, body.other)
            return Facets((kind, facet(Kind.OUTCOME, body.event)), texts=said)


def _tool(name: str | None) -> tuple[Facet, ...]:
    return () if name is None else (facet(Kind.TOOL, name),)


def _shown(private: ReceiptPrivate) -> tuple[str, ...]:
    reference = folded(private.reference or "")
    return (*in_json(private.result), *((reference,) if reference else ()))


def _things(named: tuple[str, ...]) -> tuple[Facet, ...]:
    return tuple(facet(Kind.IDENTIFIER, one) for one in named)


def _said(*texts: str | None) -> tuple[str, ...]:
    return tuple(text for text in texts if text)
