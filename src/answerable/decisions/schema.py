"""The Cedar schema of a pack's records and acts, made from records.yaml and actions.yaml.

Made, not written, so that it can't say otherwise than they do (ADR 14). A policy that asks for
an attribute which no record has, or compares a sum with a text, does not pass validation.
"""

from collections.abc import Mapping

from answerable.decisions.actions import Action
from answerable.records import Attribute, Mappings
from answerable.records.typed import CEDAR_NAMES

NO_RECORD = "Answerable::Talk"
"""The resource of an act that changes no record: the conversation itself."""


def schema_of(records: Mappings, actions: Mapping[str, Action]) -> str:
    """Schema text in Cedar's own form, to stand after the built-in one. Empty where there are no acts."""
    if not records and not actions:
        return ""
    lines = ["", "// Made from records.yaml and actions.yaml."]
    for kind, mapping in records.items():
        lines += [f"entity {kind} = {{", *_attributes(mapping.attributes), "};"]
    for action in actions.values():
        resource = action.resource.kind if action.resource else NO_RECORD
        lines += [
            f'action "{action.tool}" appliesTo {{',
            "  principal: Answerable::Workload,",
            f"  resource: {resource},",
            "  context: {",
            "    now: datetime, consent: Bool, assurance: Long, repeats: Long,",
            *(f"    {need.name}{'?' if need.optional else ''}: {need.kind}," for need in action.needs),
            *(f"  {line}" for line in _attributes(tuple(fact.attribute for fact in action.facts))),
            "  },",
            "};",
        ]
    return "\n".join(lines) + "\n"


def _attributes(attributes: tuple[Attribute, ...]) -> list[str]:
    return [f"  {one.name}{'?' if one.optional else ''}: {CEDAR_NAMES[one.type]}," for one in attributes]
