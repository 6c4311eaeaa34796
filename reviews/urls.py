"""Addresses of this app."""

from django.urls import path

from reviews.views import asking, decisions, notes, packages, queue, room

urlpatterns = [
    path("reviews/", queue.review_queue, name="review_queue"),
    path("versions/<uuid:pk>/ask/", asking.review_ask, name="review_ask"),
    path("rounds/<uuid:pk>/withdraw/", asking.round_withdraw, name="round_withdraw"),
    path("versions/<uuid:pk>/", room.version_review, name="version_review"),
    path("versions/<uuid:pk>/revise/", room.version_revise, name="version_revise"),
    path("versions/<uuid:pk>/notes/", notes.note_add, name="note_add"),
    path("notes/<uuid:pk>/reply/", notes.note_reply, name="note_reply"),
    path("notes/<uuid:pk>/resolve/", notes.note_resolve, name="note_resolve"),
    path("notes/<uuid:pk>/reopen/", notes.note_reopen, name="note_reopen"),
    path("rounds/<uuid:pk>/decide/", decisions.round_decide, name="round_decide"),
    path("deliveries/", packages.package_list, name="package_list"),
    path("projects/<uuid:pk>/packages/new/", packages.package_create, name="package_create"),
    path("deliveries/<uuid:pk>/", packages.package_detail, name="package_detail"),
    path("deliveries/<uuid:pk>/add/", packages.package_add, name="package_add"),
    path("deliveries/<uuid:pk>/remove/<uuid:item>/", packages.package_remove, name="package_remove"),
    path("deliveries/<uuid:pk>/seal/", packages.package_seal, name="package_seal"),
    path("deliveries/<uuid:pk>/delete/", packages.package_delete, name="package_delete"),
    path("deliveries/<uuid:pk>/zip/", packages.package_zip, name="package_zip"),
    path("deliveries/<uuid:pk>/manifest.json", packages.package_manifest, name="package_manifest"),
]
