"""One frozen object read from the environment once.

Every field is an environment variable ``PIPELINE_EXEC_<FIELD>``; the embedded default needs none.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from pipeline_exec.errors import FieldProblem, InvalidDocument

PREFIX = "PIPELINE_EXEC_"


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class Settings(BaseModel):
    """What a deployment decides; secrets print as stars."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Path(".pipeline_exec")
    """The folder that holds all state of the embedded default. Deleting it is a full reset."""
    database_url: SecretStr | None = None
    """``postgresql://…`` moves our store and Dagster's storages there; unset means SQLite in ``home``."""
    secret_key: SecretStr | None = None
    """Encrypts connector secrets at rest; unset means a key file in ``home``, made on first use."""
    host: str = "127.0.0.1"
    """The address the API listens on."""
    port: int = Field(8000, ge=0, le=65535)
    """The port the API listens on; 0 lets the system choose."""
    workers: int = Field(default_factory=lambda: min(os.cpu_count() or 1, 8), ge=1)
    """How many runs may be in progress at once on this host."""
    broker_url: SecretStr | None = None
    """Celery broker; unset means ``filesystem://`` in ``home``."""
    poll_seconds: float = Field(30.0, gt=0)
    """How often a file source is listed, unless its connector says otherwise."""
    reconcile_seconds: int = Field(5, ge=1)
    """How often unfinished attempts are compared with their runs."""
    lost_after_seconds: float = Field(15.0, gt=0)
    """An attempt whose worker gave no sign of life for this long counts as lost and is tried again."""
    max_recoveries: int = Field(3, ge=0)
    """How often an execution whose worker died is tried again before it fails."""
    max_run_seconds: int = Field(24 * 3600, ge=1)
    """How long one run may take at most; it is ended then, and tried again as one whose worker died."""
    max_file_size: int = Field(2 * 1024**3, gt=0)
    """Largest input taken, in bytes."""
    max_unpacked_size: int = Field(8 * 1024**3, gt=0)
    """Largest input once decompressed, in bytes."""
    max_unpack_ratio: int = Field(200, ge=1)
    """How many times larger than packed an input may be, once it is more than 64 MB."""
    max_rows: int = Field(1_000_000_000, gt=0)
    """Most rows of one input."""
    max_columns: int = Field(16_384, gt=0)
    """Most columns of one input."""
    max_cell_length: int = Field(8 * 1024**2, gt=0)
    """Most characters of one cell of an input."""
    max_nesting: int = Field(100, gt=0, le=500)
    """How deep the records of JSON and XML may be nested."""
    max_sample_size: int = Field(100 * 1024**2, gt=0)
    """Most bytes taken from a source only to be looked at; of larger text that is the beginning."""
    max_sample_seconds: float = Field(30.0, gt=0)
    """How long a source may take to give an input that is only looked at."""
    max_wrapper_file_size: int = Field(50 * 1024**2, gt=0)
    """Largest wrapper upload, in bytes."""
    max_findings: int = Field(1_000_000, ge=0)
    """How many erroneous cells of one attempt are kept; the counts are exact whatever this is."""
    http_timeout_seconds: float = Field(30.0, gt=0)
    """How long an HTTP source or destination may take to answer, unless its connector says otherwise."""
    retry_attempts: int = Field(4, ge=1)
    """How often a transient error of a source or destination is tried in all."""
    retry_wait_seconds: float = Field(0.5, ge=0)
    """The first pause between two tries; each later one is twice as long, with jitter, 30 s at most."""
    allow_private_addresses: bool = False
    """Whether HTTP connectors and wrappers may reach loopback, private and link-local addresses."""
    allowed_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], BeforeValidator(_split)] = ()
    """Networks HTTP connectors may reach though they are not public."""
    local_roots: Annotated[tuple[Path, ...], BeforeValidator(_split)] = ()
    """Folders LOCAL connectors are confined to; none means any folder the process may use."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read every ``PIPELINE_EXEC_*`` variable.

        Raises:
            InvalidDocument: a variable is not a setting, or its value is not valid.
        """
        environ = os.environ if environ is None else environ
        given = {name.removeprefix(PREFIX).lower(): value for name, value in environ.items() if name.startswith(PREFIX)}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            problems = [FieldProblem(PREFIX + ".".join(map(str, e["loc"])).upper(), e["msg"]) for e in error.errors()]
            named = "; ".join(f"{problem.field}: {problem.message}" for problem in problems)
            raise InvalidDocument(f"The environment is not valid: {named}.", problems, "Correct or unset it.") from None

    def environment(self) -> dict[str, str]:
        """The settings that differ from the default, as variables for a child process."""
        variables: dict[str, str] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if name not in self.model_fields_set or value is None:
                continue
            if isinstance(value, SecretStr):
                value = value.get_secret_value()
            variables[PREFIX + name.upper()] = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
        return variables
