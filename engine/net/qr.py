"""What a QR picture of a session says: a link with its addresses and its join code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np
import numpy.typing as npt
import segno

from engine.net.addresses import bounded_hosts, is_host
from engine.net.face import NetError
from engine.net.join_code import JoinCode

SCHEME = "ourojam"
MAX_LINK = 300
"""The longest link, in characters: a picture of at most version 13, which cameras still read off a screen."""

MAX_ADDRESSES = 6
_NO_LINK = "That is no link to a jam; ask the host for a new one."


@dataclass(frozen=True, slots=True)
class JoinLink:
    """Everything needed to knock at a session: its addresses, the likeliest first, its port and its join code."""

    addresses: tuple[str, ...]
    port: int
    code: JoinCode

    @property
    def text(self) -> str:
        """``ourojam://join?a=192.168.1.5&p=47100&c=amber-violin``; addresses beyond the bounds are left out."""
        if not 1 <= self.port <= 65535:
            raise ValueError(f"a port is 1 to 65535, not {self.port}")
        hosts = bounded_hosts(self.addresses, MAX_ADDRESSES)
        while True:
            said = [("a", host) for host in hosts] + [("p", str(self.port)), ("c", self.code.text)]
            link = f"{SCHEME}://join?{urlencode(said, safe=':')}"
            if len(link) <= MAX_LINK:
                return link
            hosts = hosts[:-1]

    @classmethod
    def parse(cls, text: str) -> JoinLink:
        """What a link says.

        Raises:
            NetError: it is not one of ours, or says something no session has.
        """
        text = text.strip()
        if len(text) > MAX_LINK:
            raise NetError(_NO_LINK)
        try:
            parts = urlsplit(text)
            said = parse_qsl(parts.query, max_num_fields=MAX_ADDRESSES + 4)
        except ValueError:
            raise NetError(_NO_LINK) from None
        if parts.scheme != SCHEME or parts.netloc != "join":
            raise NetError(_NO_LINK)
        addresses = tuple(value for key, value in said if key == "a")
        ports = [value for key, value in said if key == "p"]
        codes = [value for key, value in said if key == "c"]
        if not all(map(is_host, addresses)) or len(ports) != 1 or len(codes) != 1:
            raise NetError(_NO_LINK)
        if not (ports[0].isascii() and ports[0].isdigit() and 1 <= int(ports[0]) <= 65535):
            raise NetError(_NO_LINK)
        return cls(bounded_hosts(addresses, MAX_ADDRESSES), int(ports[0]), JoinCode.parse(codes[0]))


def qr_matrix(text: str) -> npt.NDArray[np.bool_]:
    """``text`` as a QR picture, true is dark, without the four modules of quiet zone it needs around it.

    The smallest version that holds it at error level M (15 % of it may be hidden).

    Raises:
        ValueError: more than :data:`MAX_LINK` characters.
    """
    if len(text) > MAX_LINK:
        raise ValueError(f"a QR picture of ours holds {MAX_LINK} characters, not {len(text)}")
    code = segno.make(text, error="m", micro=False, boost_error=False)
    return cast("npt.NDArray[np.bool_]", np.array([[bool(module) for module in row] for row in code.matrix]))
