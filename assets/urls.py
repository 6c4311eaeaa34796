"""Addresses of this app."""

from django.urls import path

from assets.views import attention, clips, composer, jobs, library, prices, shots, takes, webhooks

urlpatterns = [
    path("library/", library.asset_list, name="asset_list"),
    path("library/upload/", library.asset_upload, name="asset_upload"),
    path("library/<uuid:pk>/", library.asset_detail, name="asset_detail"),
    path("library/<uuid:pk>/renew/", library.asset_renew, name="asset_renew"),
    path("library/<uuid:pk>/retire/", library.asset_retire, name="asset_retire"),
    path("library/<uuid:pk>/restore/", library.asset_restore, name="asset_restore"),
    path("library/<uuid:pk>/delete/", library.asset_delete, name="asset_delete"),
    path("library/file/<uuid:pk>/", library.asset_file, name="asset_file"),
    path("library/thumbnail/<uuid:pk>/", library.asset_thumbnail, name="asset_thumbnail"),
    path("settings/prices/", prices.price_list, name="price_list"),
    path("settings/prices/set/", prices.price_set, name="price_set"),
    path("projects/<uuid:pk>/shots/new/", shots.shot_create, name="shot_create"),
    path("shots/<uuid:pk>/edit/", shots.shot_edit, name="shot_edit"),
    path("shots/<uuid:pk>/compose/", composer.composer, name="composer"),
    path("shots/<uuid:pk>/", takes.take_list, name="take_list"),
    path("shots/<uuid:pk>/tiles/", takes.take_tiles, name="take_tiles"),
    path("takes/<uuid:pk>/rate/", takes.take_rate, name="take_rate"),
    path("takes/<uuid:pk>/select/", takes.take_select, name="take_select"),
    path("takes/<uuid:pk>/discard/", takes.take_discard, name="take_discard"),
    path("takes/<uuid:pk>/restore/", takes.take_restore, name="take_restore"),
    path("takes/<uuid:pk>/retry/", takes.take_retry, name="take_retry"),
    path("takes/<uuid:pk>/job/", jobs.take_job, name="take_job"),
    path("takes/<uuid:pk>/cancel/", jobs.take_cancel, name="take_cancel"),
    path("attention/", attention.attention_list, name="attention_list"),
    path("attention/line/start/", attention.line_start, name="line_start"),
    path("attention/line/end/", attention.waiting_end, name="waiting_end"),
    path("attention/<uuid:pk>/resolve/", attention.attention_resolve, name="attention_resolve"),
    path("webhooks/kie/<str:token>/", webhooks.kie_callback, name="kie_callback"),
    path("clips/<uuid:pk>/", clips.clip_detail, name="clip_detail"),
    path("clips/<uuid:pk>/video/", clips.clip_video, name="clip_video"),
    path("clips/<uuid:pk>/proxy/", clips.clip_proxy, name="clip_proxy"),
    path("clips/<uuid:pk>/poster/", clips.clip_poster, name="clip_poster"),
    path("clips/<uuid:pk>/sprite/", clips.clip_sprite, name="clip_sprite"),
    path("clips/<uuid:pk>/download/", clips.clip_download, name="clip_download"),
    path("clips/<uuid:pk>/frame/", clips.clip_frame, name="clip_frame"),
]
