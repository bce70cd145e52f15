"""The Celery application: what a clock asks for; with no Redis it runs eagerly, in the process that asks."""

import os

from celery import Celery

from governance.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubsite.settings")

app = Celery("hub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {entry.name: {"task": entry.task, "schedule": entry.every_s} for entry in SCHEDULE}
