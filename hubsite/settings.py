"""Django's settings: everything that differs between machines comes from `HUB_…` variables (`hubsite.env`)."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from hubsite import env
from hubsite.logs import logging_config

env.check_names(os.environ)

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = env.flag("HUB_DEBUG")
SECRET_KEY = env.text("HUB_SECRET_KEY")
HUB_KEY_PEPPER = env.text("HUB_KEY_PEPPER") or SECRET_KEY
ALLOWED_HOSTS = env.words("HUB_ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.words("HUB_TRUSTED_ORIGINS")
HUB_PUBLIC_URL = env.text("HUB_PUBLIC_URL").rstrip("/")
HUB_DATA_DIR = Path(env.text("HUB_DATA_DIR"))
HUB_KAFKA_BOOTSTRAP_SERVERS = env.text("HUB_KAFKA_BOOTSTRAP_SERVERS")
HUB_KAFKA_TOPIC_PREFIX = env.text("HUB_KAFKA_TOPIC_PREFIX")
HUB_KAFKA_REPLICATION_FACTOR = int(env.number("HUB_KAFKA_REPLICATION_FACTOR"))
HUB_KAFKA_OPTIONS = env.options("HUB_KAFKA_OPTIONS")
HUB_CLICKHOUSE_URL = env.text("HUB_CLICKHOUSE_URL")
HUB_MARQUEZ_URL = env.text("HUB_MARQUEZ_URL")
HUB_MARQUEZ_ADMIN_URL = env.text("HUB_MARQUEZ_ADMIN_URL")
HUB_MARQUEZ_WEB_URL = env.text("HUB_MARQUEZ_WEB_URL")
HUB_GRAFANA_URL = env.text("HUB_GRAFANA_URL")
HUB_REDIS_URL = env.text("HUB_REDIS_URL")
HUB_APPEND_TIMEOUT_S = env.number("HUB_APPEND_TIMEOUT_S")
HUB_TELEMETRY_BATCH_COUNT = int(env.number("HUB_TELEMETRY_BATCH_COUNT"))
HUB_TELEMETRY_BATCH_MIB = env.number("HUB_TELEMETRY_BATCH_MIB")
HUB_TELEMETRY_BATCH_AGE_S = env.number("HUB_TELEMETRY_BATCH_AGE_S")
HUB_VERSION = "0.1.0"
LOGGING = logging_config(env.text("HUB_LOG_LEVEL"))


def database(url: str) -> dict[str, object]:
    """Read postgres://user:password@host:port/name; a host in the query (`?host=/run/pg`) is a socket's folder."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "HUB_DATABASE_URL must name a PostgreSQL database, e.g. postgres://hub:secret@localhost:5432/hub. "
            "`make run` brings one along."
        )
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": database(env.text("HUB_DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "namespaces.User"

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "ninja",  # its docs page would load from a foreign host if it were not an app
    "csp",
    "namespaces",
    "catalog",
    "governance",
    "consumers",
    "ingest",
    "hubsite",
]

MIDDLEWARE = [
    "hubsite.door.DoorMiddleware",  # ingestion paths end here: none of what follows runs for them
    "django.middleware.security.SecurityMiddleware",
    "hubsite.request_ids.RequestIdMiddleware",
    "csp.middleware.CSPMiddleware",
    "hubsite.administration.AdminPolicyMiddleware",
    "hubsite.static.StaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hubsite.identity.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "hubsite.urls"
WSGI_APPLICATION = "hubsite.wsgi.application"
APPEND_SLASH = False  # a redirect makes stock clients lose events silently
SECURE_SSL_REDIRECT = False  # the same: TLS ends at the load balancer
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HUB_PUBLIC_URL.startswith("https://")
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "hubsite.portal.views.errors.csrf_failure"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hubsite.portal.context.portal",
            ],
        },
    },
]

# A Redis that is away must not hold the door up: no retries, and short waits (the door promises an answer in a second).
REDIS_OPTIONS = {"retry": None, "socket_connect_timeout": 0.2, "socket_timeout": 0.2}
REDIS_CACHE = {
    "BACKEND": "django.core.cache.backends.redis.RedisCache",
    "LOCATION": HUB_REDIS_URL,
    "OPTIONS": REDIS_OPTIONS,
}
PROCESS_CACHE = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "OPTIONS": {"MAX_ENTRIES": 100_000},
}
CACHES = {"default": REDIS_CACHE if HUB_REDIS_URL else PROCESS_CACHE}

CELERY_BROKER_URL = HUB_REDIS_URL or "memory://"
CELERY_TASK_ALWAYS_EAGER = not HUB_REDIS_URL
CELERY_TASK_EAGER_PROPAGATES = True

REST_FRAMEWORK: dict[str, object] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "EXCEPTION_HANDLER": "hubsite.problems.answer_for_drf",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}

# Portal pages: nothing inline, nothing foreign. `hubsite.administration` loosens it for the admin's theme.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "templates" / "static"]
WHITENOISE_USE_FINDERS = True  # no collectstatic needed on a laptop
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

ACCENT = {  # one accent for portal and admin, in unfold's notation
    "50": "240 253 250",
    "100": "204 251 241",
    "200": "153 246 228",
    "300": "94 234 212",
    "400": "45 212 191",
    "500": "20 184 166",
    "600": "13 148 136",
    "700": "15 118 110",
    "800": "17 94 89",
    "900": "19 78 74",
    "950": "4 47 46",
}
UNFOLD = {
    "SITE_TITLE": "Data Lineage Hub",
    "SITE_HEADER": "Data Lineage Hub",
    "SITE_SUBHEADER": "Administration",
    "SITE_URL": "/",
    "SITE_SYMBOL": "hub",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda _request: "/static/hub/icon.svg"}],
    "COLORS": {"primary": ACCENT},
    "SHOW_HISTORY": False,
}
