"""The kinds of entry, with sections and prompts, read from data files."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import msgspec
from msgspec import Struct


class KindSection(Struct, frozen=True, forbid_unknown_fields=True):
    """A section of a kind's template; `prompt` tells the author what to write there."""

    heading: str
    prompt: str
    required: bool = False


class Kind(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of entry; `key` is its stable name, and that of its file."""

    key: str
    name: str
    description: str
    sections: tuple[KindSection, ...]

    @property
    def required(self) -> tuple[str, ...]:
        """The headings of required sections."""
        return tuple(section.heading for section in self.sections if section.required)


@cache
def load_kinds() -> Mapping[str, Kind]:
    """Key -> kind, sorted by name of the files, which are read once per process."""
    paths = sorted((Path(__file__).parent / "kinds").glob("*.toml"))
    kinds = [msgspec.convert(tomllib.loads(p.read_text("utf-8")), Kind) for p in paths]
    return MappingProxyType({kind.key: kind for kind in kinds})
