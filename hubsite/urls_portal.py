"""The addresses of the pages."""

from django.contrib.auth import views as auth_views
from django.urls import path

from hubsite.portal.views import dataset, home, job, lineage, namespace, run, search, status

urlpatterns = [
    path("", home.home, name="home"),
    path("login", auth_views.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout", auth_views.LogoutView.as_view(), name="logout"),
    path("namespaces/<str:name>", namespace.namespace, name="namespace"),
    path("namespaces/<str:name>/first-event", home.first_event, name="first-event"),
    path("namespaces/<str:name>/keys/issue", namespace.issue_key, name="issue-key"),
    path("namespaces/<str:name>/keys/<int:pk>/revoke", namespace.revoke_key, name="revoke-key"),
    path("namespaces/<str:name>/<slug:tab>", namespace.namespace, name="namespace"),
    path("datasets/<uuid:uuid>", dataset.dataset, name="dataset"),
    path("jobs/<uuid:uuid>", job.job, name="job"),
    path("runs/<uuid:uuid>", run.run, name="run"),
    path("lineage", lineage.lineage, name="lineage"),
    path("lineage.svg", lineage.download, name="lineage-svg"),
    path("search", search.search, name="search"),
    path("status", status.status, name="status"),
    path("favicon.ico", home.favicon),
]
