"""All commands with a line of help each, loaded lazily."""

from importlib import import_module

import click

from kb.cli.once import Group
from kb.messages import _, render, shell_language

COMMANDS = {
    "archive": ("kb.cli.curate", _("Stop recommending an entry, with a reason.")),
    "audit": (
        "kb.cli.visibility",
        _("Show who changed roles, groups, settings and who sees what."),
    ),
    "contribute": ("kb.cli.contribute", _("Contribute an entry from a Markdown file.")),
    "diff": ("kb.cli.revisions", _("Show what differs between two texts of an entry.")),
    "draft": ("kb.cli.draft", _("See or discard what you have begun to write.")),
    "endorse": ("kb.cli.endorse", _("Vouch for an entry, or withdraw that.")),
    "erase": ("kb.cli.erase", _("Forget a member or an entry for good.")),
    "export": ("kb.cli.export", _("Write all entries to a folder of Markdown files.")),
    "group": ("kb.cli.group", _("Form groups, and say who is in them.")),
    "history": ("kb.cli.show", _("Show every event of an entry, with who and when.")),
    "import": ("kb.cli.import_", _("Take in a folder of Markdown files.")),
    "init": ("kb.cli.operate", _("Make a new data directory.")),
    "list": ("kb.cli.show", _("Browse entries by kind, tag and group.")),
    "member": ("kb.cli.member", _("Invite members and look after them.")),
    "rebuild": ("kb.cli.operate", _("Make views and search index anew from the log.")),
    "relate": ("kb.cli.curate", _("State how an entry relates to another, or take that back.")),
    "report": ("kb.cli.report", _("Count what the community does.")),
    "restore": ("kb.cli.curate", _("Recommend an archived entry again.")),
    "restore-revision": (
        "kb.cli.revisions",
        _("Make an earlier text of an entry its text once more."),
    ),
    "reuse": ("kb.cli.reuse", _("Record that a group uses an entry, and what became of it.")),
    "revise": ("kb.cli.contribute", _("Replace the text of an entry by that of a Markdown file.")),
    "search": ("kb.cli.search", _("Ask a question.")),
    "show": ("kb.cli.show", _("Show an entry.")),
    "status": ("kb.cli.operate", _("Show positions, lag, troubles and sizes.")),
    "tag": ("kb.cli.curate", _("Put tags on an entry.")),
    "token": ("kb.cli.token", _("Make, list and revoke tokens for programs.")),
    "untag": ("kb.cli.curate", _("Take tags off an entry.")),
    "visibility": ("kb.cli.visibility", _("Say who sees an entry.")),
    "world": (
        "kb.cli.visibility",
        _("Open the community to people who are not signed in, or close it."),
    ),
}
"""Command -> its module, which defines it as NAME_command (- is _), and its help."""

LONGEST_HELP = 100
"""Characters of the help of another package's command in `kb --help`."""

ENTRY_POINTS = "kb.commands"
"""The group of entry points by which other packages add commands."""


class LazyGroup(Group):
    """A group that imports the module of a command only when that command runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted."""
        return sorted({*COMMANDS, *_plugin_names()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the command, from an entry point if none of ours has the name."""
        if cmd_name in COMMANDS:
            module = import_module(COMMANDS[cmd_name][0])
            command: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
            return command
        return _plugin(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in `kb --help`, without loading any of ours."""
        rows = [(name, self._help(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section(render(_("Commands"), shell_language())):
            formatter.write_dl(rows)

    def _help(self, ctx: click.Context, name: str) -> str:
        if name in COMMANDS:
            return render(COMMANDS[name][1], shell_language())
        command = self.get_command(ctx, name)
        return command.get_short_help_str(LONGEST_HELP) if command else ""


def _plugin_names() -> list[str]:
    from importlib.metadata import entry_points

    return [point.name for point in entry_points(group=ENTRY_POINTS)]


def _plugin(name: str) -> click.Command | None:
    from importlib.metadata import entry_points

    for point in entry_points(group=ENTRY_POINTS, name=name):
        command: click.Command = point.load()
        return command
    return None
