"""The demo's data: orders, customers and payments of a small shop, the same at every run, in CSV files and SQLite."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

CUSTOMERS, ORDERS = 40, 300
COUNTRIES = ("DE", "FR", "NL", "PL")
SEED = 20261120

Row = Sequence[Any]


def customers() -> Iterator[Row]:
    random = Random(SEED)  # noqa: S311 -- data of a demo
    for number in range(1, CUSTOMERS + 1):
        # Customer 17 has no birth year: the demo's failing job stumbles over it.
        birth_year = "" if number == 17 else random.randint(1945, 2005)  # noqa: PLR2004
        yield number, f"customer-{number:03}@example.com", random.choice(COUNTRIES), birth_year


def orders() -> Iterator[Row]:
    random = Random(SEED + 1)  # noqa: S311 -- the same
    for number in range(1, ORDERS + 1):
        yield number, random.randint(1, CUSTOMERS), f"2026-11-{random.randint(1, 20):02}", random.randint(500, 20_000)


def payments() -> Iterator[Row]:
    """One payment per order; every fiftieth one is a euro short, for finance to find."""
    for number, _, day, amount_cents in orders():
        yield number, day, amount_cents - (100 if number % 50 == 0 else 0)


class Warehouse:
    """A folder with `*.csv` files and one SQLite file per database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write_csv(self, name: str, header: Sequence[str], rows: Iterable[Row]) -> int:
        with (self.folder / name).open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            written = list(rows)
            writer.writerows(written)
        return len(written)

    def load_csv(self, name: str, database: str, table: str) -> int:
        with (self.folder / name).open(newline="") as file:
            header, *rows = csv.reader(file)
        return self.write_table(database, table, header, rows)

    def write_table(self, database: str, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        """Make the table anew and fill it."""
        written = list(rows)
        with closing(sqlite3.connect(self.folder / f"{database}.db")) as link, link:
            link.execute(f"DROP TABLE IF EXISTS {table}")
            link.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
            link.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", written)  # noqa: S608 -- names of ours
        return len(written)

    def query(self, database: str, sql: str, *attached: str) -> list[Row]:
        """Rows of a query; tables of `attached` databases are named `<database>.<table>`."""
        with closing(sqlite3.connect(self.folder / f"{database}.db")) as link:
            for other in attached:
                link.execute(f"ATTACH DATABASE ? AS {other}", (str(self.folder / f"{other}.db"),))
            return link.execute(sql).fetchall()

    @property
    def size_bytes(self) -> int:
        return sum(path.stat().st_size for path in self.folder.iterdir())
