"""The command line: without a command, the MCP server on stdio."""

import sys

import anyio
import click

from server import traces
from server.commands.accounts import accounts
from server.commands.approving import approve, decline, pending
from server.commands.auditing import show_log
from server.commands.checking import doctor, status
from server.commands.installing import setup
from server.commands.keeping import backup, restore
from server.commands.looking import board
from server.commands.moving import export, import_
from server.commands.serving import serve
from server.commands.starting import collect_from_now, settings_at, told
from server.commands.trying import demo, sandbox
from server.commands.working import worker


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="postwright", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context) -> None:
    """An MCP server with which AI agents publish to social media.

    Without a command it serves MCP on stdin and stdout, which is what MCP clients start.
    Settings are environment variables with the prefix POSTWRIGHT_; `postwright doctor` lists and checks them.
    """
    if context.invoked_subcommand is None:
        settings = settings_at("warning")
        from server import stdio  # noqa: PLC0415  (loads the MCP SDK, which no other command should wait for)

        traces.take()
        collect_from_now()
        if sys.stdin.isatty():
            click.echo(_AT_A_TERMINAL, err=True)
        with told():
            anyio.run(stdio.serve, settings)
    elif context.invoked_subcommand not in _COLLECT_LATER:
        collect_from_now()


#: What somebody is told who starts it by hand, as clients do.
_AT_A_TERMINAL = (
    "This waits for an MCP client on stdin: clients start it so by themselves. Ctrl-D ends it. "
    "`postwright --help` shows what can be done at a terminal."
)

#: Commands that load more before they let the garbage collector begin.
_COLLECT_LATER = ("serve", "worker", "board")

_COMMANDS = (
    serve,
    worker,
    setup,
    accounts,
    board,
    status,
    doctor,
    backup,
    restore,
    export,
    import_,
    pending,
    approve,
    decline,
    show_log,
    demo,
    sandbox,
)
for _command in _COMMANDS:
    main.add_command(_command)
