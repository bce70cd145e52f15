"""The datasets of the demo, as the dicts that `lineage_track` takes: names, formats, columns."""

from __future__ import annotations

from typing import Any


def csv_file(name: str, *columns: str) -> dict[str, Any]:
    return {
        "type": "file",
        "format": "csv",
        "namespace": "file://landing.example.com",
        "name": name,
        "schema": schema(columns),
    }


def table(database: str, name: str, *columns: str) -> dict[str, Any]:
    return {
        "type": "sqlite",
        "format": "table",
        "namespace": f"sqlite://{database}.example.com",
        "name": name,
        "schema": schema(columns),
    }


def schema(columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Columns as "name type"."""
    return [tuple(column.split(" ", 1)) for column in columns]


RAW_CUSTOMERS = csv_file("/customers.csv", "customer_id INTEGER", "email TEXT", "country TEXT", "birth_year INTEGER")
RAW_ORDERS = csv_file(
    "/orders.csv", "order_id INTEGER", "customer_id INTEGER", "ordered_on DATE", "amount_cents INTEGER"
)
RAW_PAYMENTS = csv_file("/payments.csv", "order_id INTEGER", "paid_on DATE", "amount_cents INTEGER")

STAGED_CUSTOMERS = table(
    "shop", "staging.customers", "customer_id INTEGER", "email TEXT", "country TEXT", "birth_year INTEGER"
)
STAGED_ORDERS = table(
    "shop", "staging.orders", "order_id INTEGER", "customer_id INTEGER", "ordered_on DATE", "amount_cents INTEGER"
)

CUSTOMER_ORDERS = table(
    "marts", "sales.customer_orders", "customer_id INTEGER", "country TEXT", "orders INTEGER", "amount_cents INTEGER"
)
DAILY_REVENUE = table("marts", "sales.daily_revenue", "day DATE", "orders INTEGER", "amount_cents INTEGER")
AGE_GROUPS = table("marts", "sales.age_groups", "age_group TEXT", "customers INTEGER")

LEDGER = table("ledger", "books.payments", "order_id INTEGER", "paid_on DATE", "amount_cents INTEGER")
DIFFERENCES = table("ledger", "books.differences", "day DATE", "sold_cents INTEGER", "paid_cents INTEGER")
REPORT = csv_file("/revenue_report.csv", "day DATE", "sold_eur DECIMAL", "paid_eur DECIMAL", "difference_eur DECIMAL")
