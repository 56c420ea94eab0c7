import socket
import ssl
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx
import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.connectors.failures import SOURCE
from pipeline_exec.connectors.http_client import Ask, HttpClient
from pipeline_exec.connectors.http_endpoint import HttpEndpoint
from pipeline_exec.connectors.http_pull import HttpPull, HttpPullInput
from pipeline_exec.connectors.reach import NotPublicError, Reach, is_public
from pipeline_exec.errors import SourceRefused, SourceUnresponsive
from pipeline_exec.settings import Settings
from pipeline_exec_tests.connectors.pull_source_conformance import pulled
from pipeline_exec_tests.servers.http import Reply, closed_port, serving


@pytest.mark.parametrize(
    "address",
    [
        *("8.8.8.8", "93.184.216.34", "1.1.1.1", "100.63.255.255", "100.128.0.0", "2001:4860:4860::8888"),
        *("::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"),
    ],
)
def test_public_addresses_may_be_reached(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "0.0.0.0", "0.1.2.3"),
        *("169.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254"),
        *("224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "192.88.99.1"),
        *("::1", "::", "fe80::1", "fe80::1%1", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1", "100::1"),
        *("::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001::1"),
    ],
)
def test_other_addresses_may_not_be_reached(address):
    assert not is_public(ip_address(address))
    with pytest.raises(NotPublicError):
        Reach(Settings(), lambda host, port: [address]).addresses("host.example", 80)


@given(st.ip_addresses(v=4))
def test_no_spelling_of_an_address_that_is_not_public_makes_it_so(address):
    number = int(address)
    spellings = [number | 0xFFFF << 32, number | 0x64FF9B << 96, 0x2002 << 112 | number << 80 | 1]
    for spelling in spellings:
        assert is_public(IPv6Address(spelling)) == is_public(address)


@given(st.ip_addresses())
def test_everything_may_be_reached_where_the_deployment_says_so(address):
    assert Reach(Settings(allow_private_addresses=True)).allows(address)
    assert Reach(Settings(allowed_networks=f"{address}".partition("%")[0])).allows(address)


def test_one_private_address_among_public_ones_closes_the_host():
    with pytest.raises(NotPublicError):
        Reach(Settings(), lambda host, port: ["8.8.8.8", "10.0.0.1"]).addresses("host.example", 80)


def test_an_allowed_network_opens_its_addresses_only():
    reach = Reach(Settings(allowed_networks=("10.1.0.0/16", "fd00::/8")))
    assert reach.allows(IPv4Address("10.1.2.3"))
    assert reach.allows(IPv6Address("::ffff:10.1.2.3"))
    assert reach.allows(IPv6Address("fd00::1"))
    assert not reach.allows(IPv4Address("10.2.0.1"))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1", "0", "[::ffff:127.0.0.1]"]
)
def test_no_spelling_of_loopback_gets_through(http_server, host):
    http_server.script("/", Reply(body=b"inside"))
    source = HttpPull(HttpPullInput(url=f"http://{host}:{http_server.port}/"), Settings(retry_wait_seconds=0))
    with pytest.raises(SourceRefused) as refused:
        pulled(source)
    assert http_server.requests == []
    if "not public" in refused.value.what:
        assert "PIPELINE_EXEC_ALLOWED_NETWORKS" in refused.value.remedy
        assert "PIPELINE_EXEC_ALLOW_PRIVATE_ADDRESSES=true" in refused.value.remedy


def test_a_redirect_inside_is_refused(http_server, monkeypatch):
    with serving() as inside:
        inside.script("/", Reply(body=b"inside"))
        http_server.script("/", Reply(302, headers={"location": f"http://metadata.example:{inside.port}/"}))
        addresses = {"public.example": "127.0.0.1", "metadata.example": "127.0.0.2"}
        with pytest.raises(SourceRefused, match=r"metadata\.example has an address that is not public"):
            asked(f"http://public.example:{http_server.port}/", addresses, follows=True)
        assert inside.requests == []


# The connection


def asked(url: str, addresses: dict[str, str], follows: bool = False) -> tuple[int, bytes]:
    """What a server answers when hosts have these addresses and only 127.0.0.1 may be reached."""
    settings = Settings(allowed_networks="127.0.0.1/32", retry_attempts=1)
    reach = Reach(settings, lambda host, port: [addresses[host]])
    with (
        HttpClient(HttpEndpoint(url=url), settings, SOURCE, reach) as client,
        client.answer(Ask("GET", follows=follows)) as answer,
    ):
        return answer.status_code, answer.read()


