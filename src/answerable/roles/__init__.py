"""Who may do what: roles, delegated limits, separation of duties. On the authenticated subject, never on a name."""

from answerable.roles.role import Assignment, Hours, Limits, Role

__all__ = ["Assignment", "Hours", "Limits", "Role"]
