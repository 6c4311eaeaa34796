"""What a person was told."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from projects.access import MemberRequest, logged_in
from projects.actions.notifications import mark_all_read, mark_read
from projects.links import is_local
from projects.models import Notification
from projects.paging import page_by_key
from projects.views.doing import told


@require_safe
@logged_in
def notification_list(request: MemberRequest) -> HttpResponse:
    """Newest first, over all of the person's organisations."""
    rows = Notification.objects.visible_to(request.user).select_related("organisation")
    return render(request, "projects/notification_list.html", {"page": page_by_key(rows, request.GET)})


@require_http_methods(["GET", "HEAD", "POST"])
@logged_in
def notification_open(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Mark one as read and go where it leads. Mails link here, so GET does it too: it can be done twice, to oneself."""
    row = get_object_or_404(Notification.objects.of(request.user), pk=pk)
    mark_read(by=request.user, notification=row)
    return redirect(row.path if is_local(row.path) else "notification_list")


@require_POST
@logged_in
def notification_read_all(request: MemberRequest) -> HttpResponse:
    """Mark everything as read."""
    told(request, lambda: mark_all_read(by=request.user), "Everything is marked as read.")
    return redirect("notification_list")
