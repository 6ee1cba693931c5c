from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.net.addresses import Endpoint, own_addresses, parse_endpoint
from engine.net.face import NetError


def test_own_addresses_are_ones_others_can_use() -> None:
    found = own_addresses()
    assert len(found) == len(set(found))
    for text in found:
        address = ipaddress.ip_address(text)
        assert not address.is_loopback
        assert not address.is_unspecified


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("192.168.1.5:47100", Endpoint("192.168.1.5", 47100)),
        (" 192.168.1.5 ", Endpoint("192.168.1.5", 5000)),
        ("[fd00::2]:47100", Endpoint("fd00::2", 47100)),
        ("fd00::2", Endpoint("fd00::2", 5000)),
        ("[fe80::1%eth0]:1", Endpoint("fe80::1%eth0", 1)),
        ("ada-laptop.local:65535", Endpoint("ada-laptop.local", 65535)),
    ],
)
def test_addresses_are_read_as_people_write_them(typed: str, meant: Endpoint) -> None:
    assert parse_endpoint(typed, 5000) == meant
    assert parse_endpoint(str(meant)) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "192.168.1.999:1",
        "1.2.3",
        "a b:1",
        "host:0",
        "host:65536",
        "host:٣",
        "host:-1",
        "::::",
        "[::1",
        "x" * 400,
    ],
)
def test_what_is_no_address_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(NetError, match=r"192\.168\.1\.5:47100"):
        parse_endpoint(typed, 5000)


def test_without_a_port_one_is_asked_for() -> None:
    with pytest.raises(NetError, match="needs a port"):
        parse_endpoint("192.168.1.5")


@given(st.text(max_size=80))
def test_whatever_is_typed_is_an_address_or_one_sentence(typed: str) -> None:
    try:
        said, port = "", parse_endpoint(typed, 1).port
    except NetError as refused:
        said, port = str(refused), 1
    assert len(said) < 300
    assert 1 <= port <= 65535
