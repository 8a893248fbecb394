"""A command group that imports a command's module only when that command runs, so that ``--help`` is quick."""

import importlib
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a command lives: a module with a Typer application, and the line that ``--help`` shows for it."""

    module: str
    help: str
    attribute: str = "app"

    def load(self) -> Any:
        return typer.main.get_command(getattr(importlib.import_module(self.module), self.attribute))


class LazyGroup(TyperGroup):
    """Shows the commands of ``elsewhere`` in its help and loads one when it is called.

    Without a command, or with options alone, ``default`` is meant.
    """

    elsewhere: dict[str, Elsewhere]
    default: str
    own_options: tuple[str, ...] = ()

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *self.elsewhere]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in self.elsewhere and cmd_name not in self.commands:
            return TyperCommand(cmd_name, help=self.elsewhere[cmd_name].help)
        return super().get_command(ctx, cmd_name)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in self.own_options):
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name in self.elsewhere and name not in self.commands:
            command = self.elsewhere[name].load()
            command.name = name
            return name, command, args[1:]
        # A misspelt command is suggested from all of them.
        placeholders = {name: self.get_command(ctx, name) for name in self.elsewhere}
        known, self.commands = self.commands, {**self.commands, **placeholders}
        try:
            return super().resolve_command(ctx, args)
        finally:
            self.commands = known
