"""The rules about duties that ship with the package."""

from importlib import resources

from answerable.roles import Duties, DutyRules


def shipped_duties(rules: DutyRules | None = None) -> Duties:
    """Raises RoleError where the files were changed into something that can't be used."""
    folder = resources.files("answerable.roles")
    policies = (folder / "duties.cedar").read_text(encoding="utf-8")
    return Duties(policies, (folder / "duties.cedarschema").read_text(encoding="utf-8"), rules)
