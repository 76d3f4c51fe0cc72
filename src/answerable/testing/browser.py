"""A browser for tests: cookies, redirects and the headers that browsers add, over real HTTP to this machine."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

_REDIRECTS = frozenset({301, 302, 303, 307})
_MOST = 10


@dataclass(frozen=True)
class Page:
    """An answer."""

    url: str
    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def location(self) -> str:
        """Where it sends the browser."""
        return urljoin(self.url, self.headers.get("Location", ""))


@dataclass
class Browser:
    """One browser of one person. Cookies are kept by host and port, and sent back to it alone."""

    home: str
    """The site whose pages are open: its origin goes with what they send."""
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    always: dict[str, str] = field(default_factory=dict)
    """Headers that go with everything."""

    def get(self, url: str, *, follow: bool = True, headers: Mapping[str, str] | None = None) -> Page:
        """Open a page, and where it sends one on, the next."""
        page = self._ask("GET", urljoin(self.home, url), None, {"Accept": "text/html", **(headers or {})})
        for _ in range(_MOST):
            if not follow or page.status not in _REDIRECTS:
                return page
            page = self._ask("GET", page.location, None, {"Accept": "text/html"})
        raise AssertionError("redirected without end")

    def ask(self, url: str) -> Page:
        """What a program of the page asks for."""
        return self.get(url, headers={"Accept": "application/json"}, follow=False)

    def post(
        self, url: str, form: Mapping[str, str] | None = None, *, sends: Any = None, **headers: str | None
    ) -> Page:
        """Send a form, or `sends` as JSON. A header given as None is left out; `_` stands for `-`."""
        kind = "application/x-www-form-urlencoded" if sends is None else "application/json"
        body = urlencode(form or {}) if sends is None else json.dumps(sends)
        said: dict[str, str | None] = {
            "Accept": "application/json",
            "Content-Type": kind,
            "Origin": self.home,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        found = {name: value for name, value in said.items() if value is not None}
        return self._ask("POST", urljoin(self.home, url), body.encode(), found)

    def cookie(self, name: str) -> str | None:
        """A cookie of the home site."""
        return self.cookies.get(urlsplit(self.home).netloc, {}).get(name)

    def _ask(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Page:
        parts = urlsplit(url)
        kept = self.cookies.setdefault(parts.netloc, {})
        sent = {**headers, **self.always}
        if kept:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in kept.items())
        connection = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=20)
        try:
            connection.request(
                method, f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", body, sent
            )
            answer = connection.getresponse()
            page = Page(url, answer.status, answer.headers, answer.read())
        finally:
            connection.close()
        for line in page.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    kept.pop(name, None)
                else:
                    kept[name] = morsel.value
        return page
