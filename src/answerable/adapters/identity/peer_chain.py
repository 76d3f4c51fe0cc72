"""The certificates that the other end of a TLS connection showed."""

import ssl
from typing import Any

_MOST = 11
"""One more than a chain may have, so that a longer one is refused and not cut to fit."""


def peer_chain(connection: Any) -> tuple[bytes, ...]:
    """The chain in DER, leaf first, of an `ssl` object; empty where none was shown, or there is no TLS."""
    leaf = connection.getpeercert(binary_form=True) if connection is not None else None
    if leaf is None:
        return ()
    # Public from Python 3.13 on, as DER; before that it is there under the object that does the work, as objects.
    public = getattr(connection, "get_unverified_chain", None)
    if public is not None:
        return tuple(public()[:_MOST]) or (leaf,)
    inner = getattr(getattr(connection, "_sslobj", None), "get_unverified_chain", None)
    chain = inner() if inner is not None else None
    if chain is None:  # a session that was resumed may have kept the leaf alone
        return (leaf,)
    return tuple(ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in chain[:_MOST])
