"""URLs of requests, so that two ways to write one are the same (RFC 3986 section 6.2; RFC 9449 section 4.3)."""

MOST_CHARACTERS = 2048
_PORTS = {"http": 80, "https": 443}
_LAST_PORT = 65_535
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_IN_PATH = _UNRESERVED | frozenset("!$&'()*+,;=:@/")
_PLAIN = _UNRESERVED | frozenset("/")
_IN_HOST = _UNRESERVED | frozenset("[]:")
_HEX = frozenset("0123456789abcdefABCDEF")


def normalised(url: str) -> str:
    """Scheme, host, port and path, without query and fragment. Raises ValueError where it is no such URL.

    Letter case of scheme and host, a port that goes without saying, percent-encoding of what needs none,
    and dot segments make no difference. A name and password before the host are refused.
    """
    if len(url) > MOST_CHARACTERS:
        raise ValueError(f"a URL of more than {MOST_CHARACTERS} characters")
    scheme, colon, rest = url.partition("://")
    scheme = scheme.lower()
    if not colon or scheme not in _PORTS:
        raise ValueError(f"'{url[:80]}' does not begin with http:// or https://")
    rest = rest.partition("#")[0].partition("?")[0]
    authority, slash, path = rest.partition("/")
    return f"{scheme}://{_authority(authority, scheme)}{_path(slash + path)}"


def _authority(text: str, scheme: str) -> str:
    host, port = text.lower(), ""
    if not host.endswith("]"):  # an IPv6 address without a port ends with one, and is full of colons
        host, _, port = host.rpartition(":") if ":" in host else (host, "", "")
    if not host or not _IN_HOST.issuperset(host) or ("[" not in host and ":" in host):
        raise ValueError(f"'{text[:80]}' is no host")
    if not port:
        return host
    if not (port.isascii() and port.isdecimal() and 0 < int(port[:20]) <= _LAST_PORT):
        raise ValueError(f"'{port[:20]}' is no port")
    return host if int(port) == _PORTS[scheme] else f"{host}:{int(port)}"


def _path(path: str) -> str:
    if _PLAIN.issuperset(path) and "/." not in path:
        return path or "/"
    decoded = "".join(_percent(path))
    kept: list[str] = []
    segments = decoded.split("/")[1:]
    for at, segment in enumerate(segments):
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
        if segment in (".", "..") and at == len(segments) - 1:
            kept.append("")  # what a last dot segment names is a folder
    return "/" + "/".join(kept)


def _percent(path: str) -> list[str]:
    """The letters of a path: unreserved ones as they are, others in the one way to encode them."""
    found: list[str] = []
    at = 0
    while at < len(path):
        letter = path[at]
        if letter == "%":
            pair = path[at + 1 : at + 3]
            if len(pair) != 2 or not _HEX.issuperset(pair):  # noqa: PLR2004 – two digits
                raise ValueError(f"'{path[at : at + 3]}' encodes nothing")
            plain = chr(int(pair, 16))
            found.append(plain if plain in _UNRESERVED else f"%{pair.upper()}")
            at += 3
            continue
        if letter not in _IN_PATH:
            raise ValueError(f"'{letter!r}' can't stand in a URL's path")
        found.append(letter)
        at += 1
    return found
