"""GraphiQL, in a browser, with nothing loaded from elsewhere.

Strawberry's own page loads GraphiQL from a public CDN: without internet it stays empty, and with it a stranger's script
would run in the session of whoever looks. GraphiQL lies in every installation already, in ``dagster-webserver``, which
is pinned exactly: the page takes it from there, and its policy lets no script run but these files.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse

_OURS = Path(__file__).parent / "static"

_NAMES = (
    "graphiql.min.css",
    "graphiql.min.js",
    "graphiql-plugin-explorer-style.css",
    "graphiql-plugin-explorer.umd.js",
    "react.production.min.js",
    "react-dom.production.min.js",
)

#: GraphiQL's editor writes styles into the page, and has its fonts in its style sheet.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
_CACHED = "private, max-age=86400"


def page() -> HTMLResponse:
    """The page; what it needs is at ``assets/`` below it."""
    html = (_OURS / "graphiql.html").read_text(encoding="utf-8")
    return HTMLResponse(html, headers={"Content-Security-Policy": _POLICY})


def asset(name: str) -> FileResponse:
    """A script or a style sheet of the page.

    Raises:
        HTTPException: the page has no such thing.
    """
    path = _assets().get(name)
    if path is None:
        raise HTTPException(404)
    return FileResponse(path, headers={"Cache-Control": _CACHED})


@cache
def _assets() -> Mapping[str, Path]:
    """Where each asset is; nothing of Dagster is imported for it."""
    spec = find_spec("dagster_webserver")
    folders = spec.submodule_search_locations if spec else None
    theirs = {name: Path(folder, "graphiql", name) for folder in folders or () for name in _NAMES}
    return theirs | {name: _OURS / name for name in ("page.css", "page.js")}
