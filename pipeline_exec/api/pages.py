"""The few pages of our own. What they load is ours too: see ``static``."""

from __future__ import annotations

from html import escape
from string import Template

from starlette.responses import HTMLResponse

from pipeline_exec.api.paths import DAGSTER, DOCS, GRAPHQL, LOGIN, LOGOUT, STATIC

_PAGE = Template(
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="$static/style.css">
$head
</head>
<body>
<main>
<h1>$title</h1>
$body
</main>
</body>
</html>
"""
)

_LOGIN = Template(
    """<form method="post" action="$login"$auto>
$problem
<input type="hidden" name="next" value="$next">
<label>API key <input type="password" name="token" value="$token" autocomplete="off" required autofocus></label>
<button type="submit">Log in</button>
<p class="hint">Make a key with <code>pipeline-exec keys create --name NAME</code>.</p>
</form>
"""
)

_LANDING = Template(
    """<ul>
<li><a href="$dagster">Dagster</a> <span class="hint">jobs, runs, sensors and schedules</span></li>
<li><a href="$docs">REST API</a> <span class="hint">every route, and a way to try it</span></li>
<li><a href="$graphql">GraphQL</a> <span class="hint">the same as a graph, with GraphiQL</span></li>
</ul>
<form method="post" action="$logout"><button type="submit">Log out $name</button></form>
"""
)

_DOCS = Template(
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>$title</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="$assets/swagger-ui.css">
<script src="$assets/swagger-ui-bundle.js" defer></script>
<script src="$static/docs.js" defer></script>
</head>
<body><div id="docs"></div></body>
</html>
"""
)


def login_page(target: str, *, token: str = "", problem: str = "") -> HTMLResponse:
    """The form that asks for a key.

    Args:
        target: Where to go once logged in.
        token: A one-time token from a link; its form is sent by itself. A link alone logs nobody in, since mail
            scanners and previews of links open it too, and would use it up.
        problem: Why the last attempt failed.
    """
    body = _LOGIN.substitute(
        login=LOGIN,
        auto=" data-auto" if token else "",
        problem=f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else "",
        next=escape(target),
        token=escape(token),
    )
    head = f'<script src="{STATIC}/login.js" defer></script>'
    return _page("Log in to pipeline-exec", body, head, 401 if problem else 200)


def landing_page(name: str) -> HTMLResponse:
    """What there is, for a person who has just logged in.

    Args:
        name: Of that person.
    """
    body = _LANDING.substitute(dagster=DAGSTER, docs=DOCS, graphql=GRAPHQL, logout=LOGOUT, name=escape(name))
    return _page("pipeline-exec", body)


def docs_page(title: str, assets: str) -> HTMLResponse:
    """The page that shows the OpenAPI description.

    Args:
        title: Of the API.
        assets: Where Swagger UI is.
    """
    return HTMLResponse(_DOCS.substitute(title=title, static=STATIC, assets=assets))


def _page(title: str, body: str, head: str = "", status: int = 200) -> HTMLResponse:
    return HTMLResponse(_PAGE.substitute(title=title, static=STATIC, head=head, body=body), status)
