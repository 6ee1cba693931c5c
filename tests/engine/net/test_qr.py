from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.net.face import NetError
from engine.net.join_code import JoinCode
from engine.net.qr import MAX_ADDRESSES, MAX_LINK, JoinLink, qr_matrix

LINK = JoinLink(("192.168.1.5", "fd00::2", "ada-laptop.local"), 47100, JoinCode("amber-violin"))


@pytest.fixture
def reader() -> Any:
    return pytest.importorskip("zxingcpp", reason="the reader of QR pictures is not installed")


def test_a_link_says_all_that_is_needed_to_knock() -> None:
    assert LINK.text.startswith("ourojam://join?a=192.168.1.5&")
    assert JoinLink.parse(f"  {LINK.text}\n") == LINK


@given(
    st.lists(st.ip_addresses().map(str), max_size=12),
    st.integers(1, 65535),
    st.integers(0, 999_999).map(lambda number: JoinCode(f"{number:06d}")),
)
def test_links_are_bounded_and_read_back(addresses: list[str], port: int, code: JoinCode) -> None:
    link = JoinLink(tuple(addresses), port, code)
    again = JoinLink.parse(link.text)
    assert len(link.text) <= MAX_LINK
    assert (again.port, again.code) == (port, code)
    assert set(again.addresses) <= set(addresses)
    assert len(again.addresses) <= MAX_ADDRESSES


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://join?a=192.168.1.5&p=1&c=amber-violin",
        "ourojam://leave?a=192.168.1.5&p=1&c=amber-violin",
        "ourojam://join?a=192.168.1.5&c=amber-violin",
        "ourojam://join?a=192.168.1.5&p=0&c=amber-violin",
        "ourojam://join?a=192.168.1.5&p=70000&c=amber-violin",
        "ourojam://join?a=192.168.1.5&p=²&c=amber-violin",
        "ourojam://join?a=192.168.1.5&p=1&p=2&c=amber-violin",
        "ourojam://join?a=../../etc&p=1&c=amber-violin",
        "ourojam://join?a=192.168.1.5&p=1&c=nonsense",
        "ourojam://[join?a=1",
        "ourojam://join?" + "a=192.168.1.5&" * 12 + "p=1&c=amber-violin",
        "ourojam://join?" + "a" * 5000,
    ],
)
def test_other_links_are_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(NetError):
        JoinLink.parse(text)


@given(st.text(max_size=120))
def test_whatever_a_camera_reads_is_a_link_or_one_sentence(text: str) -> None:
    with pytest.raises(NetError):
        JoinLink.parse(f"ourojam://join?c={text}")


def test_the_picture_has_the_three_corners_of_a_qr_code() -> None:
    picture = qr_matrix(LINK.text)
    assert picture.dtype == np.bool_
    assert picture.shape[0] == picture.shape[1]
    eye = np.ones((7, 7), dtype=bool)
    eye[1:6, 1:6] = False
    eye[2:5, 2:5] = True
    for corner in (picture[:7, :7], picture[:7, -7:], picture[-7:, :7]):
        np.testing.assert_array_equal(corner, eye)


@pytest.mark.parametrize("text", [LINK.text, JoinLink((), 1, JoinCode("412234")).text, "x" * MAX_LINK])
def test_a_camera_reads_the_picture(text: str, reader: Any) -> None:
    modules = np.kron(np.pad(qr_matrix(text), 4), np.ones((4, 4), dtype=bool))
    read = reader.read_barcodes(np.where(modules, 0, 255).astype(np.uint8))
    assert [one.text for one in read] == [text]


def test_more_than_a_picture_holds_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match=str(MAX_LINK)):
        qr_matrix("x" * (MAX_LINK + 1))
    with pytest.raises(ValueError, match="port"):
        _ = JoinLink((), 0, JoinCode("amber-violin")).text
