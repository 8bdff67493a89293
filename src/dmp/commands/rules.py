"""The commands `dmp rules …`: an operator's own calendar, programmes, units and other dated data."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmp.commands.record import AnyFolder, operations

if TYPE_CHECKING:
    from dmp.services.rule_set import RefusedRules

rules_app = typer.Typer(help="Check rules of your own, bring them into force, tell them.", no_args_is_help=True)
Given = Annotated[Path | None, typer.Argument(metavar="[FOLDER]", file_okay=False, help="Else DMP_RULES.")]


@rules_app.command("check")
def check(given: Given = None, folder: AnyFolder = None) -> None:
    """Read a folder of rules and change nothing; exit 1 when a file is refused, each with its line and the reason."""
    from dmp.desk import rules
    from dmp.services.rule_set import RefusedRules

    wanted = given or rules.folder_of(None, operations(folder).settings.rules)
    try:
        typer.echo(rules.check(wanted))
    except RefusedRules as refused:
        _told(refused, "nothing was changed")


@rules_app.command("install")
def install(
    given: Given = None,
    shipped: Annotated[bool, typer.Option("--shipped", help="Go back to the rules of this release.")] = False,
    folder: AnyFolder = None,
) -> None:
    """Bring a folder of rules into force in every worker, without a restart; a broken one changes nothing (exit 1)."""
    from dmp.desk import rules
    from dmp.services.rule_set import RefusedRules

    settings = operations(folder).settings
    wanted = None if shipped else rules.folder_of(given, settings.rules)
    try:
        typer.echo(rules.RuleDesk(settings).install(wanted))
    except RefusedRules as refused:
        _told(refused, "the rules in force stay")


@rules_app.command("list")
def list_(folder: AnyFolder = None) -> None:
    """Tell the rule sets in force, ours or your own, since when, their files and versions; and what is not followed."""
    from dmp.desk import rules

    for line in rules.RuleDesk(operations(folder).settings).listed():
        typer.echo(line)


def _told(refused: "RefusedRules", what: str) -> None:
    for fault in refused.faults:
        typer.echo(f"dmp: {fault}", err=True)
    typer.echo(f"dmp: refused; {what}", err=True)
    raise typer.Exit(1)
