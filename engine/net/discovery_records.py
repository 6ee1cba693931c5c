"""What an announced session says, as it goes into DNS text records and as it is believed when it comes out of them."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

import regex
from zeroconf import IPVersion, ServiceInfo

from engine.net.face import MAX_PEERS

SERVICE = "_ourojam._udp.local."
MAX_NAME_BYTES = 200
"""Of a session's, a player's or a song's name in UTF-8: a text record holds 255 with its key (RFC 6763, 6.1)."""
MAX_VERSION_BYTES = 24
MAX_ADDRESSES = 8

_INSTANCE = re.compile(r"^([0-9a-f]{16})-[0-9a-f]{1,16}\." + re.escape(SERVICE) + "$")
_JOINER = "\u200d"  # holds emoji of several parts together


@dataclass(frozen=True, slots=True)
class Announcement:
    """A session as everyone on the network may read it.

    ``session`` is its id (16 hexadecimal digits), ``host`` the name of who conducts, ``port`` where it is reached by
    UDP, ``players`` how many are in it, ``song`` the title of what is picked.  Names may be of any length and hold
    anything; others see the first 200 bytes of them.
    """

    session: str
    name: str
    host: str
    port: int
    players: int = 1
    version: str = ""
    song: str = ""


@dataclass(frozen=True, slots=True)
class FoundSession:
    """A session somebody announces; ``addresses`` are where to knock, IPv4 first.  Its names are cleaned, not true."""

    session: str
    name: str
    host: str
    port: int
    players: int
    version: str
    song: str
    addresses: tuple[str, ...]
    last_seen_us: int

    @property
    def without_time(self) -> FoundSession:
        """The same, to be compared."""
        return replace(self, last_seen_us=0)


def name_for(session: str, tag: str) -> str:
    """The instance name; ``tag`` tells apart two machines that announce one session while it is handed over."""
    return f"{session}-{tag}.{SERVICE}"


def properties_of(said: Announcement) -> dict[str, str]:
    """The text records of an announcement."""
    return {
        "n": clean_text(said.name, MAX_NAME_BYTES),
        "h": clean_text(said.host, MAX_NAME_BYTES),
        "p": str(max(0, min(MAX_PEERS, said.players))),
        "v": clean_text(said.version, MAX_VERSION_BYTES),
        "t": clean_text(said.song, MAX_NAME_BYTES),
    }


def found_from(info: ServiceInfo, seen_us: int) -> FoundSession | None:
    """What an announcement says, bounded and cleaned; None when it is none of ours or cannot be reached."""
    instance = _INSTANCE.match(info.name)
    addresses = _addresses(info.parsed_scoped_addresses(IPVersion.All)[:64])
    if instance is None or not addresses or info.port is None or not 1 <= info.port <= 65535:
        return None
    said = info.properties
    players = _text(said, b"p", 4)
    return FoundSession(
        session=instance[1],
        name=_text(said, b"n", MAX_NAME_BYTES) or "Jam",
        host=_text(said, b"h", MAX_NAME_BYTES) or "somebody",
        port=info.port,
        players=min(MAX_PEERS, int(players)) if players.isascii() and players.isdigit() else 1,
        version=_text(said, b"v", MAX_VERSION_BYTES),
        song=_text(said, b"t", MAX_NAME_BYTES),
        addresses=addresses,
        last_seen_us=seen_us,
    )


def _text(said: Mapping[bytes, bytes | None], key: bytes, most_bytes: int) -> str:
    value = said.get(key) or b""
    return clean_text(value.decode("utf-8", "replace"), most_bytes)


def _addresses(hosts: list[str]) -> tuple[str, ...]:
    good: list[tuple[int, str]] = []
    for host in hosts:
        try:
            address = ipaddress.ip_address(host.partition("%")[0])
        except ValueError:
            continue
        if not (address.is_unspecified or address.is_multicast):
            good.append((address.version, host))
    good.sort(key=lambda pair: pair[0])
    return tuple(dict.fromkeys(host for _, host in good))[:MAX_ADDRESSES]


def clean_text(text: str, most_bytes: int) -> str:
    """One line without controls or marks that turn the direction of writing, cut between whole characters."""
    line = " ".join("".join(_kept(sign) for sign in text[: 4 * most_bytes]).split())
    size = 0
    kept: list[str] = []
    for sign in regex.findall(r"\X", line):
        size += len(sign.encode())
        if size > most_bytes:
            break
        kept.append(sign)
    return "".join(kept).strip()


def _kept(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    return "" if kind in ("Cf", "Cs", "Co", "Cn") and sign != _JOINER else sign
