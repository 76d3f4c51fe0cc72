"""The company's people: where they sign in, and who gives whom which role."""

from answerable.apps.operators.app import create_operators, keep_fresh
from answerable.apps.operators.people import People, check_csrf, csrf_token, people_of, require_operator

__all__ = [
    "People",
    "check_csrf",
    "create_operators",
    "csrf_token",
    "keep_fresh",
    "people_of",
    "require_operator",
]
