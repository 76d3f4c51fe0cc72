"""The issuer of grants over HTTP: exchange, introspection, consumption, revocation, and what it says of itself."""

from answerable.apps.authority.app import create_authority
from answerable.apps.authority.callers import Authenticate, Caller
from answerable.apps.authority.issuing import Issuer

__all__ = ["Authenticate", "Caller", "Issuer", "create_authority"]
