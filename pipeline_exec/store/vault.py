"""Secrets at rest: encrypted and authenticated with Fernet."""

from __future__ import annotations

import base64
import os
import secrets
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pipeline_exec import ports
from pipeline_exec.errors import Unavailable
from pipeline_exec.settings import Settings
from pipeline_exec.store.durable import make_folder, make_names_durable

KEY_FILE = "secret.key"
"""The embedded default's key, in the home folder, readable by its owner only."""

_REMEDY = f"Restore PIPELINE_EXEC_SECRET_KEY, or {KEY_FILE} in the home folder, as it was."


class FernetVault(ports.Vault):
    """Seals with a deployment's secret key, or with a key file of its home folder, made on first use."""

    def __init__(self, home: Path, secret_key: str | None = None) -> None:
        self._home = home
        self._secret_key = secret_key

    @classmethod
    def of(cls, settings: Settings) -> FernetVault:
        """The vault of a deployment."""
        return cls(settings.home, settings.secret_key.get_secret_value() if settings.secret_key else None)

    def seal(self, plain: str) -> str:
        return self._fernet.encrypt(plain.encode(errors="surrogatepass")).decode("ascii")

    def unseal(self, sealed: str) -> str:
        try:
            return self._fernet.decrypt(sealed.encode(errors="surrogatepass")).decode(errors="surrogatepass")
        except InvalidToken as error:
            raise Unavailable("A stored secret cannot be opened with the present key.", _REMEDY) from error

    @cached_property
    def _fernet(self) -> Fernet:
        if self._secret_key is not None:
            return Fernet(_derived(self._secret_key))
        try:
            return Fernet(_key_in(self._home))
        except OSError as error:
            raise Unavailable(f"The key file {KEY_FILE} cannot be used: {error.strerror}.", _REMEDY) from error
        except ValueError as error:
            raise Unavailable(f"The key file {KEY_FILE} is damaged.", _REMEDY) from error


def _derived(text: str) -> bytes:
    """A key from any text."""
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"pipeline-exec vault")
    return base64.urlsafe_b64encode(derivation.derive(text.encode()))


def _key_in(home: Path) -> bytes:
    path = home / KEY_FILE
    if not path.exists():
        _make_key(path)
    return path.read_bytes().strip()


def _make_key(path: Path) -> None:
    """Make the key whole, or leave the one that another process made meanwhile."""
    make_folder(path.parent)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(Fernet.generate_key())
        file.flush()
        os.fsync(file.fileno())
    # Unlike a rename, a link never replaces what is there.
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    make_names_durable(path.parent)
