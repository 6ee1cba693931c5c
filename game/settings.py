"""What the player has set, kept as events of the ``profile`` stream.

Every change is one event with the setting's path and its new value; the settings are the fold of them all.  A
value that this version no longer accepts falls back to its default, so an old profile always opens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from engine.errors import UserError
from game.hands.bindings import Layout, default_layout, problem_with
from game.rhythm.rules import RULE_SETS

Palette = Literal["neon", "deuteranopia", "protanopia", "tritanopia"]
PALETTES: tuple[Palette, ...] = get_args(Palette)
"""The sets of colours there are."""


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class PlayfieldSettings(_Group):
    """How the playfield looks and moves."""

    scroll_ms: int = Field(default=600, ge=150, le=3000)
    downscroll: bool = True
    scroll_changes: bool = True
    lane_width: int = Field(default=64, ge=24, le=160)
    lane_spacing: int = Field(default=4, ge=0, le=40)
    hit_position: int = Field(default=110, ge=0, le=400)
    note_look: Literal["bar", "circle"] = "bar"
    palette: Palette = "neon"
    lane_background: int = Field(default=70, ge=0, le=100)
    background_dim: int = Field(default=80, ge=0, le=100)
    beam: bool = True
    judgement_text: bool = True
    early_late: bool = True
    error_bar: bool = True
    show_accuracy: bool = True
    show_combo: bool = True
    show_health: bool = True
    show_progress: bool = True
    latency_view: bool = False
    rules: str = "osu-mania-stable"

    @field_validator("rules")
    @classmethod
    def _known_rules(cls, value: str) -> str:
        if value not in RULE_SETS:
            raise ValueError(f"there is no rule set {value!r}; there are {', '.join(RULE_SETS)}")
        return value


class SoundSettings(_Group):
    """Where sound goes and how loud."""

    device: str = Field(default="", max_length=300)
    latency_ms: int = Field(default=10, ge=3, le=200)
    master: int = Field(default=80, ge=0, le=100)
    music: int = Field(default=100, ge=0, le=100)
    keys: int = Field(default=90, ge=0, le=100)
    effects: int = Field(default=70, ge=0, le=100)
    audio_offset_us: int = Field(default=0, ge=-500_000, le=500_000)


class InputSettings(_Group):
    """Which keys play, and how late eyes and hands are."""

    input_offset_us: int = Field(default=0, ge=-500_000, le=500_000)
    layouts: dict[int, Layout] = Field(default_factory=dict)
    """By lane count; lane counts that are not here play with the default layout."""

    @field_validator("layouts")
    @classmethod
    def _playable(cls, value: dict[int, Layout]) -> dict[int, Layout]:
        for keys, layout in value.items():
            if problem := problem_with(keys, layout):
                raise ValueError(problem)
        return value


class ScreenSettings(_Group):
    """The window and everything read on it."""

    fullscreen: bool = True
    vsync: bool = False
    frame_cap: int = Field(default=240, ge=30, le=1000)
    text_scale: int = Field(default=100, ge=75, le=200)
    reduced_motion: bool = False


class TalkSettings(_Group):
    """How chats work (requirements 004, 16.1); the models are set in ``models.toml``, never here."""

    ooc_open: str = Field(default="((", min_length=1, max_length=8)
    ooc_close: str = Field(default="))", min_length=1, max_length=8)
    recall_count: int = Field(default=4, ge=0, le=20)
    soft_tokens: int = Field(default=6000, ge=1000, le=100_000)
    hard_tokens: int = Field(default=8000, ge=1500, le=120_000)
    reply_tokens: int = Field(default=600, ge=50, le=4000)
    summaries: int = Field(default=3, ge=0, le=10)
    welcomed: bool = False
    """Whether the player was asked who they are, or skipped that."""


class JamSettings(_Group):
    """How jams are heard and seen (requirements 001, N7 and C5 to C7)."""

    name: str = Field(default="", max_length=40)
    hear_others: bool = True
    others_volume: int = Field(default=60, ge=0, le=100)
    fix_others: int = Field(default=70, ge=0, le=100)
    """How far the others' hits are held to the beat, as this listener hears them."""
    fix_own: int = Field(default=0, ge=0, le=100)
    guardrail: int = Field(default=30, ge=0, le=100)


class Settings(_Group):
    """All settings; groups are the tabs of the settings scene, save ``talk`` and ``jam``, shown where they belong."""

    playfield: PlayfieldSettings = PlayfieldSettings()
    sound: SoundSettings = SoundSettings()
    input: InputSettings = InputSettings()
    screen: ScreenSettings = ScreenSettings()
    talk: TalkSettings = TalkSettings()
    jam: JamSettings = JamSettings()

    def layout(self, keys: int) -> Layout:
        """The player's layout for ``keys`` lanes, or the one they start with."""
        return self.input.layouts.get(keys) or default_layout(keys)


@dataclass(frozen=True, slots=True)
class SettingChanged:
    """The player set something: ``path`` is ``group.name``, ``value`` plain data, None for the default."""

    kind: ClassVar[str] = "setting.changed"
    path: str
    value: Any


def changed(settings: Settings, path: str, value: Any) -> Settings:
    """The settings after ``path`` was set to ``value`` (None: back to its default).

    Raises:
        UserError: if there is no such setting or it does not take this value.
    """
    group_name, _, name = path.partition(".")
    group = getattr(settings, group_name, None)
    if not isinstance(group, BaseModel) or name not in type(group).model_fields:
        raise UserError(f"there is no setting {path!r}; the settings scene lists them all")
    fields = group.model_dump()
    if value is None:
        del fields[name]
    else:
        fields[name] = value
    try:
        return settings.model_copy(update={group_name: type(group).model_validate(fields)})
    except ValidationError as error:
        raise UserError(f"setting {path} does not take {value!r}: {error.errors()[0]['msg'].lower()}") from None


def fold(settings: Settings, event: SettingChanged) -> Settings:
    """As :func:`changed`, but what this version does not accept is left at its default."""
    try:
        return changed(settings, event.path, event.value)
    except UserError:
        return settings
