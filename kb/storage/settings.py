"""The settings of a data directory: read once, from its file and the environment."""

import tomllib
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_type_hints
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from kb.errors import DataDirectoryError

FILE_NAME = "settings.toml"
_LOST = (
    "The settings file {path} is {what}: put back your copy of it, or, where there was nothing to "
    "set, write one that has the line “# no settings”."
)

Way = Literal["password", "passkey", "openid"]
WAYS: tuple[Way, ...] = get_args(Way)
OFF = "off"


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be set; docs/reference/settings.md is made of the descriptions."""

    data: Path
    member: Annotated[
        str,
        Meta(
            description="Who acts in the shell, and in the pages where nobody signs in: the full "
            "id of a member who has joined, as `kb member list --json` tells it, or `local`, the "
            "operator. It is written into every event as its actor. A new data directory has no "
            "members, so `kb init` takes none."
        ),
    ] = "local"
    community: Annotated[str, Meta(description="The name that the pages show.")] = (
        "Community of practice"
    )
    lang: Annotated[
        str,
        Meta(
            description="The language of pages for browsers that ask for none that there is, and "
            "of the shell, as `de` or `de_AT.UTF-8`; English where there is no such one. A "
            "member's [own language](../members/language.md) comes before it."
        ),
    ] = ""
    fulltext: Annotated[
        str,
        Meta(
            description="The full-text engine of the index: `tantivy` or `whoosh`. After a change, "
            "`kb rebuild index`; otherwise the first question rebuilds it."
        ),
    ] = "tantivy"
    host: Annotated[
        str,
        Meta(
            description="The address that `kb serve` listens on. One that other machines reach is "
            "taken only with `sign_in` and a `base_url` that does not name this machine; see "
            "[Serving](../operators/serving.md)."
        ),
    ] = "127.0.0.1"
    port: Annotated[
        int, Meta(ge=1, le=65535, description="The port that `kb serve` listens on.")
    ] = 8321
    sign_in: Annotated[
        str,
        Meta(
            description="How members sign in at the pages: some of `password`, `passkey`, "
            "`openid`, with commas between. With `off` everybody at this machine acts as `member`."
        ),
    ] = OFF
    base_url: Annotated[
        str,
        Meta(
            description="The address that members know the server by, such as "
            "`https://practices.example.org`: links carry it, and requests to other names are "
            "refused. `http` is taken for this machine alone (`localhost`, `127.0.0.1`, `[::1]`), "
            "and then `host` has to be an address of this machine alone too."
        ),
    ] = ""
    openid_issuer: Annotated[
        str,
        Meta(description="The address of the OpenID provider, for `openid` among the ways."),
    ] = ""
    openid_client_id: Annotated[str, Meta(description="What the provider calls this server.")] = ""
    openid_client_secret: Annotated[
        str,
        Meta(
            description="The secret that it shares with this server; better in the environment "
            "than in the file."
        ),
    ] = ""

    @property
    def ways(self) -> tuple[Way, ...]:
        """How members sign in; none where nobody has to."""
        named = {name.strip() for name in self.sign_in.split(",")}
        return tuple(way for way in WAYS if way in named)

    @property
    def host_name(self) -> str:
        """The name that members know the server by, without a port; empty if none is set."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def secure(self) -> bool:
        """Whether members come over https alone."""
        return self.base_url.startswith("https:")

    def __repr__(self) -> str:
        return f"Settings(data={self.data})"


ENVIRONMENT: Mapping[str, str] = {
    f"KB_{name.upper()}": name for name in Settings.__struct_fields__ if name != "data"
}
"""Environment variable -> setting."""


