"""``python -m bench.faults``: play seeded histories of faults with and without a journal; print what came of them."""

import sys
import time
from collections.abc import Callable

import click

from bench.faults.deliveries.history import ACCOUNTS, EACH
from bench.faults.deliveries.history import play as play_deliveries
from bench.faults.deliveries.mutants import DELIVERY_MUTANTS, notice_delivery
from bench.faults.deliveries.torture import torture
from bench.faults.history import WRONGS, Count, play
from bench.faults.mutants import MUTANTS, NOTICED_WITH
from bench.faults.plan import Plan, draw
from bench.faults.real import real
from bench.faults.services import KINDS
from bench.faults.tally import table, tally
from server import log
from tests.postgres import missing, running_cluster

#: Histories of real processes at one time: they mostly wait.
_AT_ONCE = 16
#: A rule that is left out has to be noticed within so many seeds of each provider (reference engine 2.8).
SEEDS = 500


@click.command()
@click.option("--histories", default=10_000, show_default=True, help="Histories in virtual time.")
@click.option("--first", default=0, show_default=True, help="The first seed.")
@click.option("--real", "real_histories", default=0, show_default=True, help="Histories of real processes, in all.")
@click.option(
    "--engine",
    "deliveries",
    default=0,
    show_default=True,
    help="Deliveries of the embedded engine, by real processes: on one machine, as many on two, and in virtual time.",
)
@click.option(
    "--mutants", is_flag=True, help="Leave out each rule of the journal in turn, and find the first seed that notices."
)
def main(histories: int, first: int, real_histories: int, deliveries: int, *, mutants: bool) -> None:
    """Play histories of an agent, a server and a service that fail; tell what is doubled, lost, stuck or wrong."""
    log.configure("console", "critical", ())
    bad = _virtual(histories, first) if histories else []
    if real_histories:
        bad += _real(real_histories, first)
    if deliveries:
        bad += _engine(deliveries, first)
    if mutants:
        bad += _mutants()
    for line in bad:
        print(line)
    sys.exit(1 if bad else 0)


def _virtual(histories: int, first: int) -> list[str]:
    began = time.monotonic()
    played = tally(histories, first)
    for title, row in _TABLES.items():
        print(f"\n{table(played, title, row)}", flush=True)
    print(f"\n{len(played):,} histories, each played twice, in {time.monotonic() - began:.0f} s.", flush=True)
    return [wrong for _, pair in played for wrong in pair.ours.bad]


def _real(histories: int, first: int) -> list[str]:
    began = time.monotonic()
    count, kills = real(histories, _AT_ONCE, first)
    told = ", ".join(f"{len(getattr(count, name))} {name}" for name in WRONGS)
    print(
        f"\n{count.histories} histories of real processes, {kills} SIGKILLs: {told}; {time.monotonic() - began:.0f} s."
    )
    return count.bad


def _engine(deliveries: int, seed: int) -> list[str]:
    began = time.monotonic()
    histories = range(seed, seed + -(-deliveries // (EACH * len(ACCOUNTS))))
    bad = [wrong for one in histories for wrong in play_deliveries(one)]
    print(f"\n{len(histories):,} histories of couriers that sleep and die, in virtual time: {len(bad)} wrong;", end=" ")
    print(f"{time.monotonic() - began:.0f} s.", flush=True)
    for machines in (1, 2):
        began = time.monotonic()
        tally = torture(deliveries, seed, machines=machines)
        print(f"\nMachines: {machines}. {tally} {time.monotonic() - began:.0f} s.", flush=True)
        bad += tally.bad
    if not missing():
        with running_cluster(durable=True) as cluster:
            tally = torture(deliveries, seed, machines=4, cluster=cluster)
        print(f"\nPostgreSQL. {tally}", flush=True)
        bad += tally.bad
    return bad


def _mutants() -> list[str]:
    """Tell for each rule which history notices that it is left out; the rules that none misses are bad."""
    print("\n| rule left out | noticed by |\n| --- | --- |")
    missed: list[str] = []
    for name in (*MUTANTS, *DELIVERY_MUTANTS):
        noticed = notice(name)
        print(f"| {name} | {noticed or 'nothing'} |", flush=True)
        if noticed is None:
            missed.append(f"mutant not noticed: {name}")
    return missed


def notice(mutant: str, seeds: int = SEEDS) -> str | None:
    """Play histories without one rule, until one ends badly; tell what was wrong and where."""
    if mutant in DELIVERY_MUTANTS:
        return notice_delivery(mutant, seeds)
    with MUTANTS[mutant]():
        for seed in range(seeds):
            for provider in KINDS:
                plan = draw(seed, provider)
                if NOTICED_WITH.get(mutant, plan.keys) != plan.keys:
                    continue
                count: Count = play(plan)
                if count.bad:
                    return count.bad[0]
    return None


_TABLES: dict[str, Callable[[Plan], str]] = {
    "what goes wrong": lambda plan: plan.trouble,
    "how the agent behaves": lambda plan: plan.behaviour,
    "provider": lambda plan: plan.kind.provider,
}

if __name__ == "__main__":
    main()
