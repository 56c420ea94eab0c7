"""HTTP in the other direction: a door of ours, each payload one execution."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated

from pydantic import Field, SecretStr

from pipeline_exec.errors import Unauthenticated
from pipeline_exec.model.connector import ConnectorTrigger, Direction, NodeType
from pipeline_exec.model.document import Document
from pipeline_exec.ports import ConnectorKind, Intake
from pipeline_exec.settings import Settings

SIGNATURE_HEADER = "X-Signature"
_SCHEME = "sha256="


class HttpPushInput(Document):
    """Who may call."""

    signature_secret: Annotated[SecretStr, Field(min_length=8)] | None = None
    """With it, every call must carry ``X-Signature: sha256=<hex>``: the HMAC-SHA256 of its raw body."""


class HttpPush:
    """Tells genuine calls from others. See ``ports.PushSource`` for what it promises."""

    def __init__(self, configuration: HttpPushInput) -> None:
        self._secret = configuration.signature_secret

    def check(self) -> None:
        return

    def verify(self, headers: Mapping[str, str], body: Callable[[], Iterable[bytes]]) -> None:
        if self._secret is None:
            return
        given = {name.lower(): value for name, value in headers.items()}.get(SIGNATURE_HEADER.lower(), "")
        if not given:
            raise Unauthenticated(
                f"This connector takes signed calls only, and the call has no {SIGNATURE_HEADER} header.",
                f"Send {SIGNATURE_HEADER}: {_SCHEME}<hex>, the HMAC-SHA256 of the raw body under its signature_secret.",
            )
        digest = hmac.new(self._secret.get_secret_value().encode(), digestmod=hashlib.sha256)
        for part in body():
            digest.update(part)
        expected = _SCHEME + digest.hexdigest()
        # As bytes: the comparison of texts refuses those that are not ASCII.
        if not hmac.compare_digest(expected.encode(), given.strip().lower().encode(errors="replace")):
            raise Unauthenticated(
                "The signature of the call is not the one its body has under the connector's secret.",
                "Sign the raw bytes that are sent, after any compression, and use the connector's signature_secret.",
            )


def kind(settings: Settings) -> ConnectorKind:
    """HTTP, in, by call."""
    del settings

    def opened(configuration: Document) -> HttpPush:
        return HttpPush(HttpPushInput.model_validate(configuration))

    return ConnectorKind(
        direction=Direction.INPUT,
        node_type=NodeType.HTTP,
        triggers=(ConnectorTrigger.EVENT_BASE,),
        intake=Intake.PUSH,
        configuration=HttpPushInput,
        open=opened,
    )
