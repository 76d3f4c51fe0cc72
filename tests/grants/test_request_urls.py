"""Two ways to write one URL are one; URLs that lead elsewhere are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.grants.request_url import MOST_CHARACTERS, normalised


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example", "https://a.example/"),
        ("HTTPS://A.Example/", "https://a.example/"),
        ("https://a.example:443/x", "https://a.example/x"),
        ("https://a.example:0443/x", "https://a.example/x"),
        ("https://a.example:/x", "https://a.example/x"),
        ("http://a.example:80", "http://a.example/"),
        ("http://a.example:443/", "http://a.example:443/"),
        ("https://a.example/x?q=1#f", "https://a.example/x"),
        ("https://a.example?q", "https://a.example/"),
        ("https://a.example/x#f?q", "https://a.example/x"),
        ("https://a.example/%7e%41b", "https://a.example/~Ab"),
        ("https://a.example/a%2fb", "https://a.example/a%2Fb"),
        ("https://a.example/a/./b/../c", "https://a.example/a/c"),
        ("https://a.example/../../c", "https://a.example/c"),
        ("https://a.example/a/%2e%2E/c", "https://a.example/c"),
        ("https://a.example/a/b/..", "https://a.example/a/"),
        ("https://a.example/a/.", "https://a.example/a/"),
        ("https://a.example//a//b", "https://a.example//a//b"),
        ("https://[::1]:8443/x", "https://[::1]:8443/x"),
        ("https://[::1]/x", "https://[::1]/x"),
        ("https://a.example/X", "https://a.example/X"),
    ],
)
def test_a_url_has_one_form(url: str, expected: str) -> None:
    assert normalised(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "", "a.example/x", "/x", "ftp://a.example/", "javascript://a", "https://", "https:///x", "https://a@b.example/",
        "https://a:b@c.example/", "https://a.example\\@b.example/", "https://a.example:x/", "https://a.example:70000/",
        "https://a.example:0/", "https://a:b:80/", "https://a.example/x y", "https://a.example/é", "https://é.example/",
        "https://a.example/%", "https://a.example/%2", "https://a.example/%zz", "https://a.example/\n",
        "https://a.example\t/",
        "https://a.example/" + "x" * MOST_CHARACTERS,
    ],
)  # fmt: skip
def test_what_is_no_url_of_a_request_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        normalised(url)


@given(st.text(max_size=40) | st.text(st.sampled_from("/.%2eE?#:@[]a-~"), max_size=40))
def test_the_form_of_a_form_is_itself(text: str) -> None:
    try:
        once = normalised("https://a.example/" + text)
    except ValueError:
        return
    assert normalised(once) == once
    assert "/../" not in once
    assert "/./" not in once
