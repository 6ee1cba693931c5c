"""What the network offers for jams: addresses, multicast, and sessions that show up by themselves."""

from __future__ import annotations

import secrets
import socket
import struct
import time

from engine.net.addresses import own_addresses
from engine.net.discovery import Announcement, Discovery
from game.commands.doctor import Found

GROUP = "239.255.76.77"
"""A group for networks of one's own (RFC 2365)."""

MOST_STRANGERS = 64
"""So many datagrams of others are passed over."""

HEAR_S = 1.0
FIND_S = 6.0
"""How long an echo, and an announcement, is waited for."""


def network() -> list[Found]:
    """Three lines, each with what to do."""
    addresses = own_addresses()
    advice = "connect this machine to a network to jam with others; everything else works without"
    rows = [Found("network", bool(addresses), ", ".join(addresses[:4]) or "no address on any network", advice)]
    fours = [one for one in addresses if ":" not in one]
    rows.append(_multicast(fours[0] if fours else ""))
    rows.append(_discovery() if addresses else Found("discovery", False, "no network to look on", advice))
    return rows


def _multicast(address: str) -> Found:
    """Whether a datagram to a group of one's own comes back on the likeliest network."""
    advice = "let the firewall pass multicast (UDP to 224.0.0.0/4); without it jams go from machine to machine as well"
    if not address:
        return Found("multicast", False, "no IPv4 network to send on", advice)
    word = secrets.token_bytes(16)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            member = struct.pack("4s4s", socket.inet_aton(GROUP), socket.inet_aton(address))
            sock.bind(("", 0))
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
            sock.settimeout(HEAR_S)
            sock.sendto(word, (GROUP, sock.getsockname()[1]))
            heard = any(sock.recv(64) == word for _ in range(MOST_STRANGERS))
    except OSError as error:
        why = "nothing comes back" if isinstance(error, TimeoutError) else str(error.strerror or error)
        return Found("multicast", False, f"does not work on {address} ({why})", advice)
    return Found("multicast", heard, f"works on {address}" if heard else "others are too loud on it", advice)


def _discovery() -> Found:
    """Whether a session that one half of this machine announces shows up at the other."""
    advice = "let the firewall pass multicast DNS (UDP 5353); else join by the address that the host's screen shows"
    session = secrets.token_hex(8)
    began_s = time.monotonic()
    told, heard = Discovery(), Discovery()
    try:
        told.announce(Announcement(session, "a check of the network", "doctor", 9, 0))
        while time.monotonic() - began_s < FIND_S:
            found = heard.found()
            if any(one.session == session for one in found):
                others = ", ".join(one.name for one in found if one.session != session)
                took = f"sessions show up after {time.monotonic() - began_s:.1f} s"
                return Found("discovery", True, f"{took}; on this network now: {others or 'none'}")
            time.sleep(0.02)
        problem = heard.problem or told.problem or f"an announced session did not show up in {FIND_S:g} s"
    finally:
        told.close()
        heard.close()
    return Found("discovery", False, problem.rstrip("."), advice)
