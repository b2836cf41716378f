"""``ataraxy``: the command line. Each command is one module of ``commands``, imported only when it is called."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ataraxy.core.errors import AtaraxyError, RecordBroken

if TYPE_CHECKING:
    from ataraxy.clinic.env import Environment

app = typer.Typer(
    name="ataraxy",
    help="Runs ketamine therapy for anxiety disorders, from referral to remission.",
    epilog="Exit codes: 0 fine, 1 found something wrong, 2 could not run, 3 the record is broken.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

SERVE = "Run a clinic"
CARE = "Care for its data"
PROTOCOLS = "Protocols"

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for programs.")]


@app.command(rich_help_panel=SERVE)
def demo(
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Throw the demo's data away and begin again.")
    ] = False,
    json: Json = False,
) -> None:
    """Serve a demo clinic with synthetic patients and a simulated monitor."""
    from ataraxy.commands.demo import demo as run

    raise typer.Exit(run(_env(), json, fresh))


@app.command(rich_help_panel=SERVE)
def serve(json: Json = False) -> None:
    """Serve the clinic: database, web, live, watch and the front, kept alive together."""
    from ataraxy.commands.serve import serve as run

    raise typer.Exit(run(_env(), as_json=json))


@app.command(rich_help_panel=SERVE)
def web(json: Json = False) -> None:
    """Only the pages."""
    from ataraxy.commands.parts import run_part

    raise typer.Exit(run_part("web", _env(), json))


@app.command(rich_help_panel=SERVE)
def live(
    number: Annotated[int, typer.Option(help="Which of ATARAXY_LIVE_PROCESSES this is.")] = 1,
    json: Json = False,
) -> None:
    """Only the live process: readings in, numbers out."""
    from ataraxy.commands.parts import live_of, run_part

    raise typer.Exit(run_part("live", live_of(_env(), number), json))


@app.command(rich_help_panel=SERVE)
def watch(json: Json = False) -> None:
    """Only the watch process: anchors, check-ins, open concerns."""
    from ataraxy.commands.parts import run_part

    raise typer.Exit(run_part("watch", _env(), json))


@app.command("demo-monitor", rich_help_panel=SERVE)
def demo_monitor(
    host: Annotated[str, typer.Option(help="Where to send.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="MLLP port.")] = 2575,
    bed: Annotated[str, typer.Option(help="The bed the monitor names.")] = "1",
    speed: Annotated[float, typer.Option(help="Simulated seconds a second.")] = 1.0,
    start_at_min: Annotated[float, typer.Option(help="Minutes since the dose when it is switched on.")] = 0.0,
    cuff_every_min: Annotated[float, typer.Option(help="Minutes between cuff pressures.")] = 5.0,
    every_s: Annotated[float, typer.Option(help="Seconds between messages.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Whose body it is.")] = 1,
    json: Json = False,
) -> None:
    """A simulated bedside monitor that sends PCD-01 messages over MLLP until stopped."""
    from ataraxy.commands.monitor import monitor

    raise typer.Exit(
        monitor(host, port, bed, speed, start_at_min, cuff_every_min, every_s, seed, as_json=json)
    )


@app.command(rich_help_panel=SERVE)
def bluetooth(
    address: Annotated[str, typer.Argument(help="The device's address; left out: what is in reach.")] = "",
    host: Annotated[str, typer.Option(help="Where to send.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="MLLP port.")] = 2575,
    zone: Annotated[str, typer.Option(help="The zone the device's clock is set to; UTC unless given.")] = "",
    user: Annotated[
        int | None, typer.Option(help="The device's number of the person it is to measure.")
    ] = None,
    pair: Annotated[bool, typer.Option("--pair", help="Pair with the device first.")] = False,
    json: Json = False,
) -> None:
    """Read a Bluetooth cuff, oximeter or heart rate sensor, and send what it says like a monitor."""
    from ataraxy.commands.bluetooth import bluetooth as run

    raise typer.Exit(run(address, host, port, zone, user, pair=pair, as_json=json))


@app.command(rich_help_panel=SERVE)
def found(
    name: Annotated[str, typer.Option(help="The clinic's name.")] = "",
    zone: Annotated[str, typer.Option(help="Its time zone, for example America/New_York.")] = "",
    director: Annotated[str, typer.Option(help="The first director's name.")] = "",
    email: Annotated[str, typer.Option(help="The director's address, which is the log-in.")] = "",
    password_file: Annotated[
        Path | None, typer.Option(help="Read the first password from this file.")
    ] = None,
    json: Json = False,
) -> None:
    """Found a clinic with its first director. Asks for what is not given."""
    from ataraxy.commands.found import found as run

    raise typer.Exit(run(_env(), name, zone, director, email, password_file, json))


@app.command(rich_help_panel=CARE)
def migrate(json: Json = False) -> None:
    """Bring the database up to this release, as its owner."""
    from ataraxy.commands.migrate import migrate as run

    raise typer.Exit(run(_env(), json))


@app.command(rich_help_panel=CARE)
def doctor(json: Json = False) -> None:
    """Examine this installation; each finding with its cure."""
    from ataraxy.commands.doctor import doctor as run

    raise typer.Exit(run(_env(), json))


@app.command(rich_help_panel=CARE)
def verify(json: Json = False) -> None:
    """Walk the whole record and name the first broken link of each stream."""
    from ataraxy.commands.verify import verify as run

    raise typer.Exit(run(_env(), json))


@app.command(rich_help_panel=CARE)
def rebuild(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compare only; change nothing.")] = False,
    json: Json = False,
) -> None:
    """Project every chart and session again from its events, and report what differed."""
    from ataraxy.commands.rebuild import rebuild as run

    raise typer.Exit(run(_env(), dry_run, json))


@app.command(rich_help_panel=CARE)
def backup(file: Annotated[Path, typer.Argument(help="The file to write.")], json: Json = False) -> None:
    """Write the database, the anchors and the secrets into one file, then verify the record."""
    from ataraxy.commands.backup import backup as run

    raise typer.Exit(run(_env(), file, json))


@app.command(rich_help_panel=CARE)
def restore(file: Annotated[Path, typer.Argument(help="A file `backup` wrote.")], json: Json = False) -> None:
    """Read a backup into an empty database, then verify the record."""
    from ataraxy.commands.restore import restore as run

    raise typer.Exit(run(_env(), file, json))


@app.command(rich_help_panel=PROTOCOLS)
def check(
    file: Annotated[
        Path, typer.Argument(help="A protocol, model, effect, population, study or review file.")
    ],
    json: Json = False,
) -> None:
    """Check a file of the catalog, and print it as a page a clinician can read."""
    from ataraxy.commands.check import check as run

    raise typer.Exit(run(file, json))


@app.command(rich_help_panel=PROTOCOLS)
def diff(a: Path, b: Path, json: Json = False) -> None:
    """Two versions of a protocol, side by side."""
    from ataraxy.commands.diff import diff as run

    raise typer.Exit(run(a, b, json))


@app.command(rich_help_panel=PROTOCOLS)
def evidence(
    disorder: Annotated[str, typer.Option(help="gad, sad, ptsd, ocd, anxiety or depression.")],
    hour: Annotated[str, typer.Option(help="Hours after the dose; any hour unless told.")] = "",
    measure: Annotated[str, typer.Option(help="or, rr, rd, smd or md; the usual three unless told.")] = "",
    beside: Annotated[Path | None, typer.Option(help="A folder of imported studies.")] = None,
    json: Json = False,
) -> None:
    """What has been shown for a disorder: every pool, its inputs and exclusions, and what nobody has shown."""
    from ataraxy.commands.evidence import evidence as run

    raise typer.Exit(run(disorder, hour, measure, json, beside))


@app.command("evidence-import", rich_help_panel=PROTOCOLS)
def evidence_import(
    file: Annotated[Path, typer.Argument(help="A registry's JSON, a RIS or BibTeX file, or a table.")],
    form: Annotated[
        str, typer.Option("--as", help="ctgov, ris, bibtex or metapsy; by its ending unless told.")
    ] = "",
    into: Annotated[Path | None, typer.Option(help="A folder of your own beside the catalog.")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Write what is shown into the folder.")] = False,
    json: Json = False,
) -> None:
    """Show what a file would change in the base and in every pooled estimate; write it only when told to."""
    from ataraxy.commands.evidence_import import evidence_import as run

    raise typer.Exit(run(file, form, into, accept, json))


@app.command("evidence-export", rich_help_panel=PROTOCOLS)
def evidence_export(
    study: Annotated[list[str] | None, typer.Argument(help="Ids of studies; all unless told.")] = None,
    form: Annotated[
        str, typer.Option("--as", help="ctgov, ris, bibtex or metapsy; by the ending of --out unless told.")
    ] = "",
    out: Annotated[Path | None, typer.Option(help="The file to write; stdout unless told.")] = None,
    beside: Annotated[Path | None, typer.Option(help="A folder of imported studies.")] = None,
    json: Json = False,
) -> None:
    """Write studies of the base as a registry's JSON, a table or references, and tell what that cannot carry."""
    from ataraxy.commands.evidence_export import evidence_export as run

    raise typer.Exit(run(tuple(study or ()), form, out, beside, json))


