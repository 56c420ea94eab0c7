"""Whether a page of ours sent a request. A cookie cannot say: browsers add it to the requests of any site's pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
"""They change nothing, whoever sends them."""


def is_same_origin(headers: Headers) -> bool:
    """Whether the browser says that the request comes from our own origin, or from nobody's page.

    Browsers that do not send ``Sec-Fetch-Site`` send ``Origin`` with whatever is not safe, and with every websocket.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    return "origin" in headers and urlsplit(headers["origin"]).netloc == headers.get("host")


def is_from_a_browser(headers: Headers) -> bool:
    """Whether the request carries what browsers say of where it comes from."""
    return "origin" in headers or "sec-fetch-site" in headers
