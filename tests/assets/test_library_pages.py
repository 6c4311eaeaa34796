"""The library's pages: finding, uploading with and without a script, and whose files one may see."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from assets.actions.library import add_asset, retire_asset
from assets.models import Asset
from projects.goals import Route
from projects.models import Organisation, User
from projects.uploads import MOST_BYTES
from tests.assets.samples import body, picture
from tests.factories import AssetFactory, TakeFactory

pytestmark = pytest.mark.django_db
LIBRARY = "/library/"
UPLOAD = "/library/upload/"


def file(name: str = "hero.png", data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture() if data is None else data, content_type="image/png")


def by_script(client: Client, *files: SimpleUploadedFile, **fields: str) -> Any:
    return client.post(
        UPLOAD,
        {"file": list(files), **fields},
        headers={"X-Requested-With": "XMLHttpRequest", "Accept": "application/json"},
    )


@pytest.fixture
def hero(northlight: Organisation, carl: User) -> Asset:
    """A stored image."""
    return add_asset(by=carl, organisation=northlight, upload=picture(), original_name="hero.png", tags=["night"])


def names_on(client: Client, query: str = "") -> set[str]:
    response = client.get(f"{LIBRARY}{query}")
    assert response.status_code == 200
    return {tile.asset.name for tile in response.context["tiles"]}


def test_a_script_gets_the_tile_and_a_sentence(carls: Client) -> None:
    answer = by_script(carls, file(), tags="Night, sky", licence="stock")
    told = answer.json()
    assert (answer.status_code, told["ok"]) == (201, True)
    assert "“hero” is stored: 640 × 360" in told["message"]
    assert told["html"].strip().startswith("<article")
    asset = Asset.objects.get()
    assert ([tag.name for tag in asset.tags.all()], asset.licence) == (["night", "sky"], "stock")


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "empty"), (b"<svg/>", "SVG"), (b"<!doctype html>", "web page"), (picture(kind="JPEG")[:300], "damaged")],
)
def test_a_script_gets_the_sentence_about_a_bad_file(carls: Client, data: bytes, words: str) -> None:
    answer = by_script(carls, file(data=data))
    assert (answer.status_code, answer.json()["ok"]) == (422, False)
    assert words in answer.json()["message"]
    assert not Asset.objects.exists()


def test_a_file_over_the_limit_is_refused_and_never_filled_the_disk(
    carls: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    answer = by_script(carls, file(data=b"\xff\xd8\xff" + b"\0" * (MOST_BYTES + 2_000_000)))
    assert answer.status_code == 422
    assert "larger than 20 MB" in answer.json()["message"]


def test_the_same_image_again_leads_to_the_one_there_is(carls: Client, hero: Asset) -> None:
    told = by_script(carls, file("copy.png")).json()
    assert told["url"] == reverse("asset_detail", args=[hero.pk])
    assert Asset.objects.count() == 1


def test_without_a_script_many_files_go_at_once(carls: Client) -> None:
    files = [file("a.png"), file("b.png", picture(colour="blue")), file("c.png", b"nonsense")]
    page = carls.post(UPLOAD, {"file": files}, follow=True)
    assert {asset.name for asset in Asset.objects.all()} == {"a", "b"}
    assert "c.png: This is no image" in page.content.decode()


def test_an_upload_of_nothing_says_so(carls: Client) -> None:
    answer = by_script(carls)
    assert (answer.status_code, answer.json()["message"]) == (422, "Nothing was stored. No file was chosen.")


def test_wrong_tags_store_nothing(carls: Client) -> None:
    answer = by_script(carls, file(), tags="x" * 41)
    assert (answer.status_code, answer.json()["ok"]) == (422, False)
    assert not Asset.objects.exists()


def test_a_reviewer_sees_the_library_and_may_not_add(ritas: Client, hero: Asset) -> None:
    assert names_on(ritas) == {"hero"}
    assert "data-upload" not in ritas.get(LIBRARY).content.decode()
    assert by_script(ritas, file()).status_code == 403


def test_search_tags_and_states_stand_in_the_address(
    carls: Client, hero: Asset, northlight: Organisation, carl: User
) -> None:
    soon = timezone.localdate() + timedelta(days=3)
    expiring = AssetFactory.create(organisation=northlight, name="Expiring hero", expires_on=soon)
    AssetFactory.create(organisation=northlight, name="Expired", expires_on=soon - timedelta(days=9))
    retire_asset(by=carl, asset=AssetFactory.create(organisation=northlight, name="Retired"))
    assert names_on(carls) == {"hero", expiring.name, "Expired"}
    assert names_on(carls, "?q=HERO") == {"hero", expiring.name}
    assert names_on(carls, "?tag=night") == {"hero"}
    assert names_on(carls, "?state=expiring") == {expiring.name}
    assert names_on(carls, "?state=expired") == {"Expired"}
    assert names_on(carls, "?state=retired") == {"Retired"}
    assert len(names_on(carls, "?state=all")) == 4


@pytest.mark.parametrize("query", ["?state=nonsense", "?q=%00", "?tag=%00", "?before=nonsense", "?q=" + "x" * 500])
def test_an_odd_address_is_no_error(carls: Client, hero: Asset, query: str) -> None:
    assert carls.get(f"{LIBRARY}{query}").status_code == 200


def test_a_stranger_sees_nothing_of_it(sams: Client, hero: Asset) -> None:
    assert names_on(sams) == set()
    assert hero.current_version
    for url in (
        reverse("asset_detail", args=[hero.pk]),
        reverse("asset_file", args=[hero.current_version.pk]),
        reverse("asset_thumbnail", args=[hero.current_version.pk]),
    ):
        assert sams.get(url).status_code == 404
    for name in ("asset_retire", "asset_restore", "asset_delete", "asset_renew", "asset_detail"):
        assert sams.post(reverse(name, args=[hero.pk])).status_code == 404


def test_a_page_holds_fifty_and_leads_on(carls: Client, northlight: Organisation) -> None:
    AssetFactory.create_batch(53, organisation=northlight)
    first = carls.get(LIBRARY)
    assert len(first.context["tiles"]) == 50
    rest = carls.get(f"{LIBRARY}{first.context['page'].next_query}")
    assert len(rest.context["tiles"]) == 3


@pytest.mark.parametrize("count", [3, 50])
def test_the_library_costs_the_same_for_3_and_50(
    carls: Client, northlight: Organisation, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    AssetFactory.create_batch(count, organisation=northlight)
    with django_assert_max_num_queries(7):
        carls.get(LIBRARY)


@pytest.mark.parametrize("count", [3, 50])
def test_an_asset_page_costs_the_same_for_3_and_50_uses(
    carls: Client, hero: Asset, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    TakeFactory.create_batch(count, route=Route.IMAGE, aspect_ratio="", image=hero.current_version)
    with django_assert_max_num_queries(12):
        assert carls.get(reverse("asset_detail", args=[hero.pk])).context["use_count"] == count


def test_what_was_typed_stays_when_it_is_wrong(carls: Client, hero: Asset) -> None:
    page = carls.post(
        reverse("asset_detail", args=[hero.pk]),
        {"name": "", "tags": "typed, words", "licence": "owned", "consent": "given", "expires_on": "31.31.2026"},
    )
    assert page.status_code == 422
    assert "typed, words" in page.content.decode()


@pytest.mark.parametrize("name", ["a\x00b", "x" * 121])
def test_a_name_that_can_not_be_kept_is_refused(carls: Client, hero: Asset, name: str) -> None:
    fields = {"name": name, "licence": "owned", "consent": "given"}
    assert carls.post(reverse("asset_detail", args=[hero.pk]), fields).status_code == 422
    hero.refresh_from_db()
    assert hero.name == "hero"


def test_a_right_to_left_name_with_emoji_is_kept_exactly(carls: Client, hero: Asset) -> None:
    fields = {"name": "שלום 🎬", "tags": "", "licence": "owned", "consent": "given"}
    assert carls.post(reverse("asset_detail", args=[hero.pk]), fields).status_code == 302
    hero.refresh_from_db()
    assert hero.name == "שלום 🎬"


def test_a_new_version_from_the_page(carls: Client, hero: Asset) -> None:
    url = reverse("asset_renew", args=[hero.pk])
    assert carls.post(url, {"file": file(data=picture(colour="blue"))}).status_code == 302
    assert hero.versions.count() == 2
    page = carls.post(url, {"file": file(data=b"nonsense")}, follow=True)
    assert "The version was not changed." in page.content.decode()
    assert "No file was chosen." in carls.post(url, follow=True).content.decode()


def test_retire_restore_and_delete_from_the_page(carls: Client, hero: Asset) -> None:
    carls.post(reverse("asset_retire", args=[hero.pk]))
    hero.refresh_from_db()
    assert hero.retired_at
    carls.post(reverse("asset_restore", args=[hero.pk]))
    carls.post(reverse("asset_delete", args=[hero.pk]))
    assert not Asset.objects.exists()


def test_an_asset_in_use_offers_no_delete(carls: Client, hero: Asset) -> None:
    TakeFactory.create(route=Route.IMAGE, aspect_ratio="", image=hero.current_version)
    page = carls.get(reverse("asset_detail", args=[hero.pk]))
    assert "In use: it can be retired" in page.content.decode()
    answer = carls.post(reverse("asset_delete", args=[hero.pk]), follow=True)
    assert "Retire it instead" in answer.content.decode()


def test_files_are_images_of_known_types(carls: Client, hero: Asset) -> None:
    assert hero.current_version
    full = carls.get(reverse("asset_file", args=[hero.current_version.pk]))
    small = carls.get(reverse("asset_thumbnail", args=[hero.current_version.pk]))
    assert (full["Content-Type"], small["Content-Type"]) == ("image/png", "image/jpeg")
    assert len(body(full)) == hero.current_version.size
    assert body(small).startswith(b"\xff\xd8")
