"""Which models the player has chosen, kept as ``models.toml`` in a folder outside the repository.

    [narrative]
    base_url = "https://api.featherless.ai/v1"
    model = "dphn/Dolphin-Mistral-24B-Venice-Edition"
    key_env = "FEATHERLESS_KEY"          # or: key = "..."

    [classifier]
    base_url = "http://127.0.0.1:11434/v1"
    model = "hermes3:8b"
    fallbacks = ["dolphin3:8b"]          # more models of the same server, asked when the first refuses twice

    [embeddings]
    base_url = "http://127.0.0.1:11434/v1"
    model = "nomic-embed-text"

Every part may be left out.  The environment's ``OUROJAM_API_KEY`` is the key of those parts for which the file names
none, save that a local server then gets none; a part with a ``key`` or a ``key_env`` goes by that.  The file is
readable by its owner alone and written whole or not at all.
"""

from __future__ import annotations

import json
import os
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from engine.errors import Refused, UserError
from engine.llm.face import MAX_MODEL_NAME, Endpoint, Model, Secret

FILE_NAME = "models.toml"
KEY_ENV = "OUROJAM_API_KEY"
MAX_FALLBACKS = 8
_MAX_BYTES = 256 * 1024


class Slot(BaseModel):
    """A model for one use: the server's address, the model, and its key or the environment variable that holds it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str = Field(min_length=1, max_length=500)
    model: str = Field(min_length=1, max_length=MAX_MODEL_NAME)
    key: SecretStr = SecretStr("")
    key_env: str = Field(default="", max_length=100, pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$")
    fallbacks: tuple[str, ...] = Field(default=(), max_length=MAX_FALLBACKS)

    @field_validator("base_url")
    @classmethod
    def _reachable(cls, value: str) -> str:
        try:
            return Endpoint(value).base_url
        except UserError as error:
            raise ValueError(str(error)) from None

    @field_validator("model", "fallbacks")
    @classmethod
    def _one_line(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        names = (value,) if isinstance(value, str) else value
        if not all(name.isprintable() and 0 < len(name) <= MAX_MODEL_NAME for name in names):
            raise ValueError(f"a model's name is one line of at most {MAX_MODEL_NAME} characters")
        return value

    def models(self, environ: Mapping[str, str] = os.environ) -> tuple[Model, ...]:
        """The slot's model and its fallbacks, ready to be called.

        Raises:
            UserError: the key has characters no key has, or would travel unencrypted.
        """
        named = self.key_env or ("" if Endpoint(self.base_url).is_local else KEY_ENV)
        key = self.key.get_secret_value() or environ.get(named, "")
        endpoint = Endpoint(self.base_url, Secret(key))
        return tuple(Model(endpoint, name) for name in (self.model, *self.fallbacks))


class ModelSettings(BaseModel):
    """What ``models.toml`` says; a slot that is None is not set, and with no narrative the offline voice speaks."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    narrative: Slot | None = None
    classifier: Slot | None = None
    embeddings: Slot | None = None

    def narrative_model(self, environ: Mapping[str, str] = os.environ) -> Model | None:
        """Who tells the story; None: the offline voice."""
        return self.narrative.models(environ)[0] if self.narrative else None

    def classifier_chain(self, environ: Mapping[str, str] = os.environ) -> tuple[Model, ...]:
        """Who is asked for structured answers, in order; the narrative model where no other is set, else nobody."""
        slot = self.classifier or self.narrative
        return slot.models(environ) if slot else ()

    def embedding_model(self, environ: Mapping[str, str] = os.environ) -> Model | None:
        """Who makes vectors of texts; None: ours, offline."""
        return self.embeddings.models(environ)[0] if self.embeddings else None


def load(folder: Path) -> ModelSettings:
    """The settings in ``folder``; none set where there is no file yet.

    Raises:
        UserError: the file cannot be read or understood; it says where and stays as it is.
    """
    path = folder / FILE_NAME
    problem = ""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            problem = "is far too large"
        else:
            return ModelSettings.model_validate(tomllib.loads(data.decode("utf-8")))
    except FileNotFoundError:
        return ModelSettings()
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    except UnicodeDecodeError:
        problem = "is not UTF-8 text"
    except tomllib.TOMLDecodeError as error:
        problem = f"is not TOML ({_place(str(error))})"
    except RecursionError:
        problem = "is nested too deeply"
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        problem = f"has a mistake at {where!r}: {first['msg'].removeprefix('Value error, ')}"
    # Raised outside of the except: a parser's own exception holds the file, and with it the key.
    raise UserError(f"{path} {problem}; mend it or move it away")


def save(folder: Path, settings: ModelSettings) -> None:
    """Write the settings to ``folder``, whole or not at all, readable by its owner alone.

    Raises:
        Refused: the file that is there cannot be understood, so it is left alone.
        UserError: the folder cannot be written to.
    """
    path = folder / FILE_NAME
    try:
        load(folder)
    except UserError as error:
        raise Refused(f"{error}; until then the models are not saved") from None
    part = ""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, part = tempfile.mkstemp(prefix=f".{FILE_NAME}.", dir=folder)  # made with mode 0600
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(_toml(settings))
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
        return
    except OSError as error:
        problem = error.strerror
        if part and os.path.exists(part):
            os.unlink(part)
    raise UserError(f"the models could not be saved to {path} ({problem}); make room or choose another folder")


def _toml(settings: ModelSettings) -> str:
    lines = ["# The models the game speaks with; it holds keys: keep it to yourself."]
    for part in ModelSettings.model_fields:
        slot: Slot | None = getattr(settings, part)
        if slot is None:
            continue
        lines += ["", f"[{part}]", f"base_url = {_quoted(slot.base_url)}", f"model = {_quoted(slot.model)}"]
        if slot.key.get_secret_value():
            lines.append(f"key = {_quoted(slot.key.get_secret_value())}")
        if slot.key_env:
            lines.append(f"key_env = {_quoted(slot.key_env)}")
        if slot.fallbacks:
            lines.append(f"fallbacks = [{', '.join(map(_quoted, slot.fallbacks))}]")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are among TOML's, and DEL, which JSON leaves, must be escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _place(said: str) -> str:
    """Where in the file the trouble is, of all that the parser says: the rest may quote the file."""
    at = said.rfind("(at ")
    return said[at + 1 : -1] if at >= 0 else "somewhere"
