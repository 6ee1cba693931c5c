"""O2Jam's sample banks (``.ojm``): a number for each sample, a WAV or Ogg file's bytes behind it.

Three kinds are in use: ``M30`` (Ogg samples under a four-letter mask), ``OMC`` (WAV samples scrambled, Ogg plain)
and ``OJM`` (the same, nothing scrambled).  Layout and keys as open2jam documents them.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from game.rhythm.formats.face import ChartError

MAX_BANK_BYTES = 48 * 1024 * 1024
"""The largest bank read; those in use stay below 30 MiB."""

MAX_SAMPLES = 20_000

OGG_NUMBERS = 1000
"""Ogg samples that come with WAV samples are numbered from here."""

_M30_HEADER = struct.Struct("<4s6i")  # signature, version, mask, samples, offset, payload bytes, padding
_M30_SAMPLE = struct.Struct("<32sihhihhi")  # name, bytes, codec, codec, music, number, zero, frames
_M30_MASKS = {0: b"\0\0\0\0", 16: b"nami", 32: b"0412"}
_M30_PLAIN_CODEC = 5  # samples of any other codec are numbered from OGG_NUMBERS on

_OMC_HEADER = struct.Struct("<4s2h3i")  # signature, WAVs, Oggs, start of the WAVs, start of the Oggs, file bytes
_OMC_WAV = struct.Struct("<32shhiihhii")  # name, format, channels, rate, byte rate, block, bits, unused, bytes
_OMC_OGG = struct.Struct("<32si")  # name, bytes

_PIECE = 1024 * 1024
_BLOCKS = 17
# Where each of 17 equal blocks of a scrambled WAV belongs (0-9, A-G), by the length's remainder to 17.
_ORDERS = (
    "GE29407168FA5C3DB",
    "72AB35D840C6FEG19",
    "CD3069A178G2BE4F5",
    "834D65BG2C79AFE01",
    "F2CD0415739G6BA8E",
    "04BGFDC65712389AE",
    "3G8769ED0AB45C21F",
    "4EGF587B0162C93AD",
    "6DE7GAB01CF238945",
    "AC089D345GEF12B67",
    "56C4DF7E8192GAB03",
    "BF4E3102DC675G98A",
    "32104CDBG56FE79A8",
    "9A0786G34125BEFDC",
    "A69CBG780F3125DE4",
    "D01E238B7C95AF46G",
    "1E23DB708C96FG5A4",
)


def read_bank(data: bytes, name: str) -> dict[int, bytes]:
    """The samples of a bank by number, each a whole WAV or Ogg file; a bank cut short gives those it still holds.

    Raises :class:`ChartError` when ``data`` is no such bank, is masked in an unknown way or breaks a bound.
    """
    if len(data) > MAX_BANK_BYTES:
        raise ChartError(name, f"is larger than {MAX_BANK_BYTES // 1024 // 1024} MiB; no sample bank is")
    if data[:4] == b"M30\0" and len(data) >= _M30_HEADER.size:
        return _read_m30(data, name)
    if data[:4] in (b"OMC\0", b"OJM\0") and len(data) >= _OMC_HEADER.size:
        return _read_omc(data, name, scrambled=data[:4] == b"OMC\0")
    raise ChartError(name, "is no O2Jam sample bank (M30, OMC or OJM)")


def _read_m30(data: bytes, name: str) -> dict[int, bytes]:
    _, _, mask, count, _, _, _ = _M30_HEADER.unpack_from(data)
    if mask not in _M30_MASKS:
        raise ChartError(name, f"is masked in an unknown way ({mask}); only its makers' tools can read it")
    samples: dict[int, bytes] = {}
    at = _M30_HEADER.size
    for _ in range(min(count, MAX_SAMPLES)):
        if at + _M30_SAMPLE.size > len(data):
            break
        _, size, codec, _, _, number, _, _ = _M30_SAMPLE.unpack_from(data, at)
        at += _M30_SAMPLE.size
        if size < 0 or at + size > len(data):
            break
        if number >= 0:
            number += 0 if codec == _M30_PLAIN_CODEC else OGG_NUMBERS
            samples[number] = _unmask(data[at : at + size], _M30_MASKS[mask])
        at += size
    return samples


def _unmask(sample: bytes, mask: bytes) -> bytes:
    """``sample`` with the mask taken off each whole group of four bytes."""
    whole = len(sample) // 4 * 4
    words = np.frombuffer(sample[:whole], dtype="<u4") ^ np.frombuffer(mask, dtype="<u4")
    return bytes(words.tobytes() + sample[whole:])


def _read_omc(data: bytes, name: str, scrambled: bool) -> dict[int, bytes]:
    _, _, _, _, oggs_at, end = _OMC_HEADER.unpack_from(data)
    oggs_at = min(oggs_at, len(data))
    samples: dict[int, bytes] = {}
    whole = memoryview(data)
    at = _OMC_HEADER.size
    mask = _RunningMask()
    number = 0
    while at + _OMC_WAV.size <= oggs_at and number < OGG_NUMBERS:
        _, kind, channels, rate, _, _, bits, _, size = _OMC_WAV.unpack_from(data, at)
        at += _OMC_WAV.size
        if size < 0 or at + size > len(data):
            return samples
        if size:
            raw = whole[at : at + size]
            sound = mask.off(_in_order(raw)) if scrambled else bytes(raw)
            if 1 <= channels <= 8 and 1000 <= rate <= 384_000 and bits in (8, 16, 24, 32):
                samples[number] = _wav(sound, kind, channels, rate, bits)
        at += size
        number += 1
    number = OGG_NUMBERS
    at = max(at, oggs_at)
    end = min(end, len(data))
    while at + _OMC_OGG.size <= end and number < OGG_NUMBERS + MAX_SAMPLES:
        _, size = _OMC_OGG.unpack_from(data, at)
        at += _OMC_OGG.size
        if size < 0 or at + size > len(data):
            break
        if size:
            samples[number] = data[at : at + size]
        at += size
        number += 1
    return samples


def _in_order(raw: memoryview) -> bytes:
    """``raw`` with its 17 blocks back in order; what does not fill a block stays at the end."""
    block = len(raw) // _BLOCKS
    places = [int(sign, _BLOCKS) for sign in _ORDERS[len(raw) % _BLOCKS]]
    blocks = [raw[:0]] * _BLOCKS
    for found, place in enumerate(places):
        blocks[place] = raw[found * block : (found + 1) * block]
    return b"".join((*blocks, raw[block * _BLOCKS :]))


class _RunningMask:
    """The mask of OMC's WAVs, which runs on from sample to sample.

    Bytes go in groups of eight.  The bits of a key byte, highest first, say which bytes of the group are
    inverted; the key of the next group is this group's last byte as it was stored::

        stored   ......K1 ......K2 ......
        key      FF       K1       K2
    """

    def __init__(self) -> None:
        self._key = 0xFF
        self._phase = 0  # bytes of the current group that are done

    def off(self, stored: bytes) -> bytes:
        """``stored`` without the mask."""
        # Piece by piece, since a mask is as large as what it covers.
        return b"".join(self._piece(stored[at : at + _PIECE]) for at in range(0, len(stored), _PIECE))

    def _piece(self, stored: bytes) -> bytes:
        given: NDArray[np.uint8] = np.frombuffer(stored, dtype=np.uint8)
        keys = np.append(np.uint8(self._key), given[7 - self._phase :: 8])
        done = self._phase + len(given)
        inverted = np.unpackbits(keys)[self._phase : done]
        self._key = int(keys[done // 8])
        self._phase = done % 8
        return (given ^ (inverted * np.uint8(0xFF))).tobytes()


def _wav(sound: bytes, kind: int, channels: int, rate: int, bits: int) -> bytes:
    """A WAV file around samples as they are; ``kind`` 3 is floating point, all else is taken for PCM."""
    kind = 3 if kind == 3 and bits == 32 else 1
    block = channels * bits // 8
    pad = b"\0" * (len(sound) % 2)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, kind, channels, rate, rate * block, block, bits)
    size = 4 + len(form) + 8 + len(sound) + len(pad)
    head = struct.pack("<4sI4s", b"RIFF", size, b"WAVE") + form + struct.pack("<4sI", b"data", len(sound))
    return b"".join((head, sound, pad))
