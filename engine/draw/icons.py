"""The icons the game uses, as characters of the icon font; write them into any text, of Dear ImGui or of ours."""

from __future__ import annotations

from typing import Final

from imgui_bundle import icons_fontawesome_6 as awesome

PLAY: Final[str] = awesome.ICON_FA_PLAY
PAUSE: Final[str] = awesome.ICON_FA_PAUSE
REPLAY: Final[str] = awesome.ICON_FA_FILM
RETRY: Final[str] = awesome.ICON_FA_REPEAT
SETTINGS: Final[str] = awesome.ICON_FA_GEAR
MUSIC: Final[str] = awesome.ICON_FA_MUSIC
STAR: Final[str] = awesome.ICON_FA_STAR
TROPHY: Final[str] = awesome.ICON_FA_TROPHY
FOLDER: Final[str] = awesome.ICON_FA_FOLDER_OPEN
ADD: Final[str] = awesome.ICON_FA_FOLDER_PLUS
SEARCH: Final[str] = awesome.ICON_FA_MAGNIFYING_GLASS
KEYBOARD: Final[str] = awesome.ICON_FA_KEYBOARD
BACK: Final[str] = awesome.ICON_FA_ARROW_LEFT
CHECK: Final[str] = awesome.ICON_FA_CHECK
CROSS: Final[str] = awesome.ICON_FA_XMARK
WARNING: Final[str] = awesome.ICON_FA_TRIANGLE_EXCLAMATION
INFO: Final[str] = awesome.ICON_FA_CIRCLE_INFO
EYE: Final[str] = awesome.ICON_FA_EYE
AIM: Final[str] = awesome.ICON_FA_BULLSEYE
EXIT: Final[str] = awesome.ICON_FA_DOOR_OPEN
CLOCK: Final[str] = awesome.ICON_FA_CLOCK
BOLT: Final[str] = awesome.ICON_FA_BOLT
HEART: Final[str] = awesome.ICON_FA_HEART
SLIDERS: Final[str] = awesome.ICON_FA_SLIDERS
GAMEPAD: Final[str] = awesome.ICON_FA_GAMEPAD
VOLUME: Final[str] = awesome.ICON_FA_VOLUME_HIGH
CHART: Final[str] = awesome.ICON_FA_CHART_SIMPLE
SAVE: Final[str] = awesome.ICON_FA_FLOPPY_DISK
NEXT: Final[str] = awesome.ICON_FA_CHEVRON_RIGHT
PREVIOUS: Final[str] = awesome.ICON_FA_CHEVRON_LEFT
UP: Final[str] = awesome.ICON_FA_CHEVRON_UP
DOWN: Final[str] = awesome.ICON_FA_CHEVRON_DOWN
GHOST: Final[str] = awesome.ICON_FA_GHOST
DICE: Final[str] = awesome.ICON_FA_DICE
MIRROR: Final[str] = awesome.ICON_FA_ARROWS_LEFT_RIGHT
TALK: Final[str] = awesome.ICON_FA_COMMENTS
PEOPLE: Final[str] = awesome.ICON_FA_USER_GROUP
PERSON: Final[str] = awesome.ICON_FA_USER
PLUS: Final[str] = awesome.ICON_FA_PLUS
PEN: Final[str] = awesome.ICON_FA_PEN
SEND: Final[str] = awesome.ICON_FA_PAPER_PLANE
STOP: Final[str] = awesome.ICON_FA_STOP
REWIND: Final[str] = awesome.ICON_FA_CLOCK_ROTATE_LEFT
HIDE: Final[str] = awesome.ICON_FA_EYE_SLASH
DELETE: Final[str] = awesome.ICON_FA_TRASH_CAN
BRANCH: Final[str] = awesome.ICON_FA_CODE_BRANCH
PIN: Final[str] = awesome.ICON_FA_THUMBTACK
PANEL: Final[str] = awesome.ICON_FA_TABLE_COLUMNS
PLACE: Final[str] = awesome.ICON_FA_LOCATION_DOT
MOON: Final[str] = awesome.ICON_FA_MOON
IMPORT: Final[str] = awesome.ICON_FA_FILE_IMPORT
EXPORT: Final[str] = awesome.ICON_FA_FILE_EXPORT
CLAP: Final[str] = awesome.ICON_FA_HANDS_CLAPPING
FIRE: Final[str] = awesome.ICON_FA_FIRE
WOW: Final[str] = awesome.ICON_FA_FACE_SURPRISE
CHEER: Final[str] = awesome.ICON_FA_BULLHORN
MUTED: Final[str] = awesome.ICON_FA_VOLUME_XMARK
RECORD: Final[str] = awesome.ICON_FA_CIRCLE_DOT
