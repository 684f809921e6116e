"""The tables of the reference, made of the program: `make docs` writes them, `make lint` compares.

A page has a block `[[[cog print(tables.NAME()) ]]]` for each; what stands around it is by hand.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from inspect import cleandoc, getdoc
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_type_hints

import click
import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import Method
from msgspec import Meta, structs

from kb.access import Action
from kb.areas import ACTIONS, AREAS, VIEWS, build_codec
from kb.cli import cli
from kb.error_codes import CODES
from kb.storage.settings import ENVIRONMENT, Settings
from kb.views.stream_kind import StreamKind
from tests.golden import golden, stored_event
from tests.worlds.log import KnownKeys
from tests.worlds.web import community_at

METHODS: tuple[Method, ...] = ("GET", "POST", "PUT", "PATCH", "DELETE")
NOT_OURS = {
    "/static/{file_path}": "Stylesheet, modules and icon.",
    "/api/openapi.json": "The OpenAPI document.",
    "/api/docs": "The same for people to read.",
    "/api": "The same for people to read.",
}
"""What the addresses are for whose handlers Litestar makes, in no order that stays."""

WHO = ("anybody", "member", "author", "curator", "steward", "reporter")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown, with empty lines around it: it is no part of the comment above."""
    head = list(head)
    lines = ["".join(f"| {cell} " if cell else "| " for cell in row) + "|" for row in (head, *rows)]
    return "\n".join(["", lines[0], "|" + "---|" * len(head), *lines[1:], ""])


def code(*words: str) -> str:
    """Words as the program has them, with commas between."""
    return ", ".join(f"`{word}`" for word in words)


def settings() -> str:
    """Each setting: its variable, its default, what it does."""
    hints = get_type_hints(Settings, include_extras=True)
    defaults = {field.name: field.default for field in structs.fields(Settings)}
    return table(
        ("Setting", "Variable", "Default", "What it does"),
        (
            (code(name), code(variable), code(str(defaults[name])), described(hints[name]))
            for variable, name in ENVIRONMENT.items()
        ),
    )


def described(hint: Any) -> str:
    """What the `Meta` of an annotated type says; an error for one that says nothing."""
    (meta,) = (each for each in hint.__metadata__ if isinstance(each, Meta) and each.description)
    return str(meta.description)


def events() -> str:
    """Each type of event: its stream, version and area, what of it is sealed, who reads it."""
    return table(
        ("event", "stream", "version", "area", "sealed", "views that read it"),
        (
            (
                f"[`{fact.name}`](#{fact.name})",
                code(stream_of(kind)),
                str(fact.schema_version),
                area.name,
                code(*(each.field for each in fact.sealed)),
                ", ".join(view.name for view, _ in VIEWS.handlers.get(fact.cls, ())),
            )
            for area in AREAS
            for kind in area.streams
            for fact in kind.facts
        ),
    )


def stream_of(kind: StreamKind) -> str:
    """How the streams of a kind are named."""
    return kind.name if kind.name == "community" else f"{kind.name}-ID"


def event(name: str) -> str:
    """Where a type of event is stored, and its golden payload before it is sealed."""
    kind, fact = next(
        (kind, fact)
        for area in AREAS
        for kind in area.streams
        for fact in kind.facts
        if fact.name == name
    )
    stored = stored_event(golden(f"{name}-{fact.schema_version}"))
    example = msgspec.json.encode(build_codec(KnownKeys()).decode(stored))
    shown = json.dumps(json.loads(example), indent=2, ensure_ascii=False)
    where = f"Stream `{stream_of(kind)}`. Schema version {fact.schema_version}."
    return f"\n{where}\n\n```json\n{shown}\n```\n"


def errors() -> str:
    """Each code of an error, with what helps."""
    return table(
        ("code", "what it means", "what to do", "status", "exit"),
        (
            (code(name), each.meaning, each.remedy, str(each.status), str(each.exit))
            for name, each in CODES.items()
        ),
    )


def commands() -> str:
    """A section for each command: how it is called, what it does, its options."""
    return "".join(map(section, contexts(click.Context(cli, info_name="kb"))))


def options_of_all() -> str:
    """What `kb` itself takes."""
    return options(click.Context(cli, info_name="kb"))


def contexts(above: click.Context) -> Iterator[click.Context]:
    """All commands of a group, each before those that it has itself."""
    group = above.command
    assert isinstance(group, click.Group)  # noqa: S101 - tells the type checker what is asked for
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        assert command is not None  # noqa: S101 - the group has just named it
        yield (context := click.Context(command, info_name=name, parent=above))
        if isinstance(command, click.Group):
            yield from contexts(context)


