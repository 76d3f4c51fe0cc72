"""Who may do what: roles, delegated limits, separation of duties. On the authenticated subject, never on a name."""

from answerable.roles.duties import Duties, DutyRules
from answerable.roles.limits_text import limits_from_text, limits_text
from answerable.roles.role import Assignment, Hours, Limits, Role, stands
from answerable.roles.ruling import Approvable, Kept, Needs, RouteRules, Ruling, SignIn

__all__ = [
    "Approvable",
    "Assignment",
    "Duties",
    "DutyRules",
    "Hours",
    "Kept",
    "Limits",
    "Needs",
    "Role",
    "RouteRules",
    "Ruling",
    "SignIn",
    "limits_from_text",
    "limits_text",
    "stands",
]
