"""Signatures of webhooks are those of the Standard Webhooks specification, and none other holds."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.signing.webhooks import check_webhook, webhook_headers, webhook_secret
from answerable.values.errors import SignatureError

# The example of the specification's reference libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_specifications_example_is_signed_as_it_says() -> None:
    headers = webhook_headers([webhook_secret(SECRET)], MESSAGE, AT, BODY)
    assert headers == {
        "webhook-id": MESSAGE,
        "webhook-timestamp": str(AT),
        "webhook-signature": SIGNATURE,
    }
    check_webhook([webhook_secret(SECRET)], MESSAGE, str(AT), f"v1,AAAA v2,x {SIGNATURE}", BODY, AT + 300)


@given(st.integers(0, len(MESSAGE + str(AT)) + len(BODY) - 1), st.integers(1, 255))
def test_a_message_that_was_changed_anywhere_does_not_hold(at: int, by: int) -> None:
    parts = bytearray((MESSAGE + str(AT)).encode() + BODY)
    parts[at] ^= by
    message, when = parts[: len(MESSAGE)], parts[len(MESSAGE) : len(MESSAGE) + len(str(AT))]
    body = bytes(parts[len(MESSAGE) + len(str(AT)) :])
    with pytest.raises(SignatureError):
        check_webhook(
            [webhook_secret(SECRET)], message.decode("latin-1"), when.decode("latin-1"), SIGNATURE, body, AT
        )


def test_an_old_message_or_one_signed_by_another_does_not_hold() -> None:
    other = base64.b64encode(bytes(32)).decode()
    for secrets, now in (([webhook_secret(SECRET)], AT + 301), ([webhook_secret(other)], AT), ([], AT)):
        with pytest.raises(SignatureError):
            check_webhook(secrets, MESSAGE, str(AT), SIGNATURE, BODY, now)


@pytest.mark.parametrize(
    "text", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_%%%", "x" * 200, "whsec_" + "AAAA" * 30]
)
def test_a_secret_that_is_none_is_refused_unquoted(text: str) -> None:
    with pytest.raises(SignatureError) as refused:
        webhook_secret(text)
    assert not text or text not in str(refused.value)


@pytest.mark.parametrize("message", ["a.b", "a\nb", "ä"])
def test_an_id_that_could_be_read_in_two_ways_is_refused(message: str) -> None:
    with pytest.raises(ValueError, match="id"):
        webhook_headers([bytes(32)], message, AT, BODY)
