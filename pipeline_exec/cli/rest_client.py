"""A client of the REST APIs, as a script would use them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import httpx

from pipeline_exec.api.paths import INGEST, PIPELINES, WRAPPERS
from pipeline_exec.errors import Unavailable

ANSWER_SECONDS = 120.0
"""How long an answer may take: a wrapper answers when its run has ended."""


@dataclass(frozen=True)
class RestClient:
    """Asks a running service; whatever it refuses is an error that says what it answered."""

    http: httpx.Client

    @classmethod
    @contextmanager
    def opened(cls, address: str, key: str) -> Iterator[Self]:
        """A client until the block ends."""
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=address, headers=headers, timeout=ANSWER_SECONDS, trust_env=False) as http:
            yield cls(http)

    def named(self, noun: str, name: str) -> dict[str, Any] | None:
        """The pipeline or connector of this name."""
        found: list[dict[str, Any]] = self.listed(noun, {"name": name})
        return found[0] if found else None

    def listed(self, noun: str, filters: Mapping[str, object]) -> list[dict[str, Any]]:
        """The newest things that match the filters."""
        query = {"filters": json.dumps(filters)}
        found: list[dict[str, Any]] = self._answer("GET", f"{PIPELINES}/{noun}/", params=query)["data"]
        return found

    def execution(self, execution_id: str) -> dict[str, Any]:
        """An execution with its runs."""
        found: dict[str, Any] = self._answer("GET", f"{PIPELINES}/execution/{execution_id}")["data"]
        return found

    def execute(self, pipeline_id: str) -> list[dict[str, Any]]:
        """The executions of a pipeline that are made now."""
        made: list[dict[str, Any]] = self._answer("POST", f"{PIPELINES}/execution/", json={"pipeline_id": pipeline_id})[
            "data"
        ]
        return made

    def fix(self, execution_id: str, change: Mapping[str, object]) -> None:
        """Run an execution again with a change."""
        self._answer("POST", f"{PIPELINES}/execution/{execution_id}/fix", json=change)

    def push(self, connector_id: str, name: str, content: bytes, media_type: str) -> list[dict[str, Any]]:
        """The executions that a pushed file leads to."""
        headers = {"Content-Type": media_type, "X-File-Name": name}
        made: list[dict[str, Any]] = self._answer("POST", f"{INGEST}/{connector_id}", content=content, headers=headers)[
            "data"
        ]
        return made

    def wrappers(self) -> list[dict[str, Any]]:
        """The newest wrappers."""
        answer = self._answer("GET", f"{WRAPPERS}/", params={"limit": 100})
        found: list[dict[str, Any]] = answer["data"] if isinstance(answer, dict) else answer
        return found

    def execute_wrapper(self, wrapper_id: str) -> dict[str, Any]:
        """What executing a wrapper answers when its run has ended."""
        answer: dict[str, Any] = self._answer("POST", f"{WRAPPERS}/{wrapper_id}/execute")
        return answer

    def _answer(self, method: str, path: str, **request: Any) -> Any:
        try:
            response = self.http.request(method, path, **request)
        except httpx.HTTPError as error:
            raise Unavailable(
                f"The service at {self.http.base_url} does not answer: {error}.", "Start it with: pipeline-exec up."
            ) from error
        if response.is_error:
            raise Unavailable(f"{method} {path} was answered {response.status_code}: {response.text[:500]}")
        return response.json()
