"""The fields that say which models speak: address, key and names, kept in ``models.toml`` and never in the log.

A key that is kept is never shown; one that is typed leaves the field as soon as it is saved, and a key goes with its
address: another host never gets it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError

from engine.draw import icons, theme, widgets
from engine.draw.theme import INK_SOFT
from engine.errors import UserError
from engine.llm import ModelSettings, Slot, load, save
from engine.llm.face import MAX_KEY, MAX_MODEL_NAME
from game.scenes.context import Context
from game.scenes.talk_form import Entry, Say, beside, button, problem, same_line
from game.scenes.talk_room import TalkRoom

MAX_ADDRESS = 500


class VoiceFields:
    """Reads the file, shows it without its keys, and writes it."""

    def __init__(self, context: Context, room: TalkRoom, say: Say) -> None:
        self._folder = context.profile.folder
        self._room = room
        self._say = say
        self.problem = ""
        self._told = ""
        try:
            self.kept = load(self._folder)
        except UserError as error:
            self.kept, self.problem = ModelSettings(), str(error)
        main, small, near = self.kept.narrative, self.kept.classifier, self.kept.embeddings
        self.address = Entry(
            "Address", say, main.base_url if main else "", hint="http://127.0.0.1:1234/v1", most=MAX_ADDRESS
        )
        self.model = Entry(
            "Model for the story", say, main.model if main else "", hint="its name at the server", most=MAX_MODEL_NAME
        )
        self.key = Entry("API key", say, hint=self._key_hint(), most=MAX_KEY, secret=True)
        self.key_env = Entry(
            "or the variable that holds it", say, main.key_env if main else "", hint="MY_SERVERS_KEY", most=100
        )
        self.small = Entry("Small model (optional)", say, small.model if small else "", most=MAX_MODEL_NAME)
        self.small_address = Entry(
            "Its address, if another", say, small.base_url if small and not self._same(small) else "", most=MAX_ADDRESS
        )
        self.small.hint = "small and quick, for the bookkeeping"
        self.fallbacks = Entry(
            "If the small one refuses, these",
            say,
            ", ".join(small.fallbacks) if small else "",
            hint="names, by commas",
            most=2000,
        )
        self.near = Entry("Embedding model (optional)", say, near.model if near else "", most=MAX_MODEL_NAME)

    def _key_hint(self) -> str:
        main = self.kept.narrative
        return "a key is kept; write to replace it" if main and main.key.get_secret_value() else "none"

    def _same(self, slot: Slot) -> bool:
        return self.kept.narrative is not None and slot.base_url == self.kept.narrative.base_url

    def is_chosen(self, base_url: str, model: str) -> bool:
        """Whether that model of that server speaks now."""
        main = self.kept.narrative
        return main is not None and (main.base_url, main.model) == (base_url, model)

    def use(self, base_url: str, model: str) -> None:
        """Have a model that was found speak from now on: one step."""
        self.address.set(base_url)
        self.model.set(model)
        self.save()

    def draw(self) -> None:
        """The fields and what can be done with them."""
        beside(self.address, self.model)
        beside(self.key, self.key_env)
        beside(self.small, self.small_address)
        beside(self.fallbacks, self.near)
        widgets.text(
            "The key stays in models.toml in your profile, readable by you alone; it is in no log, export or message.",
            *(theme.TEXT_SMALL, INK_SOFT),
        )
        problem(self.problem)
        if self._told:
            widgets.text(self._told, theme.TEXT_BODY, theme.tone(theme.LIME))
        if button("Save and use", icon=icons.CHECK, primary=True):
            self.save()
        if not self._room.is_offline:
            same_line()
            if button("Use the offline voice"):
                self._write(self.kept.model_copy(update={"narrative": None}))
        if self.kept.narrative is not None and self.kept.narrative.key.get_secret_value():
            same_line()
            if button("Forget the key"):
                self._write(self.kept.model_copy(update={"narrative": self._without_key(self.kept.narrative)}))

    @staticmethod
    def _without_key(slot: Slot) -> Slot:
        return slot.model_copy(update={"key": SecretStr("")})

    def save(self) -> None:
        """Write the settings and change the voice.  The key that was typed leaves the field."""
        typed = self.key.text.strip()
        self.key.set("")
        try:
            self._write(self._made(typed))
        except UserError as error:
            self.problem = str(error)
        except ValidationError as error:
            first = error.errors(include_input=False, include_context=False, include_url=False)[0]
            self.problem = f"{first['loc'][-1]}: {first['msg'].removeprefix('Value error, ')}"

    def _made(self, typed: str) -> ModelSettings:
        address, model = self.address.text.strip(), self.model.text.strip()
        if not address or not model:
            raise UserError("an address and a model are needed; start a server and look again, or write both")
        main = Slot(
            base_url=address,
            model=model,
            key=SecretStr(typed or _key_for(self.kept.narrative, address)),
            key_env=self.key_env.text.strip(),
        )
        small: Slot | None = None
        if self.small.text.strip():
            at = self.small_address.text.strip() or address
            own = _key_for(self.kept.classifier, at) or (
                main.key.get_secret_value() if _host(at) == _host(address) else ""
            )
            names = tuple(name for one in self.fallbacks.text.split(",") if (name := one.strip()))
            key_env = main.key_env if _host(at) == _host(address) else ""
            small = Slot(
                base_url=at, model=self.small.text.strip(), key=SecretStr(own), key_env=key_env, fallbacks=names
            )
        near: Slot | None = None
        if self.near.text.strip():
            kept = self.kept.embeddings
            at = kept.base_url if kept is not None and not self._same(kept) else address
            own = _key_for(kept, at) or _key_for(main, at)
            key_env = main.key_env if _host(at) == _host(address) else ""
            near = Slot(base_url=at, model=self.near.text.strip(), key=SecretStr(own), key_env=key_env)
        for slot in (main, small, near):
            if slot is not None:
                slot.models()  # a key that no server takes is told of now
        return ModelSettings(narrative=main, classifier=small, embeddings=near)

    def _write(self, settings: ModelSettings) -> None:
        folder = self._folder
        self.problem = self._told = ""

        def saved(_: None) -> None:
            self.kept = settings
            self.key.hint = self._key_hint()
            self._room.choose_voice()
            name = settings.narrative.model if settings.narrative else "The offline voice"
            self._told = f"{name} speaks from now on."
            self._say(self._told)

        self._room.do("the models", lambda desk: save(folder, settings), saved, self._failed)

    def _failed(self, error: UserError) -> None:
        self.problem = str(error)


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def _key_for(slot: Slot | None, address: str) -> str:
    """The key that is kept, if it is for that host."""
    if slot is None or _host(slot.base_url) != _host(address):
        return ""
    return slot.key.get_secret_value()