def test_the_host_header_carries_the_name_though_the_connection_goes_to_the_address(http_server):
    http_server.script("/", Reply(body=b"a"))
    assert asked(f"http://api.example:{http_server.port}/", {"api.example": "127.0.0.1"}) == (200, b"a")
    assert http_server.requests[0].headers["host"] == f"api.example:{http_server.port}"


def test_a_name_that_changes_its_address_after_the_check_leads_nowhere_else(http_server):
    """DNS rebinding: the first answer is harmless, the second is not. There must be no second question."""
    http_server.script("/", Reply(body=b"a"))
    answers = iter(["127.0.0.1", "169.254.169.254"])
    settings = Settings(allowed_networks="127.0.0.1/32", retry_attempts=1)
    reach = Reach(settings, lambda host, port: [next(answers)])
    endpoint = HttpEndpoint(url=f"http://rebinding.example:{http_server.port}/")
    with HttpClient(endpoint, settings, SOURCE, reach) as client:
        for _ in range(2):
            with client.answer(Ask("GET")) as answer:
                assert answer.read() == b"a"
    assert next(answers) == "169.254.169.254"


def test_the_next_address_is_tried_when_the_first_does_not_answer(http_server):
    http_server.script("/", Reply(body=b"a"))
    settings = Settings(allow_private_addresses=True, retry_attempts=1)
    reach = Reach(settings, lambda host, port: ["::1", "127.0.0.1"])
    endpoint = HttpEndpoint(url=f"http://dual.example:{http_server.port}/")
    with HttpClient(endpoint, settings, SOURCE, reach) as client, client.answer(Ask("GET")) as answer:
        assert answer.read() == b"a"


def test_a_closed_port_is_unresponsive():
    with closed_port() as port, pytest.raises(SourceUnresponsive, match="could not be connected to"):
        asked(f"http://api.example:{port}/", {"api.example": "127.0.0.1"})


@pytest.mark.parametrize(
    ("code", "error"),
    [(socket.EAI_AGAIN, SourceUnresponsive), (socket.EAI_NONAME, SourceRefused)],
    ids=["later", "never"],
)
def test_a_name_server_that_fails_is_another_thing_than_a_name_that_is_unknown(code, error):
    def resolve(host, port):
        raise socket.gaierror(code, "")

    settings = Settings(retry_attempts=1)
    with (
        HttpClient(HttpEndpoint(url="http://api.example/"), settings, SOURCE, Reach(settings, resolve)) as client,
        pytest.raises(error, match=r"api\.example"),
        client.answer(Ask("GET")),
    ):
        pass


# TLS


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def trusted(authority, tmp_path, monkeypatch):
    """The authority is one that this process trusts."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


@pytest.fixture
def tls_server(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("api.example").configure_cert(context)
    asked_for = []
    context.sni_callback = lambda connection, name, _: asked_for.append(name)
    with serving(context) as server:
        server.script("/", Reply(body=b"a"))
        server.asked_for = asked_for
        yield server


@pytest.mark.usefixtures("trusted")
def test_tls_carries_the_name_and_checks_it(tls_server):
    assert asked(f"https://api.example:{tls_server.port}/", {"api.example": "127.0.0.1"}) == (200, b"a")
    assert tls_server.asked_for == ["api.example"]


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_name_is_refused(tls_server):
    with pytest.raises(SourceRefused, match=r"other\.example has no certificate that can be trusted"):
        asked(f"https://other.example:{tls_server.port}/", {"other.example": "127.0.0.1"})


def test_a_certificate_of_an_unknown_authority_is_refused(tls_server):
    with pytest.raises(SourceRefused, match="certificate") as refused:
        asked(f"https://api.example:{tls_server.port}/", {"api.example": "127.0.0.1"})
    assert "SSL_CERT_FILE" in refused.value.remedy


def test_a_server_without_tls_is_refused(http_server):
    with pytest.raises(SourceRefused, match="does not speak TLS"):
        asked(f"https://api.example:{http_server.port}/", {"api.example": "127.0.0.1"})


def test_what_we_send_is_what_httpx_makes_of_it():
    """The transport reaches httpcore by its public parts only: this fails when an upgrade of either moves them."""
    assert httpx.BaseTransport.handle_request
    assert httpx.create_ssl_context().verify_mode is ssl.CERT_REQUIRED
