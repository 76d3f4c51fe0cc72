"""A certificate is bound as RFC 8705 says, by its own example."""

import base64

from answerable.grants import bound_to
from answerable.grants.mtls import is_bound_to

# RFC 8705 appendix A.
EXAMPLE = base64.b64decode(
    "MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAxODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwE"
    "bXRsczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ/Au08/coZwxS7LfA4vOLS9WuneIXhbGG"
    "WvsDSb0tH6IxLm8wCgYIKoZIzj0EAwIDSQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOVbUlJSGQgjwD5vaUa"
    "KlLR50Q2DmFfQj1L+SY="
)


def test_the_rfcs_certificate_has_the_rfcs_thumbprint() -> None:
    assert bound_to(EXAMPLE).thumbprint == "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0"


def test_another_certificate_is_another() -> None:
    bound = bound_to(EXAMPLE)
    assert is_bound_to(bound, EXAMPLE)
    assert not is_bound_to(bound, EXAMPLE[:-1])
    assert not is_bound_to(bound, b"")
