"""What stands on the pages of the settings scene: every setting with its name, its bounds and a sentence on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.draw import icons
from engine.sound import Bus
from game.rhythm.rules import RULE_SETS, rule_set
from game.scenes.canvas import Act
from game.scenes.palette import LANES
from game.scenes.settings_changes import Changes
from game.scenes.settings_rows import Button, Choice, Heading, Row, Slider, Switch
from game.settings import PALETTES


def _ms(value: int) -> str:
    return f"{value} ms"


def _percent(value: int) -> str:
    return f"{value} %"


def offset_words(offset_us: int) -> str:
    """An offset as it is read: a sign and milliseconds."""
    sign = "+" if offset_us > 0 else "\u2212" if offset_us < 0 else ""
    return f"{sign}{abs(offset_us) / 1000:.1f} ms"


def _whole_ms(value: int) -> str:
    return f"{'+' if value > 0 else chr(0x2212) if value < 0 else ''}{abs(value)} ms"


def playfield_rows() -> list[Row]:
    """How the field looks and what stands around it."""
    p = "playfield."
    rules = [(name, rule_set(name).title) for name in RULE_SETS]
    palettes = [(name, name.capitalize()) for name in PALETTES]
    return [
        Heading("Movement"),
        Slider(
            "Scroll time",
            "How long a note is on its way to the line. Less is faster and spreads dense charts out.",
            p + "scroll_ms",
            *(150, 2000, 10),
            shown=_ms,
        ),
        Choice(
            "Direction",
            "Where notes come from: downwards from above, or upwards from below.",
            p + "downscroll",
            ((True, "Down"), (False, "Up")),
        ),
        Switch(
            "Scroll changes",
            "Follow the chart where it speeds up, slows down or stops. Off: one steady speed.",
            p + "scroll_changes",
        ),
        Heading("Lanes"),
        Slider("Lane width", "Very wide fields are made narrower to fit the window.", p + "lane_width", 24, 160, 2),
        Slider("Spacing", "The gap between two lanes.", p + "lane_spacing", 0, 40, 1),
        Slider("Line position", "How far the line to hit on stands from the edge.", p + "hit_position", 0, 400, 5),
        Slider(
            "Lane background",
            "How dark the ground behind the notes is.",
            p + "lane_background",
            0,
            100,
            5,
            shown=_percent,
        ),
        Slider(
            "Background dim",
            "How much the song's picture is darkened.",
            p + "background_dim",
            0,
            100,
            5,
            shown=_percent,
        ),
        Heading("Notes"),
        Choice("Look", "The form of the notes.", p + "note_look", (("bar", "Bars"), ("circle", "Circles"))),
        Choice(
            "Colours",
            "Neon, or sets that eyes with deuteranopia, protanopia or tritanopia tell apart.",
            p + "palette",
            palettes,
            colours=lambda name: LANES[name],
        ),
        Switch("Beam", "Light in a lane while its key is held.", p + "beam"),
        Heading("Around the field"),
        Switch("Judgement", "The word for every hit.", p + "judgement_text"),
        Switch("Early and late", "Which way a hit missed the perfect, and by how many milliseconds.", p + "early_late"),
        Switch("Error bar", "Your last hits on a bar of the windows: left is early, right is late.", p + "error_bar"),
        Switch("Combo", "The count, and a ring that closes every hundred.", p + "show_combo"),
        Switch("Accuracy", "Under the score.", p + "show_accuracy"),
        Switch("Health", "The bar beside the field.", p + "show_health"),
        Switch("Progress", "A ring that closes as the song goes on.", p + "show_progress"),
        Switch("Latency view", "How long input, frames and sound take, while you play.", p + "latency_view"),
        Heading("Judging"),
        Choice(
            "Rule set",
            "How strictly hits are judged and how points add up. Song select can choose another for one play.",
            p + "rules",
            rules,
        ),
    ]


def sound_rows(devices: Sequence[tuple[str, str]], look: Act, test: Callable[[Bus], None], calibrate: Act) -> list[Row]:
    """Where sound goes, how loud, and how late it is."""
    s = "sound."

    def level(title: str, note: str, name: str, bus: Bus) -> Slider:
        return Slider(title, note, s + name, 0, 100, 5, shown=_percent, test=lambda: test(bus))

    return [
        Heading("Output"),
        Choice(
            "Device",
            "Where sound goes. Another one is opened at once.",
            s + "device",
            tuple(devices),
        ),
        Slider(
            "Buffer",
            "Less answers sooner, more is safer against crackle.",
            s + "latency_ms",
            *(3, 100, 1),
            shown=_ms,
        ),
        Button(
            "Open it again",
            "For a device that was plugged in late, or is gone.",
            words="Look again",
            icon=icons.RETRY,
            act=look,
        ),
        Heading("Volume", "Enter lets you hear it"),
        level("Everything", "All of the game's sound together.", "master", Bus.MASTER),
        level("Music", "The songs.", "music", Bus.MUSIC),
        level("Keys", "Sounds that your own presses make, in charts that have them.", "keys", Bus.KEYS),
        level("Effects", "Menus, the metronome, results.", "effects", Bus.EFFECTS),
        Heading("Timing"),
        Slider(
            "Audio offset",
            "How much later you hear than the device says. More, if you are told LATE when you follow the music.",
            s + "audio_offset_us",
            *(-500, 500, 1),
            unit=1000,
            shown=_whole_ms,
        ),
        Button(
            "Set it by ear",
            "Tap along to a click; the offset is measured.",
            words="Calibrate",
            icon=icons.AIM,
            act=calibrate,
            value=lambda changes: offset_words(changes.value(s + "audio_offset_us")),
        ),
    ]


def keys_rows(calibrate: Act) -> list[Row]:
    """What stands under the lanes of the keys page."""
    i = "input."
    return [
        Slider(
            "Input offset",
            "How late your hands and the picture are. More, if you are told LATE when you follow your eyes.",
            i + "input_offset_us",
            *(-500, 500, 1),
            unit=1000,
            shown=_whole_ms,
        ),
        Button(
            "Set it by eye",
            "Tap when a note meets the line; the offset is measured.",
            words="Calibrate",
            icon=icons.AIM,
            act=calibrate,
            value=lambda changes: offset_words(changes.value(i + "input_offset_us")),
        ),
    ]


def screen_rows() -> list[Row]:
    """The window and what is read on it."""
    s = "screen."
    return [
        Heading("Window"),
        Switch("Full screen", "Fill the screen, or play in a window.", s + "fullscreen"),
        Switch(
            "Wait for the display",
            "No torn pictures, at the price of a little latency.",
            s + "vsync",
        ),
        Slider(
            "Frames a second",
            "At most so many, while not waiting for the display. Keys are read a thousand times a second regardless.",
            s + "frame_cap",
            *(30, 480, 10),
        ),
        Heading("Reading"),
        Slider(
            "Text size", "Everything that is measured with it grows too.", s + "text_scale", 75, 200, 5, shown=_percent
        ),
        Switch("Less motion", "Nothing slides, swells or turns but the notes.", s + "reduced_motion"),
    ]


def device_options(changes: Changes, found: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """What can be chosen as sound device: the system's own, those found, and the one set even if it is gone."""
    options = [("", "The system's own"), *found]
    now = changes.value("sound.device")
    if all(value != now for value, _ in options):
        options.append((now, f"{now} (not there)"))
    return options
