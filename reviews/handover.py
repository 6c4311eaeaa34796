"""From the rows of a package to the values its manifest is made of."""

from collections.abc import Sequence

from reviews.manifest import Delivered, Handover, Input, Verdict
from reviews.models import Decision, Package, PackageItem


def handover_of(package: Package, items: Sequence[PackageItem]) -> Handover:
    """The package as values. Needs it sealed (by, at); reads the decisions of all items in one query."""
    if package.sealed_at is None or package.sealed_by is None:
        raise ValueError("Only a package that is being sealed has a manifest.")
    rounds = [item.approval_id for item in items]
    said: dict[object, list[Decision]] = {}
    for decision in Decision.objects.filter(round__in=rounds, replaced_at=None).select_related("by"):
        said.setdefault(decision.round_id, []).append(decision)
    return Handover(
        organisation=package.organisation.name,
        project=package.project.name,
        client=package.project.client,
        number=package.number,
        name=package.name,
        message=package.message,
        sealed_by=str(package.sealed_by),
        sealed_at=package.sealed_at,
        usd_per_credit=package.organisation.usd_per_credit,
        clips=[_delivered(item, said.get(item.approval_id, [])) for item in items],
    )


def _delivered(item: PackageItem, decisions: Sequence[Decision]) -> Delivered:
    version = item.version
    take, clip, shot, job = version.take, version.clip, version.shot, version.take.generation
    return Delivered(
        file_name=item.file_name,
        sha256=clip.sha256,
        size=clip.size,
        shot=shot.name,
        version=version.number,
        take=take.number,
        route=take.route,
        model=take.model,
        prompt=take.prompt,
        seconds=take.seconds,
        sound=take.sound,
        aspect_ratio=take.aspect_ratio,
        width=clip.width,
        height=clip.height,
        fps=clip.fps,
        frames=clip.frames,
        duration_ms=clip.duration_ms,
        task_id=job.task_id,
        inputs=_inputs(item),
        cost=job.cost,
        shot_cost=shot.spent,
        made_by=str(take.created_by),
        made_at=clip.created_at,
        verdicts=[
            Verdict(str(each.by), each.verdict, each.created_at, each.file_sha256, each.reason) for each in decisions
        ],
    )


def _inputs(item: PackageItem) -> list[Input]:
    image = item.version.take.image
    if image is None:
        return []
    return [Input(image.asset.name, image.sha256, image.width, image.height, image.asset.get_licence_display())]
