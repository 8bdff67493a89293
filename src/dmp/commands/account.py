"""The commands `dmp account …`: the accounts of people, at the desk of the service (PT-18)."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from dmp.commands.record import AnyFolder, Ins, operations
from dmp.record.enrolment import ChannelAction, ChannelChange
from dmp.record.notice import Channel

if TYPE_CHECKING:
    from pathlib import Path

    from dmp.desk.enrolling import AccountDesk

account_app = typer.Typer(
    help="Accounts of people, who may hold a record or none: made, renewed, closed at the desk.", no_args_is_help=True
)
By = Annotated[Channel, typer.Option("--by", help="How one-time codes are sent.")]
To = Annotated[str, typer.Option("--to", help="E-mail address, or mobile number (06… or +32…).")]


class Change(StrEnum):
    """What is done to an address."""

    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"


_ACTIONS = {
    Change.ADD: ChannelAction.ADD,
    Change.REPLACE: ChannelAction.CHANGE,
    Change.REMOVE: ChannelAction.REMOVE,
}


def _desk(folder: "Path | None") -> "AccountDesk":
    from dmp.desk.enrolling import AccountDesk

    return AccountDesk(operations(folder).settings)


@account_app.command("open")
def open_(
    ins: Ins,
    by: By,
    to: To,
    name: Annotated[str, typer.Option(help="Of who holds no record: a guardian, a delegate.")] = "",
    folder: AnyFolder = None,
) -> None:
    """Make an account; prints the login and the password to hand over, once (TD1.5a)."""
    typer.echo(_desk(folder).open(ins, by, to, name=name))


@account_app.command("renew")
def renew(ins: Ins, folder: AnyFolder = None) -> None:
    """Give a new login and password; the old ones, and open sessions, end at once (TD1.5d)."""
    typer.echo(_desk(folder).renew(ins))


@account_app.command("channel")
def channel(
    ins: Ins,
    change: Annotated[Change, typer.Argument(help="What is done to the address.")],
    by: By,
    to: To,
    folder: AnyFolder = None,
) -> None:
    """Change where one-time codes go (TD1.5b); told on the old addresses and on the new one."""
    typer.echo(_desk(folder).change_channel(ins, ChannelChange(by, to, _ACTIONS[change])))


@account_app.command("close")
def close(ins: Ins, folder: AnyFolder = None) -> None:
    """End an account: it opens nothing any more; another one may be made later."""
    typer.echo(_desk(folder).close(ins))
