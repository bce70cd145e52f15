"""The admin shows the catalog and lets nobody change it."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from catalog.models import Dataset, Edge, Job, Run
from namespaces.models import User
from tests.catalog.conftest import Send, dataset, run_event

pytestmark = pytest.mark.django_db
MODELS = (Dataset, Job, Run, Edge)


@pytest.fixture
def operator(client: Client, send: Send) -> Client:
    send(run_event(inputs=[dataset("a")], outputs=[dataset("b")]))
    client.force_login(User.objects.create_superuser("root@example.com", "correct-horse-battery"))
    return client


@pytest.mark.parametrize("model", MODELS)
def test_each_table_is_listed_searched_and_looked_into(operator: Client, model: type[Dataset]) -> None:
    name = f"admin:catalog_{model._meta.model_name}"
    row = model.objects.first()
    assert row is not None
    assert operator.get(reverse(f"{name}_changelist")).status_code == 200
    assert operator.get(reverse(f"{name}_changelist"), {"q": str(row.pk)}).status_code == 200
    assert operator.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_nothing_can_be_added_changed_or_deleted(operator: Client, model: type[Dataset]) -> None:
    name = f"admin:catalog_{model._meta.model_name}"
    row = model.objects.first()
    assert row is not None
    assert operator.post(reverse(f"{name}_add")).status_code == 403
    assert operator.post(reverse(f"{name}_change", args=[row.pk]), {"name": "x"}).status_code == 403
    assert operator.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(("model", "page"), [(Dataset, "dataset"), (Job, "job"), (Run, "run")])
def test_each_leads_to_its_page_in_the_portal(operator: Client, model: type[Dataset], page: str) -> None:
    row = model.objects.first()
    assert row is not None
    address = reverse(page, args=[row.pk])
    assert admin.site._registry[model].get_view_on_site_url(row) == address
    assert address in operator.get(reverse(f"admin:catalog_{page}_change", args=[row.pk])).content.decode()
