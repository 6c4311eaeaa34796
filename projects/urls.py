"""Addresses of this app."""

from django.urls import path

from projects.views import (
    audit,
    deployment,
    invitations,
    ledger,
    members,
    money,
    notifications,
    organisation,
    profile,
    projects,
)

urlpatterns = [
    path("organisation/switch/", organisation.switch, name="switch_organisation"),
    path("settings/organisation/", organisation.settings, name="organisation_settings"),
    path("settings/people/", members.member_list, name="member_list"),
    path("settings/people/invite/", members.member_invite, name="member_invite"),
    path("settings/people/<uuid:pk>/role/", members.member_role, name="member_role"),
    path("settings/people/<uuid:pk>/deactivate/", members.member_deactivate, name="member_deactivate"),
    path("settings/people/<uuid:pk>/reactivate/", members.member_reactivate, name="member_reactivate"),
    path("settings/invitations/<uuid:pk>/revoke/", invitations.invitation_revoke, name="invitation_revoke"),
    path("settings/invitations/<uuid:pk>/resend/", invitations.invitation_resend, name="invitation_resend"),
    path("invitation/<str:token>/", invitations.invitation_accept, name="invitation_accept"),
    path("settings/deployment/adopt/", deployment.deployment_adopt, name="deployment_adopt"),
    path("settings/audit/", audit.audit_list, name="audit_list"),
    path("settings/profile/", profile.profile, name="profile"),
    path("settings/notifications/", profile.notification_preferences, name="notification_preferences"),
    path("notifications/", notifications.notification_list, name="notification_list"),
    path("notifications/<uuid:pk>/open/", notifications.notification_open, name="notification_open"),
    path("notifications/read/", notifications.notification_read_all, name="notification_read_all"),
    path("projects/", projects.project_list, name="project_list"),
    path("projects/new/", projects.project_create, name="project_create"),
    path("projects/<uuid:pk>/brief/", projects.project_brief, name="project_brief"),
    path("projects/<uuid:pk>/edit/", projects.project_edit, name="project_edit"),
    path("projects/<uuid:pk>/archive/", projects.project_archive, name="project_archive"),
    path("projects/<uuid:pk>/restore/", projects.project_restore, name="project_restore"),
    path("budgets/", money.budget_list, name="budget_list"),
    path("budgets/month/", money.budget_month_set, name="budget_month_set"),
    path("budgets/project/<uuid:pk>/", money.budget_project_set, name="budget_project_set"),
    path("budgets/<uuid:pk>/", money.budget_detail, name="budget_detail"),
    path("ledger/", ledger.ledger_list, name="ledger_list"),
    path("ledger.csv", ledger.ledger_csv, name="ledger_csv"),
]
