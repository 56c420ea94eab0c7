"""Reach: which addresses of the network connectors may connect to.

A connector's URL comes from a customer, so that without this guard a customer could have the service talk to its own
neighbours: databases on loopback, machines of the private network, the cloud's metadata service.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from pipeline_exec.settings import Settings

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Sequence[str]]
"""The addresses of a host as text. Raises ``socket.gaierror``."""

#: What ``is_global`` of some Python releases lets through: IETF assignments (Oracle's metadata service is one),
#: the 6to4 relay, and Azure's WireServer, which hands a virtual machine its configuration and credentials:
#: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
_NOT_PUBLIC = tuple(
    map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "2001:db8::/32", "3fff::/20"))
)
#: All of IPv6 that is given to single machines: https://www.iana.org/assignments/ipv6-address-space
_GLOBAL_UNICAST = IPv6Network("2000::/3")

#: Addresses that carry an IPv4 address in their last four bytes: RFC 6052, RFC 8215, RFC 4291 section 2.5.5.1.
_CARRIERS = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))


class NotPublicError(Exception):
    """A host has an address that connectors may not connect to."""


def system_addresses(host: str, port: int) -> Sequence[str]:
    """The addresses the operating system finds for a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(place[0]) for *_, place in found]


class Reach:
    """Decides by address, never by name: names lie."""

    def __init__(self, settings: Settings, resolve: Resolver = system_addresses) -> None:
        self._settings = settings
        self._resolve = resolve

    def addresses(self, host: str, port: int) -> Sequence[Address]:
        """The addresses of a host, in the order to try them. Connect to these, not to the name: it may change.

        Raises:
            NotPublicError: one of them may not be reached.
            socket.gaierror: there are none.
        """
        addresses = [ip_address(text) for text in dict.fromkeys(self._resolve(host, port))]
        if not all(self.allows(address) for address in addresses):
            raise NotPublicError(host)
        return addresses

    def allows(self, address: Address) -> bool:
        """Whether connectors may connect to the address."""
        if self._settings.allow_private_addresses or is_public(address):
            return True
        return any(inner in network for inner in carried(address) for network in self._settings.allowed_networks)


def is_public(address: Address) -> bool:
    """Whether the address, and any it carries, is a public one of a single machine."""
    return all(map(_is_public, carried(address)))


def carried(address: Address) -> tuple[Address, ...]:
    """The IPv4 addresses that an IPv6 address stands for, or else the address itself."""
    if isinstance(address, IPv4Address):
        return (address,)
    if any(address in network for network in _CARRIERS) and int(address) > 1:
        return (IPv4Address(int(address) & 0xFFFF_FFFF),)
    inner = (address.ipv4_mapped, address.sixtofour, *(address.teredo or ()))
    return tuple(found for found in inner if found) or (address,)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    if any(address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
