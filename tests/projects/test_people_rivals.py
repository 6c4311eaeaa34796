"""Rivals at the same moment: one person made, one admin left, one project of a name, one mail."""

import pytest
from django.core import mail
from django.http import Http404

from projects.actions.invitations import accept, invite
from projects.actions.members import deactivate_member
from projects.actions.projects import BriefContent, create_project
from projects.errors import Refused
from projects.goals import Goal
from projects.models import Invitation, Member, Organisation, Project, User
from projects.roles import Role
from projects.tasks import mail_invitation
from tests.factories import MemberFactory, OrganisationFactory
from tests.rivals import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def invitation(alice: User, northlight: Organisation) -> Invitation:
    """Nora is invited."""
    return invite(by=alice, organisation=northlight, email="nora@example.com", role=Role.CREATOR)


def join(invitation: Invitation) -> bool:
    try:
        accept(by=None, invitation=invitation, name="Nora", password="a meadow of 17 snails")
    except Refused:
        return False
    return True


def test_four_presses_of_join_make_one_person(invitation: Invitation) -> None:
    joined = at_once([lambda: join(invitation)] * 4)
    assert joined.count(True) == 1
    assert Member.objects.filter(user__email="nora@example.com").count() == 1


def test_two_organisations_links_at_once_make_one_person(invitation: Invitation, sam: User) -> None:
    elsewhere = OrganisationFactory.create()
    MemberFactory.create(organisation=elsewhere, user=sam, role=Role.ADMIN)
    other = invite(by=sam, organisation=elsewhere, email="nora@example.com", role=Role.REVIEWER)
    joined = at_once([lambda: join(invitation), lambda: join(other)])
    assert joined.count(True) == 1
    assert User.objects.filter(email="nora@example.com").count() == 1


def test_two_admins_who_deactivate_each_other_leave_one(alice: User, northlight: Organisation) -> None:
    first, second = Member.objects.get(user=alice), MemberFactory.create(organisation=northlight, role=Role.ADMIN)

    def deactivate(by: Member, member: Member) -> bool:
        try:
            deactivate_member(by=by.user, member=member)
        except Http404:  # deactivated a moment before
            return False
        return True

    done = at_once([lambda: deactivate(first, second), lambda: deactivate(second, first)])
    assert sorted(done) == [False, True]
    assert Member.objects.active().filter(role=Role.ADMIN).count() == 1


def test_four_projects_of_one_name_become_one(pat: User, northlight: Organisation) -> None:
    def create() -> bool:
        try:
            create_project(by=pat, organisation=northlight, name="Twin", brief=BriefContent(Goal.DEMO_CLIP))
        except Refused:
            return False
        return True

    assert at_once([create] * 4).count(True) == 1
    assert Project.objects.count() == 1


def test_a_mail_asked_for_four_times_at_once_goes_out_once(invitation: Invitation) -> None:
    at_once([lambda: mail_invitation(str(invitation.pk))] * 4)
    assert len(mail.outbox) == 1