@app.command(rich_help_panel=PROTOCOLS)
def simulate(
    protocol: Annotated[str, typer.Argument(help="A protocol of the catalog, or a file.")],
    people: Annotated[int, typer.Option("-n", "--people", help="How many virtual people.")] = 10_000,
    model: Annotated[list[str] | None, typer.Option(help="A model of the catalog; may be repeated.")] = None,
    population: Annotated[
        str, typer.Option(help="A population, or a .csv table of people.")
    ] = "clinic-adults",
    seed: Annotated[int, typer.Option(help="The same seed, the same people.")] = 1,
    effects: Annotated[list[str] | None, typer.Option(help="Effects to tell, or none.")] = None,
    mg_per_kg: Annotated[
        str, typer.Option("--mg-per-kg", help="Another dose than the largest planned.")
    ] = "",
    course: Annotated[str, typer.Option(help="The whole course for gad, sad or ptsd, every session.")] = "",
    hours: Annotated[
        float | None,
        typer.Option(help="How long people are followed: 8 h; after a course's last session, 7 days."),
    ] = None,
    against: Annotated[str, typer.Option(help="Another protocol, in the same people.")] = "",
    find_dose: Annotated[str, typer.Option("--find-dose", help='The largest dose: "systolic<160@95%".')] = "",
    find_rate: Annotated[str, typer.Option("--find-rate", help="The shortest infusion, likewise.")] = "",
    engine: Annotated[str, typer.Option(help="dask://host:port: on a cluster.")] = "",
    threads: Annotated[int | None, typer.Option(help="One a core, unless told.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write SVG, CSV and Parquet into this folder.")] = None,
    json: Json = False,
) -> None:
    """Try a protocol on very many virtual people: exposure, pressure, dissociation, time to ready, rules crossed."""
    from ataraxy.commands.simulate import Asked
    from ataraxy.commands.simulate import simulate as run

    asked = Asked(
        protocol=protocol,
        people=people,
        models=tuple(model or ()),
        population=population,
        seed=seed,
        effects=tuple(effects or ()),
        mg_per_kg=mg_per_kg,
        hours=hours,
        course=course,
        against=against,
        find_dose=find_dose,
        find_rate=find_rate,
        engine=engine,
        threads=threads,
        out=out,
    )
    raise typer.Exit(run(asked, json))


def _env() -> Environment:
    from ataraxy.clinic.env import read

    return read()


def main() -> None:
    """Run, and turn what went wrong into cause, cure and an exit code."""
    from ataraxy.commands.say import Exit, trouble

    os.umask(0o077)  # what we write is for its owner alone
    as_json = "--json" in sys.argv
    try:
        app()
    except RecordBroken as error:
        trouble(error, as_json)
        sys.exit(Exit.BROKEN)
    except AtaraxyError as error:
        trouble(error, as_json)
        sys.exit(Exit.NOT_RUN)
    except Exception as error:
        trouble(_unforeseen(error), as_json)
        sys.exit(Exit.NOT_RUN)


def _unforeseen(error: Exception) -> AtaraxyError:
    """A fault of the program, by its kind and place; a library's own words may quote a row and are left out."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno} ({place.name})"
    if type(error).__module__.startswith("psycopg") and type(error).__name__ == "OperationalError":
        return AtaraxyError(
            "The database does not answer or refused the log-in.",
            "Check DATABASE_URL and that the server runs.",
        )
    return AtaraxyError(
        f"An unforeseen fault: {where}.", "Report it with these words; nothing was half done."
    )


if __name__ == "__main__":
    main()
