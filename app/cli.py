"""The command line: what each command is called, what it takes, and which part of the product does it."""

# ruff: noqa: PLC0415 - each command loads its own parts only: quick to start, and `doctor` works when others do not

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from app.nlu.commands import nlu_app
from app.surroundings import CannotStart
from runtime.settings import SettingsError, load_settings

RAW: Final = {"allow_extra_args": True, "ignore_unknown_options": True}
"""For commands that hand everything on as it was typed."""

app = typer.Typer(
    name="maalem",
    help="Maalem: a chatbot that walks artisans through enrolling in the export programme.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
telegram_app = typer.Typer(help="Telegram's side: where it sends what people write.", no_args_is_help=True)
webhook_app = typer.Typer(help="The address that Telegram calls.", no_args_is_help=True)
twilio_app = typer.Typer(help="Twilio's side: templates for buttons, how the account is set up.", no_args_is_help=True)
telegram_app.add_typer(webhook_app, name="webhook")
app.add_typer(telegram_app, name="telegram")
app.add_typer(nlu_app, name="nlu")
outbox_app = typer.Typer(help="What waits to be sent, what gave up, and why.", no_args_is_help=True)
app.add_typer(outbox_app, name="outbox")

media_app = typer.Typer(help="Files people have sent: which there are, and copies of them.", no_args_is_help=True)
app.add_typer(media_app, name="media")
app.add_typer(twilio_app, name="twilio")

Name = Annotated[str, typer.Option("--name", help="This process's name in the logs, unique among those that run.")]
Id = Annotated[int, typer.Argument(metavar="ID", help="As `list` shows it.")]
WithText = Annotated[bool, typer.Option("--text", help="Show what the message says.")]


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)


@app.command()
def up(
    port: Annotated[int | None, typer.Option(help="Port to listen on, instead of MAALEM_PORT.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on, instead of MAALEM_HOST.")] = None,
) -> None:
    """Run everything on this machine; trains the model first if need be. Ctrl-C stops it."""
    from app.up import up as run

    run(load_settings(port=port, host=host), _console())


@app.command(context_settings=RAW)
def test(context: typer.Context) -> None:
    """Check everything; with arguments: pytest alone, with these arguments."""
    from app.checking import check_everything, check_some

    console = _console()
    passed = check_some(console, context.args) if context.args else check_everything(console)
    raise typer.Exit(0 if passed else 1)


@app.command()
def gateway(name: Name = "gateway") -> None:
    """Take in what providers send; serves the simulator where it is on."""
    from app.processes import run_gateway

    run_gateway(load_settings(), name)


@app.command()
def worker(name: Name = "worker-1") -> None:
    """Answer people, one turn after the other."""
    from app.processes import run_worker

    run_worker(load_settings(), name)


@app.command()
def sender(name: Name = "sender-1") -> None:
    """Carry replies to the providers."""
    from app.processes import run_sender

    run_sender(load_settings(), name)


@app.command()
def train(*, force: Annotated[bool, typer.Option("--force", help="Even if the model fits the data.")] = False) -> None:
    """Train the model, unless the newest one fits the data."""
    from app.training import train as run

    run(load_settings(), _console(), force=force)


@app.command()
def chat(
    channel: Annotated[str, typer.Option(help="whatsapp, telegram or sms.")] = "whatsapp",
    sender: Annotated[str | None, typer.Option(help="Who you are; the same name goes on with the same talk.")] = None,
    url: Annotated[str | None, typer.Option(help="Where the gateway answers.")] = None,
) -> None:
    """Talk to the running bot in this terminal."""
    from app.chat import Chat, talk
    from app.up import address

    if channel not in {"whatsapp", "telegram", "sms"}:
        raise typer.BadParameter("whatsapp, telegram or sms", param_hint="--channel")
    session = Chat(url or address(load_settings()), channel, sender)
    try:
        talk(session, _console(), lambda: input("> "))
    finally:
        session.close()


@app.command()
def validate() -> None:
    """Check sentences, facts and training data."""
    from app.validation import validate as run

    raise typer.Exit(0 if run(_console()) else 1)


@app.command(context_settings=RAW, add_help_option=False)
def rasa(context: typer.Context) -> None:
    """Rasa's own command line, inside this environment: maalem rasa --help."""
    from bot.engine.rasa_compat.cli import main as run

    raise typer.Exit(run(context.args))


@app.command()
def doctor() -> None:
    """Look at everything the bot needs, and say what to do."""
    from app.doctor import examine, report

    raise typer.Exit(0 if report(_console(), examine()) else 1)


