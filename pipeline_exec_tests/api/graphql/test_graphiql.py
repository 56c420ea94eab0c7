"""GraphiQL: the page, and that nothing in it comes from elsewhere."""

import re

import pytest

HTML = {"Accept": "text/html,application/xhtml+xml"}


def page(graph):
    return graph.client.get("/graphql", headers=HTML)


def test_a_browser_gets_graphiql(graph):
    assert page(graph).headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<title>GraphiQL</title>" in page(graph).text


def test_everything_the_page_needs_is_served_beside_it(graph):
    addresses = re.findall(r'(?:src|href)="(graphql/[^"]+)"', page(graph).text)
    assert len(addresses) == 8
    for address in addresses:
        asset = graph.client.get(f"/{address}")
        assert asset.status_code == 200
        assert asset.headers["Content-Type"].startswith(("text/css", "text/javascript", "application/javascript"))
        assert len(asset.content) > 10


def test_the_page_takes_nothing_from_elsewhere(graph):
    policy = page(graph).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "//" not in page(graph).text + policy
    assert "<script>" not in page(graph).text


@pytest.mark.parametrize("name", ["router.py", "..%2Frouter.py", "%2Fetc%2Fpasswd", "graphiql.html", "nothing.js"])
def test_nothing_else_is_served(graph, name):
    assert graph.client.get(f"/graphql/assets/{name}").status_code == 404


def test_who_is_no_browser_may_ask_by_get(graph):
    answer = graph.client.get("/graphql", params={"query": "{ me { name } }"})
    assert answer.json() == {"data": {"me": {"name": "Ada"}}}


def test_nothing_can_be_done_by_get(graph):
    answer = graph.client.get("/graphql", params={"query": 'mutation { cancelExecution(id: "1") { __typename } }'})
    assert (answer.status_code, answer.text) == (400, "mutations are not allowed when using GET")
