"""The door for data that is pushed: raw, as JSON, or in parts; durable before the sender hears that it was taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request

from pipeline_exec.api.dependencies import Layer
from pipeline_exec.api.file_names import file_name, sent_name
from pipeline_exec.api.multipart import file_parts, is_multipart
from pipeline_exec.api.paths import INGEST
from pipeline_exec.api.rest.executions import IdempotencyKey
from pipeline_exec.api.rest.router import REFUSALS, SlashTolerantRouter
from pipeline_exec.api.uploads import ANY_BODY, Body, writing
from pipeline_exec.api.views.envelope import Data
from pipeline_exec.api.views.execution import TriggeredView
from pipeline_exec.errors import InvalidDocument
from pipeline_exec.model.execution import Execution
from pipeline_exec.model.identity import ConnectorId
from pipeline_exec.model.principal import Principal
from pipeline_exec.ports import PushSource
from pipeline_exec.services.ingestion import IngestionService, Payload

router = SlashTolerantRouter(prefix=INGEST, tags=["ingestion"], responses=REFUSALS)


@router.post("/{connector_id}", status_code=202, openapi_extra=ANY_BODY)
async def ingest(
    connector_id: ConnectorId, request: Request, layer: Layer, idempotency_key: IdempotencyKey = None
) -> Data[list[TriggeredView]]:
    """Take data in: the body is one execution, or each file part of a multipart body is one; of an archive each file.

    A file is named by `Content-Disposition` or `X-File-Name`; its format is told by its content, else by
    `Content-Type` or its name. The sender proves who they are by an API key, or by the connector's signature.
    """
    push = _Push(layer.ingestion, connector_id, request.state.principal, dict(request.headers), idempotency_key)
    executions = await request.app.state.uploads.run(push.take, Body(request))
    return Data(data=[TriggeredView.of(execution) for execution in executions])


@dataclass(frozen=True)
class _Push:
    """One call of a connector's door, in a worker thread."""

    service: IngestionService
    connector_id: ConnectorId
    caller: Principal | None
    headers: Mapping[str, str]
    idempotency_key: str | None

    def take(self, body: Iterable[bytes]) -> Sequence[Execution]:
        """Stage what was sent, and have it executed."""
        door = self.service.door(self.connector_id, self.caller, self.headers)
        payloads = self._payloads(body) if self.caller else self._genuine(door, body)
        return self.service.take(self.connector_id, payloads, self.idempotency_key)

    def _genuine(self, door: PushSource, body: Iterable[bytes]) -> Sequence[Payload]:
        """The files of a signed call: it is staged as it is, since only the whole of it can be told genuine."""
        call = self._stage(body)
        self.service.verify(door, self.headers, call)
        if not is_multipart(self.headers):
            return [call]
        try:
            return self._payloads(self.service.content(call))
        finally:
            self.service.discard([call])

    def _payloads(self, body: Iterable[bytes]) -> Sequence[Payload]:
        """The files of a call, all of them or none."""
        if not is_multipart(self.headers):
            return [self._stage(body)]
        payloads: list[Payload] = []
        try:
            for part in file_parts(self.headers["content-type"], body):
                name = file_name(part.name, part.media_type)
                payloads.append(self.service.stage(name, writing(part.data)))
            if not payloads:
                raise InvalidDocument("The body has no file.", remedy="Send each file as a part with a file name.")
        except BaseException:
            self.service.discard(payloads)
            raise
        return payloads

    def _stage(self, body: Iterable[bytes]) -> Payload:
        announced = self.headers.get("content-length", "")
        size = int(announced) if announced.isdecimal() else None
        return self.service.stage(sent_name(self.headers), writing(body), size)
