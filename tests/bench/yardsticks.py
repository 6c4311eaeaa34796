"""What our pages are compared with, and the addresses of the benchmark's server."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import include, path

from projects.models import Project

# The plainest page that lists rows: no frame, no components, one loop.
PLAIN = engines["django"].from_string(
    "<!doctype html><title>{{ project }}</title><h1>{{ project }}</h1><p>{{ user.name }}</p><table>"
    "{% for shot in shots %}<tr><td>{{ shot.number }}</td><td>{{ shot.name }}</td><td>{{ shot.state }}</td>"
    "<td>{{ shot.state_since }}</td><td>{{ shot.spent }}</td></tr>{% endfor %}</table>"
)
RANGE_FILE: dict[str, Any] = {}


def fifty_rows(request: HttpRequest, pk: Any) -> HttpResponse:
    """Fifty rows, five queries: session, person, memberships (the same middleware as ours), project, shots."""
    project = Project.objects.get(pk=pk)
    return HttpResponse(PLAIN.render({"project": project, "shots": project.shots.all()[:50]}, request))


def bare_file(request: HttpRequest) -> FileResponse:
    """One MiB of a file as Django's own response, without asking who wants it."""
    return FileResponse(open(RANGE_FILE["path"], "rb"))  # noqa: PTH123  # the response closes it


def who_am_i(request: HttpRequest) -> HttpResponse:
    """The least a page can ask: who is logged in here."""
    return JsonResponse({"name": request.user.get_username()})


urlpatterns = [
    path("bench/who", who_am_i),
    path("bench/rows/<uuid:pk>/", fifty_rows),
    path("bench/file", bare_file),
    path("", include("kling_cms.urls")),
]
