"""An argument stays in the segment, the parameter or the body that it was put into, whatever it is."""

import json
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from answerable.adapters.connectors.routes import Route, request_for
from answerable.values.errors import InvalidRequest, SettingsError

ORDER = Route("get_order", "GET", "/v1/orders/{order_id}/items", ("status", "tag"))
ANYTHING = st.text(st.characters(exclude_categories=[])) | st.sampled_from(
    [
        "..",
        ".",
        "../..",
        "a/../b",
        "%2e%2e",
        "?x=1",
        "#x",
        "//evil.example",
        "a;b",
        "\\..\\",
        "é",
        "\r\nX: 1",
        "\0",
    ]
)


@given(ANYTHING)
def test_a_value_in_a_path_stays_in_its_segment(value: str) -> None:
    try:
        asked = request_for(ORDER, json.dumps({"order_id": value}))
    except InvalidRequest:
        return
    before, segment, after = asked.target.rpartition("/")[0].rpartition("/"), "", asked.target
    assert before[0] == "/v1/orders"
    segment = before[2]
    assert unquote(segment) == value
    assert after.endswith("/items")
    assert segment.isascii()
    assert segment.isprintable()
    # As the client and a server read it: the same path, also once it is normalised.
    url = URL("https://back.example" + asked.target, encoded=True)
    assert url.host == "back.example"
    assert url.raw_path == asked.target
    assert URL("https://back.example").join(url).raw_path == asked.target
    assert all(part not in (".", "..") for part in unquote(asked.target).split("/"))


@given(ANYTHING, ANYTHING)
def test_values_in_a_query_are_read_as_they_were_given(status: str, tag: str) -> None:
    try:
        asked = request_for(ORDER, json.dumps({"order_id": "W1", "status": status, "tag": [tag, "x"]}))
    except InvalidRequest:
        return
    path, _, query = asked.target.partition("?")
    assert path == "/v1/orders/W1/items"
    assert parse_qsl(query, keep_blank_values=True) == [("status", status), ("tag", tag), ("tag", "x")]


@pytest.mark.parametrize(
    ("value", "expected"), [(7, "7"), (1.5, "1.5"), (1e21, None), (True, "true"), ("W 1/2", "W%201%2F2")]
)
def test_plain_values_are_written_as_json_has_them(value: object, expected: str | None) -> None:
    text = json.dumps({"order_id": value})
    if expected is None:
        with pytest.raises(InvalidRequest):
            request_for(ORDER, text)
    else:
        assert request_for(ORDER, text).target == f"/v1/orders/{expected}/items"


@pytest.mark.parametrize("arguments", ["{}", '{"order_id":null}', '{"order_id":[1]}', '{"order_id":""}',
                                       '{"order_id":"a","other":1}', '{"order_id":"\\u0000"}'])  # fmt: skip
def test_what_does_not_fit_is_refused_and_never_left_out(arguments: str) -> None:
    with pytest.raises(InvalidRequest):
        request_for(ORDER, arguments)


def test_a_body_is_the_text_that_was_decided_on() -> None:
    text = '{ "amount": 45.00, "order_id": "W1" }'
    assert request_for(Route("refund", "POST", "/refund"), text).body == text.encode()
    rest = request_for(Route("refund", "POST", "/orders/{order_id}/refund"), text)
    assert (rest.target, json.loads(rest.body or b"")) == ("/orders/W1/refund", {"amount": 45.0})


@pytest.mark.parametrize(
    "path",
    ["orders", "/../x", "/a/{b", "/a/{}", "/a/{b}/{b}", "/a?x=1", "/a#b", "/a b", "/é", "/{a b}", "/a/./b", "/a/\n"],
)  # fmt: skip
def test_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(SettingsError):
        Route("tool", "GET", path)
