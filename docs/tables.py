"""Generated tables of the reference: `make docs` writes them, `make lint` compares.

A page has a block `[[[cog print(tables.NAME()) ]]]` for each; the text around it is by hand.
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
"""Descriptions of routes whose handlers Litestar makes; their order varies, so it is fixed here."""

WHO = ("anybody", "member", "author", "curator", "steward", "reporter")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table, with empty lines that separate it from cog's comments."""
    head = list(head)
    lines = ["".join(f"| {cell} " if cell else "| " for cell in row) + "|" for row in (head, *rows)]
    return "\n".join(["", lines[0], "|" + "---|" * len(head), *lines[1:], ""])


def code(*words: str) -> str:
    """`words` as inline code, separated by commas."""
    return ", ".join(f"`{word}`" for word in words)


def settings() -> str:
    """All settings: variable, default, description."""
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
    """The description in the `Meta` of an annotated type. Raises `ValueError` if there is none."""
    (meta,) = (each for each in hint.__metadata__ if isinstance(each, Meta) and each.description)
    return str(meta.description)


def events() -> str:
    """All event types: stream, version, area, sealed fields, views that read them."""
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
    """The names of the streams of a kind."""
    return kind.name if kind.name == "community" else f"{kind.name}-ID"


def event(name: str) -> str:
    """The stream and version of an event type, and its golden payload before sealing."""
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
    """All error codes, with their remedies."""
    return table(
        ("code", "what it means", "what to do", "status", "exit"),
        (
            (code(name), each.meaning, each.remedy, str(each.status), str(each.exit))
            for name, each in CODES.items()
        ),
    )


def commands() -> str:
    """A section for each command: usage, description, options."""
    return "".join(map(section, contexts(click.Context(cli, info_name="kb"))))


def options_of_all() -> str:
    """The options of `kb` itself."""
    return options(click.Context(cli, info_name="kb"))


def contexts(above: click.Context) -> Iterator[click.Context]:
    """All commands of a group, each before its own subcommands."""
    group = above.command
    assert isinstance(group, click.Group)  # noqa: S101 - tells the type checker what is asked for
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        assert command is not None  # noqa: S101 - the group has just named it
        yield (context := click.Context(command, info_name=name, parent=above))
        if isinstance(command, click.Group):
            yield from contexts(context)


def section(context: click.Context) -> str:
    """The `--help` of a command as a section of a page."""
    command = context.command
    head = f"\n## {context.command_path}\n"
    text = cleandoc(command.help or "")
    if isinstance(command, click.Group):
        return f"{head}\n{text}\n\nIts commands follow.\n"
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    return f"{head}\n`{usage}`\n\n{text}\n{options(context)}"


def options(context: click.Context) -> str:
    """The options of a command except `--help`: value, description, default."""
    return table(
        ("option", "value", "what it does", "default"),
        (
            (code(*each.opts, *each.secondary_opts), taken(each), said(each), default_of(each))
            for each in context.command.params
            if isinstance(each, click.Option) and not each.hidden
        ),
    )


def taken(option: click.Option) -> str:
    """The values that an option takes."""
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
    """The help of an option, without the default in brackets at its end."""
    return re.sub(r" \[[^]]*\]$", "", str(option.help).rstrip("."))


def default_of(option: click.Option) -> str:
    """The default of an option: from brackets at the end of its help, or as click shows it."""
    if option.required:
        return "required"
    if in_words := re.search(r" \[([^]]*)\]$", str(option.help).rstrip(".")):
        return in_words[1]
    if option.secondary_opts and option.default is not None:
        return code((option.opts if option.default else option.secondary_opts)[0])
    return code(str(option.default)) if option.show_default and not option.is_flag else ""


def operations() -> str:
    """All operations of the JSON interface, with their parameters and rules."""
    return table(
        ("operation", "what it does", "parameters", "rule"),
        (
            (code(f"{method} {path}"), purpose(handler, path), asked(method, path), rule(handler))
            for method, path, handler in routes()
            if path.startswith("/api")
        ),
    )


def pages() -> str:
    """All pages and the addresses that their forms post to, with their rules."""
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
    """The application, over a temporary base that is already deleted."""
    with TemporaryDirectory() as folder, community_at(Path(folder) / "data") as community:
        return community.app


def routes() -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Method, path and handler of every route."""
    places = {path: place for place, path in enumerate(NOT_OURS, 1)}
    for route in sorted(application().routes, key=lambda each: places.get(each.path_format, 0)):
        if isinstance(route, HTTPRoute):
            handlers = {name: each for each in route.route_handlers for name in each.http_methods}
            for method in METHODS:
                if method in handlers:
                    yield method, route.path_format, handlers[method]


def purpose(handler: HTTPRouteHandler, path: str) -> str:
    """The docstring of a handler, which is also in the OpenAPI document."""
    handling = getattr(handler.fn, "func", handler.fn)  # of one that Litestar runs in a thread
    text = NOT_OURS.get(path) or getdoc(handling)
    return " ".join(str(text).split()).removesuffix(".")


def rule(handler: HTTPRouteHandler) -> str:
    """The action that a route needs, or `self` or `public`."""
    needed = handler.opt["rule"]
    return code(needed.name if isinstance(needed, Action) else needed)


def asked(method: str, path: str) -> str:
    """The query parameters of an operation."""
    described = (application().openapi_schema.paths or {}).get(path)
    found = getattr(described, method.lower(), None)
    parameters = (found and found.parameters) or ()
    return code(*(each.name for each in parameters if each.param_in == "query"))


def actions() -> str:
    """All actions: which roles may perform them, and the token scope that they need."""
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
    """Whether `who` may perform `action`; authors are members too, and "anybody" includes all."""
    return bool(action.allowed & {"anybody", who, *(["member"] if who == "author" else [])})
