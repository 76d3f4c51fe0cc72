"""The local model's upstream over a stand-in model; `make proof` runs it over the real one."""

import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI

from answerable.testing.local_model_upstream import MODEL, load_local_model, local_model_upstream
from answerable.testing.serving import serve_in_thread
from answerable.values.errors import AnswerableError

MESSAGES: list[Any] = [{"role": "user", "content": "Hi"}]


class Parrot:
    """Writes a word at a time, as many as it may, and notes what it was asked and when it was stopped."""

    def __init__(self, pause: float = 0) -> None:
        self.asked: list[Any] = []
        self.stopped = threading.Event()
        self._pause = pause

    def create_chat_completion(
        self, messages: list[Any], *, stream: bool, temperature: float, max_tokens: int, seed: int | None
    ) -> Any:
        assert stream
        self.asked = messages
        if "too long" in messages[-1]["content"]:
            raise ValueError("9 tokens exceed context window of 8")
        return self._words(max_tokens)

    def _words(self, most: int) -> Iterator[dict[str, Any]]:
        try:
            yield {"choices": [{"delta": {"role": "assistant"}, "finish_reason": None}]}
            for number in range(most):
                time.sleep(self._pause)
                yield {"choices": [{"delta": {"content": f"w{number} "}, "finish_reason": None}]}
            yield {"choices": [{"delta": {}, "finish_reason": "length"}]}
        finally:
            self.stopped.set()


def test_it_streams_what_the_model_writes() -> None:
    parrot = Parrot()
    with (
        serve_in_thread(local_model_upstream(parrot)) as url,
        OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client,
    ):
        assert [model.id for model in client.models.list()] == [MODEL]
        chunks = list(
            client.chat.completions.create(
                model=MODEL,
                messages=[{"role": "developer", "content": [{"type": "text", "text": "Be"}]}, *MESSAGES],
                max_completion_tokens=3,
                stream=True,
                stream_options={"include_usage": True},
            )
        )
        whole = client.chat.completions.create(model=MODEL, messages=MESSAGES, max_tokens=3)
        parrot_saw = parrot.asked
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "w0 w1 w2 "
    assert chunks[-2].choices[0].finish_reason == "length"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 3
    assert whole.choices[0].message.content == "w0 w1 w2 "
    assert whole.choices[0].finish_reason == "length"
    assert parrot_saw == [{"role": "user", "content": "Hi"}]


@pytest.mark.parametrize("stream", [True, False])
def test_it_stops_writing_when_the_client_goes_away_and_passes_the_turn_on(*, stream: bool) -> None:
    parrot = Parrot(pause=0.01)
    with (
        serve_in_thread(local_model_upstream(parrot)) as url,
        OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client,
    ):
        if stream:
            reply = client.chat.completions.create(
                model=MODEL, messages=MESSAGES, max_tokens=1000, stream=True
            )
            assert any(chunk.choices[0].delta.content for chunk in reply)
            reply.close()
        else:
            with pytest.raises(openai.APITimeoutError):
                client.with_options(timeout=0.2).chat.completions.create(
                    model=MODEL, messages=MESSAGES, max_tokens=1000
                )
        assert parrot.stopped.wait(2)
        again = client.chat.completions.create(model=MODEL, messages=MESSAGES, max_tokens=1)
    assert again.choices[0].message.content == "w0 "


def test_a_prompt_that_does_not_fit_is_an_error_in_both_forms() -> None:
    long: list[Any] = [{"role": "user", "content": "too long"}]
    with (
        serve_in_thread(local_model_upstream(Parrot())) as url,
        OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client,
    ):
        with pytest.raises(openai.BadRequestError, match="exceed context window"):
            client.chat.completions.create(model=MODEL, messages=long)
        with pytest.raises(openai.APIError, match="exceed context window"):
            list(client.chat.completions.create(model=MODEL, messages=long, stream=True))


def test_a_body_it_cannot_read() -> None:
    with (
        serve_in_thread(local_model_upstream(Parrot())) as url,
        OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client,
        pytest.raises(openai.BadRequestError, match="could not be read"),
    ):
        client.chat.completions.create(model=MODEL, messages=MESSAGES, extra_body={"messages": "hello"})


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llama_cpp", None)
    with pytest.raises(AnswerableError, match="run `make demo-model`"):
        load_local_model()
