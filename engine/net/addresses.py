"""Which addresses this machine has on its networks, and addresses as people type them."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from typing import NamedTuple

import ifaddr

from engine.net.face import NetError

_VIRTUAL = re.compile(
    r"^(docker|br-|veth|virbr|vbox|vmnet|vEthernet|utun|tun|tap|wg|zt|tailscale|lxc|cni|podman)", re.I
)
"""Interfaces that usually lead to no other player; they come last."""

_HOST_NAME = re.compile(r"^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*\.?$")
_MAX_TYPED = 300


class Endpoint(NamedTuple):
    """Where a session is reached: an IP address or a host name, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def own_addresses() -> tuple[str, ...]:
    """The addresses others on the network may reach this machine by, the likeliest first; empty without a network.

    IPv4 before IPv6, real interfaces before virtual ones.  Loopback is left out, and so are link-local IPv6
    addresses: what comes after their ``%`` differs on each machine.
    """
    ranked: list[tuple[int, str]] = []
    for adapter in ifaddr.get_adapters():
        virtual = bool(_VIRTUAL.match(adapter.nice_name) or _VIRTUAL.match(str(adapter.name)))
        for ip in adapter.ips:
            text = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
            rank = _rank(ipaddress.ip_address(text.partition("%")[0]))
            if rank is not None:
                ranked.append((rank + 10 * virtual, text))
    return tuple(dict.fromkeys(text for _, text in sorted(ranked, key=lambda pair: pair[0])))


def _rank(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> int | None:
    if address.is_loopback or address.is_multicast or address.is_unspecified:
        return None
    if address.version == 4:
        return 1 if address.is_link_local else 0
    return None if address.is_link_local else 2


def parse_endpoint(typed: str, default_port: int = 0) -> Endpoint:
    """``192.168.1.5``, ``192.168.1.5:47100``, ``fe80::1%eth0``, ``[fd00::2]:47100`` or ``ada-laptop.local`` as typed.

    Raises:
        NetError: it is no address, or has no port and ``default_port`` is 0.
    """
    text = typed.strip()
    shown = text if len(text) <= 60 else text[:60] + "…"
    host, port = text, ""
    if len(text) <= _MAX_TYPED:
        if bracketed := re.fullmatch(r"\[([^\]]+)\](?::([0-9]{1,5}))?", text):
            host, port = bracketed[1], bracketed[2] or ""
        elif text.count(":") == 1:
            host, _, port = text.partition(":")
    if not is_host(host):
        raise NetError(f"“{shown}” is no address; type it as the host's screen shows it, such as 192.168.1.5:47100.")
    if not port and default_port:
        return Endpoint(host, default_port)
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
        raise NetError(f"“{shown}” needs a port from 1 to 65535 behind a colon, such as 192.168.1.5:47100.")
    return Endpoint(host, int(port))


def is_host(text: str) -> bool:
    """Whether ``text`` is written like an IP address or a host name."""
    if len(text) > _MAX_TYPED:
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        # Four numbers with dots that are no address are a slip, not the name of a host.
        return bool(_HOST_NAME.match(text)) and not re.fullmatch(r"[0-9.]+", text)
    return True


def bounded_hosts(hosts: Iterable[str], most: int) -> tuple[str, ...]:
    """The first ``most`` of ``hosts`` that are written like one, each once."""
    return tuple(dict.fromkeys(host for host in hosts if is_host(host)))[:most]


def numeric(addresses: Iterable[tuple[str, int]], six: bool) -> list[tuple[str, int]]:
    """Addresses with numbers for names, IPv6 ones only with ``six``; looking names up may take a while.

    Raises:
        NetError: none is left.
    """
    out: list[tuple[str, int]] = []
    asked = list(addresses)
    for host, port in asked:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
        except OSError:
            continue
        out += [(str(each[4][0]), port) for each in found if six or each[0] == socket.AF_INET]
    if not out:
        raise NetError(f"No machine on this network is called {asked[0][0]}: check the name, or use its address.")
    return list(dict.fromkeys(out))
