"""O2Jam: a real song against its osu! form, levels and sample banks built by hand, and damaged ones."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from game.rhythm.chart import Chart, NoteKind
from game.rhythm.formats import o2jam, ojm, osu
from game.rhythm.formats.containers import NoFolder
from game.rhythm.formats.face import ChartError, ReadResult

TAP, HOLD = NoteKind.TAP, NoteKind.HOLD

Package = tuple[int, int, bytes, int]


def events(measure: int, channel: int, *cells: tuple[int, int, int] | int) -> Package:
    """A package of events: (value, volume and pan, type), or just a value."""
    rows = [(cell, 0, 0) if isinstance(cell, int) else cell for cell in cells]
    return measure, channel, b"".join(struct.pack("<hBB", *row) for row in rows), len(rows)


def numbers(measure: int, channel: int, *values: float) -> Package:
    """A package of tempos (channel 1) or of a measure's length (channel 0)."""
    return measure, channel, struct.pack(f"<{len(values)}f", *values), len(values)


def level(packages: Iterable[Package]) -> bytes:
    return b"".join(struct.pack("<ihh", measure, channel, n) + body for measure, channel, body, n in packages)


def ojn(*levels: bytes, bpm: float = 120.0, title: bytes = b"T", bank: bytes = b"a.ojm") -> bytes:
    """A whole file; at 120 beats a minute a measure lasts 2 s."""
    levels = (*levels, b"", b"", b"")[:3]
    starts = [300]
    for one in levels:
        starts.append(starts[-1] + len(one))
    head = struct.pack("<i4sfif4h", 1, b"ojn\0", 2.9, 2, bpm, 5, 10, 15, 0)
    head += struct.pack("<12i2h20s2i", *[0] * 12, 0, 0, b"", 0, 0)
    head += struct.pack("<64s32s32s32s", title, b"A", b"N", bank)
    head += struct.pack("<4i4i", 0, 0, 0, 0, *starts)
    return head + b"".join(levels)


def read(data: bytes) -> ReadResult:
    return o2jam.parse(data, "songs/o2.ojn", NoFolder())


def chart(*packages: Package, **more: Any) -> Chart:
    return read(ojn(level(packages), **more)).charts[0]


