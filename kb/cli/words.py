"""Click's own sentences in the language of the shell.

Click uses gettext, which would need compiled catalogues. So its modules get our functions instead.
"""

from importlib import import_module

from kb.messages import Message, render, shell_language

MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")

SENTENCES: tuple[str | tuple[str, str], ...] = (
    "Usage:",
    "Options",
    "Commands",
    "Show this message and exit.",
    "Confirm the action without prompting.",
    "default: {default}",
    "Aborted!",
    "Error: {message}",
    "Try '{command} {option}' for help.",
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "Missing argument",
    "Missing option",
    "Missing command.",
    "No such option {name!r}.",
    "No such command {name!r}.",
    "Option {name!r} does not take a value.",
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
    "{name} {filename!r} does not exist.",
    "{name} {filename!r} is a file.",
    "{name} {filename!r} is a directory.",
    "{name} {filename!r} is not readable.",
    "{name} {filename!r} is not writable.",
)
"""Click's sentences that can occur here, for the catalogues; pairs are singular and plural."""


def teach() -> None:
    """Make click use the language of the shell, as it is at the time of each sentence."""
    for name in MODULES:
        known = vars(import_module(f"click.{name}"))
        known.update({each: ours for each, ours in _OURS.items() if each in known})


def _gettext(text: str) -> str:
    return render(Message(text, {}), shell_language())


def _ngettext(one: str, many: str, count: int) -> str:
    return render(Message(one, {}, many, count), shell_language())


_OURS = {"_": _gettext, "ngettext": _ngettext}
