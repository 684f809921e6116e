"""The settings of a data directory: read once, from its file and the environment."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from kb.errors import DataDirectoryError

FILE_NAME = "settings.toml"
ENVIRONMENT = {
    "KB_MEMBER": "member",
    "KB_COMMUNITY": "community",
    "KB_FULLTEXT": "fulltext",
    "KB_HOST": "host",
    "KB_PORT": "port",
}


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be set; docs/reference/settings.md says what each does."""

    data: Path
    member: str = "local"
    community: str = "Community of practice"
    fulltext: str = "tantivy"
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8321


def load_settings(data: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of `data`: its settings.toml, where a variable of the environment does not win.

    Raises `DataDirectoryError` for a file that is not TOML, an unknown name, or a value that does
    not fit.
    """
    values: dict[str, Any] = _from_file(data / FILE_NAME)
    values.update({name: environ[key] for key, name in ENVIRONMENT.items() if environ.get(key)})
    try:
        settings = msgspec.convert(
            {**values, "data": str(data)}, Settings, strict=False, dec_hook=_path
        )
    except msgspec.ValidationError as error:
        raise DataDirectoryError(
            f"A setting of {data} does not fit: {error}; see {FILE_NAME} and the KB_ variables."
        ) from error
    return _checked(settings)


def written(settings: Settings) -> dict[str, str | int]:
    """What a settings file has to say for `settings`: what differs from the defaults."""
    values: dict[str, str | int] = msgspec.structs.asdict(_checked(settings))
    del values["data"]
    defaults = msgspec.structs.asdict(Settings(data=settings.data))
    return {name: value for name, value in values.items() if value != defaults[name]}


def _from_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataDirectoryError(f"The settings in {path} cannot be read: {error}.") from error
    if "data" in values:
        raise DataDirectoryError(
            f"{path} sets data, but a data directory cannot name itself: remove it."
        )
    return values


def _path(kind: type, value: object) -> object:
    return Path(str(value)) if kind is Path else value


def _checked(settings: Settings) -> Settings:
    if settings.fulltext not in ("tantivy", "whoosh"):
        raise DataDirectoryError(
            f"The full-text engine {settings.fulltext!r} is not known: "
            "set fulltext or KB_FULLTEXT to tantivy or whoosh."
        )
    if not settings.member.strip():
        raise DataDirectoryError("The acting member has no name: set member or KB_MEMBER to one.")
    return settings