def section(context: click.Context) -> str:
    """What `--help` of a command says, as a part of a page."""
    command = context.command
    head = f"\n## {context.command_path}\n"
    text = cleandoc(command.help or "")
    if isinstance(command, click.Group):
        return f"{head}\n{text}\n\nIts commands follow.\n"
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    return f"{head}\n`{usage}`\n\n{text}\n{options(context)}"


def options(context: click.Context) -> str:
    """The options of a command but `--help`: what each takes, is for, and is without."""
    return table(
        ("option", "value", "what it does", "default"),
        (
            (code(*each.opts, *each.secondary_opts), taken(each), said(each), default_of(each))
            for each in context.command.params
            if isinstance(each, click.Option) and not each.hidden
        ),
    )


def taken(option: click.Option) -> str:
    """What stands behind an option."""
    if option.is_flag:
        return ""
    match option.type:
        case click.Choice(choices=choices) if option.metavar is None:
            return code(*choices)
        case click.IntRange(min=least, max=most) if option.metavar is None:
            return f"{least:,} to {most:,}"
        case click.types.IntParamType() if option.metavar is None:
            return "a number"
    return code(option.metavar or str(option.type.name).upper())


def said(option: click.Option) -> str:
    """What `--help` says of it, but what stands in brackets at the end: how it is without."""
    return re.sub(r" \[[^]]*\]$", "", str(option.help).rstrip("."))


def default_of(option: click.Option) -> str:
    """How it is without: what the help says in brackets, or the default that click shows."""
    if option.required:
        return "required"
    if in_words := re.search(r" \[([^]]*)\]$", str(option.help).rstrip(".")):
        return in_words[1]
    if option.secondary_opts and option.default is not None:
        return code((option.opts if option.default else option.secondary_opts)[0])
    return code(str(option.default)) if option.show_default and not option.is_flag else ""


def operations() -> str:
    """Each operation of the JSON interface, with its parameters and the rule that it needs."""
    return table(
        ("operation", "what it does", "parameters", "rule"),
        (
            (code(f"{method} {path}"), purpose(handler, path), asked(method, path), rule(handler))
            for method, path, handler in routes()
            if path.startswith("/api")
        ),
    )


def pages() -> str:
    """Each page and what its forms are sent to, with the rule that it needs."""
    return table(
        ("address", "what it is", "rule"),
        (
            (code(f"{method} {path}"), purpose(handler, path), rule(handler))
            for method, path, handler in routes()
            if not path.startswith("/api")
        ),
    )


@cache
def application() -> Litestar:
    """The application, over a base that is gone."""
    with TemporaryDirectory() as folder, community_at(Path(folder) / "data") as community:
        return community.app


def routes() -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Method, address and handler of all that the application answers to."""
    places = {path: place for place, path in enumerate(NOT_OURS, 1)}
    for route in sorted(application().routes, key=lambda each: places.get(each.path_format, 0)):
        if isinstance(route, HTTPRoute):
            handlers = {name: each for each in route.route_handlers for name in each.http_methods}
            for method in METHODS:
                if method in handlers:
                    yield method, route.path_format, handlers[method]


def purpose(handler: HTTPRouteHandler, path: str) -> str:
    """What the docstring of a handler says, which the OpenAPI document has as well."""
    handling = getattr(handler.fn, "func", handler.fn)  # of one that Litestar runs in a thread
    text = NOT_OURS.get(path) or getdoc(handling)
    return " ".join(str(text).split()).removesuffix(".")


def rule(handler: HTTPRouteHandler) -> str:
    """The action that a route needs, or `self` or `public`."""
    needed = handler.opt["rule"]
    return code(needed.name if isinstance(needed, Action) else needed)


def asked(method: str, path: str) -> str:
    """What may stand in the address of an operation behind the question mark."""
    described = (application().openapi_schema.paths or {}).get(path)
    found = getattr(described, method.lower(), None)
    parameters = (found and found.parameters) or ()
    return code(*(each.name for each in parameters if each.param_in == "query"))


def actions() -> str:
    """Each action: who may by that role alone, and the scope that a token needs for it."""
    return table(
        ("what", *("its author" if who == "author" else who for who in WHO), "scope"),
        (
            (
                f"{code(name)}: {action.wish}",
                *("allowed" if allows(action, who) else "refused" for who in WHO),
                code(action.scope),
            )
            for name, action in ACTIONS.items()
        ),
    )


def allows(action: Action, who: str) -> bool:
    """Whether that role may; one who began something is a member, and a member is somebody."""
    return bool(action.allowed & {"anybody", who, *(["member"] if who == "author" else [])})