def load_settings(data: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of `data` from its settings.toml, overridden by environment variables.

    Raises `DataDirectoryError` for a file that is missing, empty or not TOML, an unknown name, an
    invalid value, or an empty variable.
    """
    values: dict[str, Any] = _from_file(data / FILE_NAME)
    values.update({name: environ[key] for key, name in ENVIRONMENT.items() if key in environ})
    refuse_blank(environ, *ENVIRONMENT)
    if wrong := list(filter(None, (_wrong(*each) for each in values.items()))):
        told = "; ".join(wrong)
        raise DataDirectoryError(
            f"A setting of {data} does not fit: {told}. See {FILE_NAME} and the KB_ variables."
        )
    return _checked(_converted({**values, "data": str(data)}))


def refuse_blank(environ: Mapping[str, str], *names: str) -> None:
    """Raise `DataDirectoryError` if one of these variables is set to nothing.

    Otherwise a script with an unset variable of its own would get the default: the operator.
    """
    for name in names:
        if name in environ and not environ[name].strip():
            raise DataDirectoryError(
                f"The variable {name} is set to nothing: give it a value, or unset it."
            )


def written(settings: Settings) -> dict[str, str | int]:
    """The values for a settings file: those of `settings` that differ from the defaults."""
    values: dict[str, str | int] = msgspec.structs.asdict(_checked(settings))
    del values["data"]
    defaults = msgspec.structs.asdict(Settings(data=settings.data))
    return {name: value for name, value in values.items() if value != defaults[name]}


def _from_file(path: Path) -> dict[str, Any]:
    if (path.is_symlink() or path.exists()) and not path.is_file():  # reading a pipe never ends
        raise DataDirectoryError(f"{path} is not a file: put back a copy of it.")
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except FileNotFoundError:
        raise DataDirectoryError(_LOST.format(path=path, what="missing")) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataDirectoryError(f"The settings in {path} cannot be read: {error}.") from error
    # A lost file must not mean the defaults, which let in anybody at the port.
    if not text.strip():
        raise DataDirectoryError(_LOST.format(path=path, what="empty"))
    if "data" in values:
        raise DataDirectoryError(
            f"{path} sets data, but a data directory cannot name itself: remove it."
        )
    return values


def _converted(values: Mapping[str, Any]) -> Settings:
    return msgspec.convert(values, Settings, strict=False, dec_hook=_path)


def _path(kind: type, value: object) -> object:
    return Path(str(value)) if kind is Path else value


def _wrong(name: str, value: object) -> str:
    """What is wrong with a setting by itself; empty if nothing is."""
    if name not in Settings.__struct_fields__:
        return f"there is no setting {name}"
    try:
        _converted({"data": "", name: value})
    except msgspec.ValidationError:
        return f"{name} has to be {wanted(get_type_hints(Settings, include_extras=True)[name])}"
    return ""


def wanted(kind: object) -> str:
    """The type of a setting in words; raises `TypeError` for unsupported types."""
    from msgspec import inspect

    told = inspect.type_info(kind)
    if isinstance(told, inspect.Metadata):
        told = told.type
    match told:
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType() | inspect.FloatType():
            ends = (("from", told.ge), ("to", told.le))
            bounds = "".join(f" {word} {end}" for word, end in ends if end is not None)
            return f"{'a whole' if isinstance(told, inspect.IntType) else 'a'} number{bounds}"
        case inspect.StrType():
            return "a text in quotes"
    raise TypeError(f"Say in `wanted` what a setting of the type {kind} has to be.")


def _checked(settings: Settings) -> Settings:
    if settings.fulltext not in ("tantivy", "whoosh"):
        raise DataDirectoryError(
            f"The full-text engine {settings.fulltext!r} is not known: "
            "set fulltext or KB_FULLTEXT to tantivy or whoosh."
        )
    if not settings.member.strip():
        raise DataDirectoryError("The acting member has no name: set member or KB_MEMBER to one.")
    _check_signing_in(settings)
    return settings


def _check_signing_in(settings: Settings) -> None:
    unknown = {name.strip() for name in settings.sign_in.split(",")} - {*WAYS}
    if settings.sign_in != OFF and unknown:
        raise DataDirectoryError(
            f"{settings.sign_in!r} is no way of signing in: set sign_in or KB_SIGN_IN to off, or "
            f"to some of {', '.join(WAYS)} with commas between."
        )
    if settings.base_url and not _is_site(settings.base_url):
        raise DataDirectoryError(
            f"{settings.base_url!r} is no address of this server: set base_url or KB_BASE_URL to "
            "one such as https://practices.example.org; http is for this machine alone."
        )
    needed = (settings.openid_issuer, settings.openid_client_id, settings.base_url)
    if "openid" in settings.ways and not all(needed):
        raise DataDirectoryError(
            "Signing in with openid needs openid_issuer, openid_client_id and a base_url."
        )


def _is_site(address: str) -> bool:
    """Whether `address` is only a scheme and a host, and is https or on this machine."""
    try:
        parts = urlsplit(address)
        whole = address == f"{parts.scheme}://{parts.netloc}" and parts.username is None
        _ = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    return (
        whole
        and bool(host)
        and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
    )


def is_loopback(host: str) -> bool:
    """Whether `host` is localhost or a loopback address.

    Other names are refused, as their owner could point them at this machine.
    """
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
