"""A small ETL that tells a hub what it reads and writes: `set -a; . .hub/demo.env; set +a; python sdk/examples/etl.py`."""

from __future__ import annotations

import csv
import io

import data_lineage_hub
from data_lineage_hub import lineage_track

ORDERS = "order_id,amount\n1,10.50\n2,3.20\n3,99.00\n"
COLUMNS = [("order_id", "INTEGER"), ("amount", "DECIMAL")]

RAW = {"type": "s3", "format": "csv", "name": "s3://shop-landing/orders.csv", "schema": COLUMNS}
CLEAN = {"type": "postgres", "format": "table", "name": "postgres://db:5432/shop.public.orders", "schema": COLUMNS}


@lineage_track(job_name="load_orders", inputs=[RAW], outputs=[CLEAN], description="Loads the shop's orders.")
def load() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(ORDERS)))


@lineage_track(job_name="sum_orders", inputs=[CLEAN], outputs=["order_totals"])
def total(orders: list[dict[str, str]]) -> float:
    return sum(float(order["amount"]) for order in orders)


@lineage_track(job_name="daily_orders")
def main() -> None:
    print(f"{total(load()):.2f}")


if __name__ == "__main__":
    main()
    data_lineage_hub.flush()
    print(data_lineage_hub.stats())