@app.command()
def catalogs() -> None:
    """Bring the catalogs into line with i18n/messages.yml and steps.yml: new ids in, old ones out."""
    from i18n.export import update

    changed = update()
    said = f"Brought into line: {', '.join(changed)}. What is empty now needs words" if changed else "Nothing to change"
    _console().print(f"{said}: ./maalem validate")


@app.command()
def fakes(
    names: Annotated[list[str] | None, typer.Argument(help="Which; by default one for each channel.")] = None,
    *,
    free_ports: Annotated[
        bool, typer.Option("--free-ports", help="Any ports, where the usual ones are taken.")
    ] = False,
) -> None:
    """Run made-up providers on this machine, to try the bot without an account."""
    from app.fakes import run_fakes

    run_fakes([*(names or []), *(["--free-ports"] if free_ports else [])])


@webhook_app.command("set")
def webhook_set() -> None:
    """Have Telegram call MAALEM_PUBLIC_URL."""
    from app.telegram import set_webhook

    _console().print(asyncio.run(set_webhook(load_settings())))


@webhook_app.command("delete")
def webhook_delete() -> None:
    """Have Telegram call nobody: for long polling."""
    from app.telegram import delete_webhook

    _console().print(asyncio.run(delete_webhook(load_settings())))


@webhook_app.command("info")
def webhook_info() -> None:
    """Ask Telegram what it calls and how that goes."""
    from app.telegram import webhook_info as ask

    _console().print(asyncio.run(ask(load_settings())), markup=False)


@outbox_app.command("list")
def outbox_list(
    *,
    waiting: Annotated[bool, typer.Option("--waiting", help="What waits, instead of what gave up.")] = False,
    text: WithText = False,
    most: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
) -> None:
    """List the latest messages that gave up, and say how it is with each channel."""
    from app.outbox import show_all

    show_all(load_settings(), _console(), waiting=waiting, text=text, most=most)


@outbox_app.command("show")
def outbox_show(outbox_id: Id, *, text: WithText = False) -> None:
    """Tell everything that happened to one message."""
    from app.outbox import show_one

    show_one(load_settings(), _console(), outbox_id, text=text)


@outbox_app.command("resend")
def outbox_resend(outbox_id: Id) -> None:
    """Send a message that gave up once more."""
    from app.outbox import resend

    _console().print(resend(load_settings(), outbox_id))


@outbox_app.command("drop")
def outbox_drop(outbox_id: Id) -> None:
    """Give up a message that waits or has failed; `resend` takes that back."""
    from app.outbox import drop

    _console().print(drop(load_settings(), outbox_id))


@media_app.command("list")
def media_list(
    state: Annotated[str | None, typer.Option(help="waiting, stored, refused or gone.")] = None,
    most: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
) -> None:
    """Show the newest files people have sent."""
    from app.media import STATES, listing

    if state not in {None, *STATES}:
        raise typer.BadParameter(", ".join(STATES), param_hint="--state")
    _console().print(listing(load_settings(), state=state, most=most))


@media_app.command("show")
def media_show(media_id: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """Show what is known of one file."""
    from app.media import shown

    _console().print(shown(load_settings(), media_id), markup=False)


@media_app.command("export")
def media_export(
    media_id: Annotated[int, typer.Argument(metavar="ID")],
    folder: Annotated[Path, typer.Argument(help="Where the copy goes.", exists=True, file_okay=False)],
) -> None:
    """Copy a file out, to look at or listen to; delete the copy when done."""
    from app.media import exported

    _console().print(str(exported(load_settings(), media_id, folder)), markup=False)


@twilio_app.command("content")
def twilio_content(
    *, dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be made.")] = False
) -> None:
    """Make the templates that buttons and lists on WhatsApp go by; run again it changes nothing."""
    from app.twilio import make_templates

    for line in asyncio.run(make_templates(load_settings(), dry_run=dry_run)):
        _console().print(line, markup=False)


@twilio_app.command("check")
def twilio_check() -> None:
    """Ask Twilio about the account, what we send from, and the addresses it calls."""
    from app.doctor import show
    from app.twilio import check

    raise typer.Exit(0 if show(_console(), asyncio.run(check(load_settings()))) else 1)


def main() -> None:
    """Run a command; what a person can mend is said in a sentence, without a traceback."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        app(prog_name="maalem")
    except SettingsError as error:
        console.print("The settings cannot be used:", style="red")
        for problem in error.problems:
            console.print(f"  {problem}", markup=False)
        sys.exit(2)
    except CannotStart as error:
        console.print(str(error), style="red", markup=False)
        sys.exit(1)
