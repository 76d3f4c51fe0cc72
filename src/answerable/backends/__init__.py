"""What a back end mounts so that an act is done only under a grant, once.

    app = RequireGrant(app, "https://orders.example", HttpAuthority("https://grants.example", credentials))

It needs the tokens' rules and an HTTP client, and nothing else of the gate.
"""

from answerable.backends.asgi import RequireGrant
from answerable.backends.authority import Authority, StoreAuthority
from answerable.backends.checking import check_grant
from answerable.backends.http_authority import HttpAuthority
from answerable.backends.requests import Act, ActOf, BackendRequest, act_in_path
from answerable.backends.wsgi import RequireGrantWsgi

__all__ = [
    "Act",
    "ActOf",
    "Authority",
    "BackendRequest",
    "HttpAuthority",
    "RequireGrant",
    "RequireGrantWsgi",
    "StoreAuthority",
    "act_in_path",
    "check_grant",
]