def notes(one: Chart) -> list[tuple[int, int, int, int]]:
    """(milliseconds, end in milliseconds, lane, kind) of each note."""
    return [(int(n["at_us"]) // 1000, int(n["end_us"]) // 1000, int(n["lane"]), int(n["kind"])) for n in one.notes]


@pytest.mark.real
def test_a_real_song_has_the_notes_of_its_osu_form(real_data: Path) -> None:
    expected = json.loads((real_data / "expected.json").read_text())["charts"]["o2ma120.ojn"]
    result = read((real_data / "charts" / "o2ma120.ojn").read_bytes())
    other = osu.parse((real_data / "charts" / "CheckItOut.osu").read_bytes(), "CheckItOut.osu", NoFolder()).charts[0]
    assert [len(one.notes) for one in result.charts] == expected["notes"]
    assert [one.level for one in result.charts] == ["Easy 4", "Normal 4", "Hard 4"]
    for one in result.charts:
        assert one.keys == other.keys == 7
        assert one.notes["lane"].tolist() == other.notes["lane"].tolist()
        apart = one.notes["at_us"] - other.notes["at_us"]
        assert apart.max() - apart.min() <= 1000
        assert len(one.notes) + len(one.backing) == expected["events"][0]
        assert one.timing["beat_us"].tolist() == [60e6 / expected["bpm"]]
        assert set(one.notes["sound"].tolist()) <= set(range(len(one.sounds)))
        assert one.sounds[0] == "o2ma120.ojm#0"
    assert len({one.hash for one in result.charts}) == 3


def test_events_share_their_measure_evenly_on_seven_lanes() -> None:
    one = chart(events(0, 2, 1, 0, 0, 0), events(1, 8, 0, 1), events(2, 5, 0, 1, 0))
    assert notes(one) == [(0, 0, 0, TAP), (3000, 3000, 6, TAP), (4666, 4666, 3, TAP)]
    assert (one.title, one.artist, one.creator, one.level, one.tags) == ("T", "A", "N", "Easy 5", ("Dance",))


def test_holds_begin_and_end_with_their_types() -> None:
    # A hold over two packages; one that never ends; an end that never began.
    one = read(
        ojn(
            level(
                [events(0, 2, (1, 0, 2), 0), events(1, 2, (1, 0, 3)), events(0, 3, (1, 0, 2)), events(1, 4, (1, 0, 3))]
            )
        )
    )
    assert notes(one.charts[0]) == [(0, 2000, 0, HOLD), (0, 0, 1, TAP)]
    assert "1 holds" in one.warnings[0]
    assert "1 hold ends" in one.warnings[1]


def test_samples_are_numbered_and_the_higher_types_begin_at_1000() -> None:
    one = chart(events(0, 2, (3, 0, 0), (3, 0, 4), (1, 0, 0)), events(0, 9, (7, 0, 4)))
    assert one.sounds == ("a.ojm#0", "a.ojm#2", "a.ojm#1002", "a.ojm#1006")
    assert one.notes["sound"].tolist() == [1, 2, 0]
    assert one.backing["sound"].tolist() == [3]


def test_without_a_bank_there_are_no_sounds() -> None:
    one = chart(events(0, 2, 1), events(0, 9, 1), bank=b"")
    assert (one.sounds, one.notes["sound"].tolist(), len(one.backing)) == ((), [-1], 0)


def test_automatic_sounds_have_volume_and_pan() -> None:
    one = chart(events(0, 2, 1), events(0, 9, (1, 0x00, 0), (1, 0xF1, 0), (1, 0x3F, 0), (1, 0x08, 3)))
    assert one.backing["at_us"].tolist() == [0, 500_000, 1_000_000]
    assert one.backing["volume"].tolist() == pytest.approx([1, 1, 0.2])
    assert one.backing["pan"].tolist() == pytest.approx([0, -1, 1])


def test_tempo_changes_within_a_measure() -> None:
    # Half a measure at 120 (1 s), then 60: a measure lasts 4 s.
    one = chart(numbers(0, 1, 0, 60), events(1, 2, 1), events(2, 2, 1))
    assert [at for at, *_ in notes(one)] == [3000, 7000]
    assert one.timing.tolist() == [(0, 500_000.0, 4), (1_000_000, 1_000_000.0, 4)]
    assert one.scroll.tolist() == [(0, 2.0, 0.0), (1_000_000, 1.0, 0.0)]


def test_a_short_measure_brings_the_next_one_nearer() -> None:
    one = chart(numbers(1, 0, 0.75), events(1, 2, 0, 1), events(2, 2, 1))
    assert [at for at, *_ in notes(one)] == [2750, 3500]
    assert one.timing.tolist() == [(0, 500_000.0, 4), (2_000_000, 500_000.0, 3), (3_500_000, 500_000.0, 4)]


def test_a_note_given_twice_counts_once() -> None:
    assert notes(chart(events(0, 2, 1), events(0, 2, 1, 0))) == [(0, 0, 0, TAP)]


@pytest.mark.parametrize("value", [-5.0, float("nan"), float("inf"), 1e30])
def test_impossible_tempos_and_lengths_are_left_out(value: float) -> None:
    result = read(ojn(level([numbers(0, 1, value), numbers(0, 0, value), events(1, 2, 1)])))
    assert notes(result.charts[0]) == [(2000, 2000, 0, TAP)]
    assert len(result.warnings) == 2
    assert chart(events(1, 2, 1), bpm=value).first_us == 2_000_000


def test_a_level_without_notes_is_left_alone() -> None:
    result = read(ojn(level([events(0, 2, 1)])))
    assert [one.reason for one in result.skipped] == ["has no notes"] * 2


@pytest.mark.parametrize(
    ("encoding", "title"),
    [
        ("ascii", "Canon"),
        ("utf-8", "캐논 변주곡"),
        ("utf-8", "カノン変奏曲"),
        ("euc-kr", "캐논 변주곡 (V3)"),
        ("shift_jis", "カノン変奏曲"),
        ("gbk", "卡农变奏曲"),
    ],
)
def test_titles_are_read_in_the_encoding_they_are_in(encoding: str, title: str) -> None:
    assert chart(events(0, 2, 1), title=title.encode(encoding)).title == title


def test_the_encrypted_kind_is_refused_by_name() -> None:
    with pytest.raises(ChartError, match="encrypted"):
        read(b"new" + bytes(400))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no O2Jam chart"),
        (ojn()[:299], "no O2Jam chart"),
        (bytes(500), "no O2Jam chart"),
        (ojn(level([events(2**31 - 1, 2, 1)])), "more than a day"),
        (ojn(bytes(500_000)), "than any song needs"),
        (ojn(level([events(0, 2, *[1] * 32_000)]) * 40), "than any song needs"),
        (bytes(16 * 1024 * 1024 + 1), "larger than 16 MiB"),
    ],
)
def test_what_is_no_song_is_refused_in_one_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(ChartError) as refused:
        read(data)
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    "tail",
    [struct.pack("<ihh", 1, 2, 32767), struct.pack("<ihh", 1, 2, -1), struct.pack("<ihh", -1, 2, 1) + bytes(4)],
)
def test_a_damaged_level_is_read_up_to_the_damage(tail: bytes) -> None:
    result = read(ojn(level([events(0, 2, 1)]) + tail))
    assert notes(result.charts[0]) == [(0, 0, 0, TAP)]
    assert "damaged at byte 312" in result.warnings[0]


