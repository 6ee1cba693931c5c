"""Which models the player has chosen: read, written, and never lost or shown."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from engine.errors import Refused, UserError
from engine.llm import Endpoint, Model, ModelSettings, Secret, Slot, load, save
from engine.llm.settings import FILE_NAME, KEY_ENV

KEY = "sk-7f3a-featherless-0001"
CLOUD = "https://api.featherless.ai/v1"
LOCAL = "http://127.0.0.1:11434/v1"

WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30)
SLOTS = st.builds(
    Slot,
    base_url=st.sampled_from([CLOUD, LOCAL, "http://[::1]:1234/v1", "https://models.example.org/a'b\"c\\d"]),
    model=WORDS,
    key=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40).map(SecretStr),
    key_env=st.sampled_from(["", "MY_KEY"]),
    fallbacks=st.lists(WORDS, max_size=3).map(tuple),
)


def written(folder: Path, text: str) -> Path:
    path = folder / FILE_NAME
    path.write_text(text, "utf-8")
    return folder


def test_without_a_file_nothing_is_set(tmp_path: Path) -> None:
    settings = load(tmp_path / "nowhere")
    assert settings == ModelSettings()
    assert settings.narrative_model({}) is None
    assert settings.classifier_chain({}) == ()
    assert settings.embedding_model({}) is None


def test_a_file_a_person_wrote_is_read(tmp_path: Path) -> None:
    settings = load(
        written(
            tmp_path,
            f'[narrative]\nbase_url = "{CLOUD}/"\nmodel = "dolphin-24b"\nkey = "{KEY}"  # mine\n'
            f'[classifier]\nbase_url = "{LOCAL}"\nmodel = "hermes3"\nfallbacks = ["dolphin3", "llama3"]\n'
            f'[embeddings]\nbase_url = "{CLOUD}"\nmodel = "embed"\nkey_env = "FEATHERLESS"\n',
        )
    )
    assert settings.narrative_model({}) == Model(Endpoint(CLOUD, Secret(KEY)), "dolphin-24b")
    chain = settings.classifier_chain({})
    assert [model.name for model in chain] == ["hermes3", "dolphin3", "llama3"]
    assert {model.endpoint for model in chain} == {Endpoint(LOCAL)}
    assert settings.embedding_model({"FEATHERLESS": "k"}) == Model(Endpoint(CLOUD, Secret("k")), "embed")


def test_without_a_classifier_the_narrative_model_is_asked() -> None:
    settings = ModelSettings(narrative=Slot(base_url=LOCAL, model="one", fallbacks=("two",)))
    assert [model.name for model in settings.classifier_chain({})] == ["one", "two"]


@pytest.mark.parametrize(
    ("slot", "environ", "key"),
    [
        (Slot(base_url=CLOUD, model="m"), {}, ""),
        (Slot(base_url=CLOUD, model="m", key=SecretStr("file")), {}, "file"),
        (Slot(base_url=CLOUD, model="m", key_env="MINE"), {"MINE": "env"}, "env"),
        (Slot(base_url=CLOUD, model="m"), {KEY_ENV: "general"}, "general"),
        (Slot(base_url=CLOUD, model="m", key=SecretStr("file")), {KEY_ENV: "another's"}, "file"),
        (Slot(base_url=CLOUD, model="m", key_env="MINE"), {KEY_ENV: "another's", "MINE": "env"}, "env"),
        (Slot(base_url=CLOUD, model="m", key_env="MINE"), {KEY_ENV: "another's"}, ""),
        (Slot(base_url=CLOUD, model="m", key=SecretStr("file"), key_env="MINE"), {"MINE": "env"}, "file"),
        (Slot(base_url=LOCAL, model="m", key=SecretStr("file")), {KEY_ENV: "another's"}, "file"),
        (Slot(base_url=LOCAL, model="m", key_env="MINE"), {"MINE": "env"}, "env"),
        (Slot(base_url=LOCAL, model="m"), {KEY_ENV: "stays here"}, ""),
    ],
)
def test_where_the_key_comes_from(slot: Slot, environ: dict[str, str], key: str) -> None:
    (model,) = slot.models(environ)
    assert model.endpoint.key.reveal() == key


@given(st.builds(ModelSettings, narrative=SLOTS, classifier=st.none() | SLOTS, embeddings=st.none() | SLOTS))
def test_what_is_saved_is_read_again(tmp_path_factory: pytest.TempPathFactory, settings: ModelSettings) -> None:
    folder = tmp_path_factory.mktemp("models")
    save(folder, settings)
    assert load(folder) == settings


def test_the_file_is_its_owners_alone_and_nothing_else_stays(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    for model in ("first", "second"):
        save(folder, ModelSettings(narrative=Slot(base_url=CLOUD, model=model, key=SecretStr(KEY))))
        assert stat.S_IMODE((folder / FILE_NAME).stat().st_mode) == 0o600
    assert os.listdir(folder) == [FILE_NAME]
    assert load(folder).narrative_model({}) == Model(Endpoint(CLOUD, Secret(KEY)), "second")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f'[narrative]\nkey = "{KEY}', "is not TOML (at "),
        (f'[narrative]\nmodel = "m"\nkey = "{KEY}"', "has a mistake at 'narrative.base_url': Field required"),
        (f'[narrative]\nbase_url = "{CLOUD}"\nmodle = "{KEY}"\nmodel = "m"', "has a mistake at 'narrative.modle'"),
        (f'[narator]\nkey = "{KEY}"', "has a mistake at 'narator'"),
        (f'narrative = "{KEY}"', "has a mistake at 'narrative'"),
        (f'[narrative]\nmodel = "m"\nbase_url = "https://me:{KEY}@x.org"', "holds a user name or password"),
        (f'[narrative]\nmodel = "a\\nb"\nbase_url = "{CLOUD}"', "a model's name is one line"),
        (f'[narrative]\nmodel = "m"\nkey_env = "{KEY} "\nbase_url = "{CLOUD}"', "narrative.key_env"),
        ("a = " + "[" * 5_000, "models.toml is"),
        ("# " + "x" * 300_000, "is far too large"),
    ],
)
def test_a_broken_file_is_named_and_never_overwritten(tmp_path: Path, text: str, sentence: str) -> None:
    written(tmp_path, text)
    with pytest.raises(UserError) as caught:
        load(tmp_path)
    said = str(caught.value)
    assert sentence in said
    assert str(tmp_path / FILE_NAME) in said
    assert said.endswith("; mend it or move it away")
    assert KEY not in said
    assert caught.value.__context__ is None
    with pytest.raises(Refused, match="until then the models are not saved"):
        save(tmp_path, ModelSettings())
    assert (tmp_path / FILE_NAME).read_text("utf-8") == text


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="is not UTF-8 text"):
        load(tmp_path)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_a_sentence(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("models")
    (folder / FILE_NAME).write_text(text, "utf-8", newline="")
    with suppress(UserError):
        assert isinstance(load(folder), ModelSettings)


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(UserError, match=r"could not be saved|cannot be read"):
        save(tmp_path / "taken", ModelSettings())


def test_a_full_disk_is_named_and_the_old_file_stays(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no device that is always full")
    save(tmp_path, ModelSettings(narrative=Slot(base_url=LOCAL, model="old")))
    before = (tmp_path / FILE_NAME).read_bytes()
    import resource
    import signal

    limit, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, limit[1]))
    try:
        with pytest.raises(UserError, match="could not be saved"):
            save(tmp_path, ModelSettings(narrative=Slot(base_url=LOCAL, model="new")))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, handler)
    assert (tmp_path / FILE_NAME).read_bytes() == before
    assert os.listdir(tmp_path) == [FILE_NAME]


def test_a_key_does_not_show() -> None:
    slot = Slot(base_url=CLOUD, model="m", key=SecretStr(KEY))
    settings = ModelSettings(narrative=slot)
    assert KEY not in repr(settings) + str(settings) + settings.model_dump_json() + repr(settings.narrative_model({}))
    with pytest.raises(ValidationError) as caught:
        Slot.model_validate({"base_url": CLOUD, "model": "m", "key": [KEY]})
    assert KEY not in str(caught.value)
