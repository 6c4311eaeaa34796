"""All addresses: each app's own list, joined."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import TemplateView

from kling_cms.views import board, health, home

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("favicon.ico", home.favicon, name="favicon"),
    path("accounts/", include("allauth.urls")),
    # The admin's own login form knows neither second factors nor rate limits.
    path("admin/login/", secure_admin_login(admin.site.login)),
    path("admin/", admin.site.urls),
    path("", home.home, name="home"),
    path("projects/<uuid:pk>/", board.project_board, name="project_board"),
    path("", include("projects.urls")),
    path("", include("assets.urls")),
    path("", include("reviews.urls")),
]

if settings.DEBUG:
    urlpatterns.append(path("styleguide/", TemplateView.as_view(template_name="styleguide.html"), name="styleguide"))