def test_a_file_cut_off_says_so() -> None:
    whole = ojn(level([events(0, 2, 1)]), level([events(0, 2, 1)]), level([events(0, 2, 1)]))
    result = read(whole[:-16])
    assert len(result.charts) == 1
    assert "cut off" in " ".join(result.warnings)


SMALL = ojn(
    level(
        [numbers(0, 1, 0, 90), numbers(1, 0, 0.5), events(0, 2, (1, 0, 2), 0), events(1, 2, (1, 0, 3)), events(2, 9, 1)]
    ),
    level([events(0, 3, 1, 1, 1)]),
)


def outcome(data: bytes) -> ReadResult | UserError:
    """What reading gives; anything but charts or a sentence for the player is a fault and passes through."""
    try:
        return read(data)
    except UserError as refused:
        return refused


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SMALL)), st.integers(0, 8), st.binary(max_size=8)), max_size=4))
def test_a_file_changed_anywhere_is_charts_or_one_sentence(edits: list[tuple[int, int, bytes]]) -> None:
    data = SMALL
    for at, length, put in edits:
        data = data[:at] + put + data[at + length :]
    result = outcome(data)
    if isinstance(result, UserError):
        assert "\n" not in str(result)
    else:
        for one in result.charts:
            assert (one.notes["end_us"] >= one.notes["at_us"]).all()
            assert (one.notes["lane"] < 7).all()


def ogg() -> bytes:
    """A short Ogg file."""
    file = io.BytesIO()
    soundfile.write(file, np.zeros(2000), 44100, format="OGG", subtype="VORBIS")
    return file.getvalue()


def masked(sound: bytes, mask: bytes) -> bytes:
    whole = len(sound) // 4 * 4
    return bytes(byte ^ mask[at % 4] for at, byte in enumerate(sound[:whole])) + sound[whole:]


def m30(mask: int, *samples: tuple[int, int, bytes], count: int | None = None) -> bytes:
    """An M30 bank of (number, codec, stored bytes)."""
    body = b"".join(
        struct.pack("<32sihhihhi", b"s", len(sound), codec, 0, 0, number, 0, 0) + sound
        for number, codec, sound in samples
    )
    return struct.pack("<4s6i", b"M30\0", 1, mask, len(samples) if count is None else count, 28, len(body), 0) + body


@pytest.mark.parametrize(("mask", "key"), [(0, bytes(4)), (16, b"nami"), (32, b"0412")])
def test_m30_samples_are_unmasked_and_playable(mask: int, key: bytes) -> None:
    sound = ogg()
    bank = ojm.read_bank(m30(mask, (7, 5, masked(sound, key)), (2, 0, masked(sound, key))), "a.ojm")
    assert bank == {7: sound, 1002: sound}
    assert soundfile.read(io.BytesIO(bank[7]))[1] == 44100


