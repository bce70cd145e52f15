"""The demo's jobs, team by team: ordinary functions under `lineage_track`, which is all that lineage asks of them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.trace import Span

from data_lineage_hub import lineage_track
from hubsite.demo import datasets, warehouse
from hubsite.demo.telemetry import Telemetry
from hubsite.demo.warehouse import Warehouse


@dataclass(slots=True)
class Day:
    """What a job works with: the data, the telemetry of its team, and the list of what went wrong."""

    data: Warehouse
    telemetry: Telemetry
    failures: list[str] = field(default_factory=list)

    def step(self, name: str) -> AbstractContextManager[Span]:
        return self.telemetry.span(name)

    def wrote(self, job: str, records: int) -> None:
        self.telemetry.written(job, records, self.data.size_bytes)


class MissingBirthYear(Exception):
    """A customer without a birth year has no age."""


# -- shop: brings what the shop wrote into its staging tables


@lineage_track("shop.daily", description="The shop's day: export, then load.")
def shop_day(day: Day) -> None:
    with day.step("shop.daily"):
        export(day)
        load_customers(day)
        load_orders(day)


@lineage_track(
    "shop.export",
    outputs=[datasets.RAW_CUSTOMERS, datasets.RAW_ORDERS, datasets.RAW_PAYMENTS],
    description="Writes customers, orders and payments of the shop system to files.",
)
def export(day: Day) -> None:
    with day.step("export customers"):
        count = day.data.write_csv("customers.csv", names(datasets.RAW_CUSTOMERS), warehouse.customers())
    with day.step("export orders"):
        count += day.data.write_csv("orders.csv", names(datasets.RAW_ORDERS), warehouse.orders())
    with day.step("export payments"):
        count += day.data.write_csv("payments.csv", names(datasets.RAW_PAYMENTS), warehouse.payments())
    day.wrote("shop.export", count)


@lineage_track("shop.load_customers", inputs=[datasets.RAW_CUSTOMERS], outputs=[datasets.STAGED_CUSTOMERS])
def load_customers(day: Day) -> None:
    with day.step("load customers"):
        day.wrote("shop.load_customers", day.data.load_csv("customers.csv", "shop", "customers"))


@lineage_track("shop.load_orders", inputs=[datasets.RAW_ORDERS], outputs=[datasets.STAGED_ORDERS])
def load_orders(day: Day) -> None:
    with day.step("load orders"):
        day.wrote("shop.load_orders", day.data.load_csv("orders.csv", "shop", "orders"))


# -- analytics: builds marts from the shop's staging tables


@lineage_track("analytics.daily", description="Builds the marts; goes on when the age groups fail.")
def analytics_day(day: Day) -> None:
    with day.step("analytics.daily"):
        customer_orders(day)
        daily_revenue(day)
        try:
            age_groups(day)
        except MissingBirthYear as error:
            day.failures.append(f"analytics.age_groups: {error}")


@lineage_track(
    "analytics.customer_orders",
    inputs=[datasets.STAGED_CUSTOMERS, datasets.STAGED_ORDERS],
    outputs=[datasets.CUSTOMER_ORDERS],
    description="Orders and revenue per customer.",
)
def customer_orders(day: Day) -> None:
    with day.step("join customers and orders"):
        rows = day.data.query(
            "shop",
            "SELECT customer_id, country, count(*), sum(CAST(amount_cents AS INTEGER)) "
            "FROM customers JOIN orders USING (customer_id) GROUP BY 1, 2 ORDER BY CAST(customer_id AS INTEGER)",
        )
    with day.step("write customer_orders"):
        columns = names(datasets.CUSTOMER_ORDERS)
        day.wrote("analytics.customer_orders", day.data.write_table("marts", "customer_orders", columns, rows))


@lineage_track("analytics.daily_revenue", inputs=[datasets.STAGED_ORDERS], outputs=[datasets.DAILY_REVENUE])
def daily_revenue(day: Day) -> None:
    with day.step("sum orders per day"):
        rows = day.data.query(
            "shop", "SELECT ordered_on, count(*), sum(CAST(amount_cents AS INTEGER)) FROM orders GROUP BY 1 ORDER BY 1"
        )
    with day.step("write daily_revenue"):
        columns = names(datasets.DAILY_REVENUE)
        day.wrote("analytics.daily_revenue", day.data.write_table("marts", "daily_revenue", columns, rows))


@lineage_track(
    "analytics.age_groups",
    inputs=[datasets.STAGED_CUSTOMERS],
    outputs=[datasets.AGE_GROUPS],
    description="Customers by decade of birth. Fails in the demo: one customer has no birth year.",
)
def age_groups(day: Day) -> None:
    with day.step("group customers by age"):
        for customer_id, birth_year in day.data.query("shop", "SELECT customer_id, birth_year FROM customers"):
            if not birth_year:
                raise MissingBirthYear(f"Customer {customer_id} has no birth year. Ask the shop team to export it.")


# -- finance: compares what was sold with what was paid


@lineage_track("finance.daily", description="Closes the books of the day.")
def finance_day(day: Day) -> None:
    with day.step("finance.daily"):
        load_payments(day)
        reconcile(day)
        report(day)


@lineage_track("finance.load_payments", inputs=[datasets.RAW_PAYMENTS], outputs=[datasets.LEDGER])
def load_payments(day: Day) -> None:
    with day.step("load payments"):
        day.wrote("finance.load_payments", day.data.load_csv("payments.csv", "ledger", "payments"))


@lineage_track(
    "finance.reconcile",
    inputs=[datasets.LEDGER, datasets.DAILY_REVENUE],
    outputs=[datasets.DIFFERENCES],
    description="Sold against paid, day by day.",
)
def reconcile(day: Day) -> None:
    with day.step("compare sold and paid"):
        rows = day.data.query(
            "ledger",
            "SELECT r.day, r.amount_cents, sum(CAST(p.amount_cents AS INTEGER)) "
            "FROM marts.daily_revenue r JOIN payments p ON p.paid_on = r.day GROUP BY 1, 2 ORDER BY 1",
            "marts",
        )
    with day.step("write differences"):
        columns = names(datasets.DIFFERENCES)
        day.wrote("finance.reconcile", day.data.write_table("ledger", "differences", columns, rows))


@lineage_track("finance.report", inputs=[datasets.DIFFERENCES], outputs=[datasets.REPORT])
def report(day: Day) -> None:
    with day.step("write revenue report"):
        rows = day.data.query("ledger", "SELECT day, sold_cents, paid_cents FROM differences")
        lines = [(on, sold / 100, paid / 100, (sold - paid) / 100) for on, sold, paid in rows]
        day.wrote("finance.report", day.data.write_csv("revenue_report.csv", names(datasets.REPORT), lines))


def names(dataset: dict[str, Any]) -> list[str]:
    return [name for name, _ in dataset["schema"]]
