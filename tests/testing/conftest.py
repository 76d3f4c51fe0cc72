from collections.abc import Iterator

import pytest
from openai import OpenAI

from answerable.testing.scenario_files import load_scenarios
from answerable.testing.script import Script
from answerable.testing.script_upstream import script_upstream
from answerable.testing.serving import serve_in_thread


@pytest.fixture(scope="session")
def scenarios() -> dict[str, Script]:
    return load_scenarios()


@pytest.fixture(scope="session")
def upstream(scenarios: dict[str, Script]) -> Iterator[str]:
    with serve_in_thread(script_upstream(scenarios)) as url:
        yield url


@pytest.fixture(scope="session")
def client(upstream: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{upstream}/v1", api_key="none", max_retries=0) as openai:
        yield openai