def scrambled(sound: bytes, key: int, phase: int) -> tuple[bytes, int, int]:
    """A WAV sample as OMC stores it, byte by byte, and the mask's state after it."""
    stored = bytearray()
    for byte in sound:
        kept = byte ^ 0xFF if key >> (7 - phase) & 1 else byte
        stored.append(kept)
        phase += 1
        if phase == 8:
            key, phase = kept, 0
    block = len(stored) // 17
    order = [int(sign, 17) for sign in ojm._ORDERS[len(stored) % 17]]
    moved = b"".join(stored[place * block : (place + 1) * block] for place in order)
    return moved + stored[17 * block :], key, phase


def omc(signature: bytes, wavs: Iterable[bytes], oggs: Iterable[bytes]) -> bytes:
    """A bank of WAV samples (mono, 16 bits, 22,050 Hz) and Ogg samples, as stored."""
    first = b"".join(struct.pack("<32shhiihhii", b"w", 1, 1, 22050, 44100, 2, 16, 0, len(one)) + one for one in wavs)
    second = b"".join(struct.pack("<32si", b"o", len(one)) + one for one in oggs)
    end = 20 + len(first) + len(second)
    return struct.pack("<4s2h3i", signature, 0, 0, 20, 20 + len(first), end) + first + second


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=5))
def test_omc_waves_come_back_in_order_and_without_the_mask(sounds: list[bytes]) -> None:
    stored = []
    key, phase = 0xFF, 0
    for sound in sounds:
        one, key, phase = scrambled(sound, key, phase)
        stored.append(one)
    bank = ojm.read_bank(omc(b"OMC\0", stored, []), "a.ojm")
    assert bank.keys() == {number for number, sound in enumerate(sounds) if sound}
    for number, wav in bank.items():
        assert wav[44 : 44 + len(sounds[number])] == sounds[number]


def test_plain_banks_hold_playable_waves_and_oggs() -> None:
    wave = np.arange(-500, 500, dtype="<i2").tobytes()
    bank = ojm.read_bank(omc(b"OJM\0", [wave, b"", wave[:-1]], [b"", ogg()]), "a.ojm")
    assert bank.keys() == {0, 2, 1001}
    sound, rate = soundfile.read(io.BytesIO(bank[0]), dtype="int16")
    assert (rate, sound.tolist()) == (22050, list(range(-500, 500)))
    assert len(soundfile.read(io.BytesIO(bank[2]))[0]) == 999
    assert soundfile.read(io.BytesIO(bank[1001]))[1] == 44100


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no O2Jam sample bank"),
        (b"OggS" + bytes(50), "no O2Jam sample bank"),
        (m30(3), "masked in an unknown way"),
    ],
)
def test_what_is_no_bank_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ChartError, match=reason):
        ojm.read_bank(data, "a.ojm")


def test_a_bank_with_an_absurd_count_gives_what_it_holds() -> None:
    assert ojm.read_bank(m30(0, (1, 5, b"abcd"), count=2**31 - 1), "a.ojm") == {1: b"abcd"}
    assert ojm.read_bank(m30(0, (1, 5, b"abcd"), (2, 5, b"abcd"))[:-1], "a.ojm") == {1: b"abcd"}


BANKS = (m30(16, (7, 5, b"abcde"), (2, 0, b"xyz")), omc(b"OMC\0", [b"w" * 40], [b"o" * 9]))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(BANKS),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 8), st.binary(max_size=8)), max_size=4),
)
def test_a_bank_changed_anywhere_gives_samples_or_one_sentence(
    bank: bytes, edits: list[tuple[int, int, bytes]]
) -> None:
    for at, length, put in edits:
        bank = bank[:at] + put + bank[at + length :]
    try:
        samples = ojm.read_bank(bank, "a.ojm")
    except UserError:
        return
    assert sum(map(len, samples.values())) <= len(bank) + 46 * len(samples)
