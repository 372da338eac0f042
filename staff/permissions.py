"""What each role may do, in words the permission checks of Django understand.

A row of somebody's file is opened by ``visible_to``; this table only says which kinds
of screen and act a role has. It is code and not data: to give a role more is a change
that is reviewed and tested.
"""

CASE_READING = [
    "cases.view_referral",
    "cases.view_case",
    "cases.view_child",
    "cases.view_contactlog",
    "cases.view_assessment",
    "cases.view_consent",
    "decisions.view_useapplication",
    "decisions.view_decision",
    "decisions.view_enrolment",
    "support.view_planversion",
]

NOTICES = ["home.view_notice", "home.add_notice", "home.withdraw_notice"]
NOTICE_TEXTS = [f"home.{act}_noticetext" for act in ("view", "add", "change", "delete")]

PAPER_READING = ["support.view_planversion"]

ROLE_PERMISSIONS: dict[str, list[str]] = {
    "case_worker": [
        "wagtailadmin.access_admin",
        *CASE_READING,
        "cases.change_referral",
        "cases.export_referral",
        "cases.add_case",
        "cases.add_contactlog",
        "cases.add_consent",
        "cases.add_assessment",
        "cases.change_assessment",
        "decisions.propose_measure",
        "support.acknowledge_planversion",
        "portal_forms.view_invitation",
        "portal_forms.add_invitation",
        "portal_forms.view_heldsubmission",
        "portal_forms.change_heldsubmission",
    ],
    "programme_manager": [
        "wagtailadmin.access_admin",
        *NOTICES,
        *NOTICE_TEXTS,
        *CASE_READING,
        "cases.export_referral",
        "cases.add_contactlog",
        "cases.add_consent",
        "decisions.add_useapplication",
        "decisions.change_useapplication",
        "decisions.add_decision",
        "decisions.change_decision",
        "staff.view_partner",
        "staff.import_partner",
        "staff.export_partner",
        "programs.change_site",
        "programs.view_site",
        "portal_forms.view_invitation",
        "portal_forms.add_invitation",
        "portal_forms.view_heldsubmission",
        "portal_forms.change_heldsubmission",
    ],
    "centre_head": [
        "wagtailadmin.access_admin",
        *CASE_READING,
        "decisions.approve_measure",
        "staff.view_auditevent",
    ],
    "operator_manager": [
        "wagtailadmin.access_admin",
        *NOTICES,
        "cases.view_case",
        "decisions.view_enrolment",
        "support.view_planversion",
        "support.add_planversion",
        "support.change_planversion",
        "support.confirm_planversion",
    ],
    "operator_staff": [
        "wagtailadmin.access_admin",
        *NOTICES,
        "cases.view_case",
        "decisions.view_enrolment",
        "support.view_planversion",
        "support.add_planversion",
        "support.change_planversion",
    ],
    "submitter": [],
    "web_editor": [
        "wagtailadmin.access_admin",
        *NOTICES,
        *NOTICE_TEXTS,
        "home.change_contactsettings",
        "home.review_facts",
        "home.add_section",
        "home.change_section",
        "home.view_section",
        "home.add_reading",
        "home.change_reading",
        "home.delete_reading",
        "home.view_reading",
        "home.add_phrase",
        "home.change_phrase",
        "home.delete_phrase",
        "home.view_phrase",
        "home.change_searchsettings",
        "home.add_checkword",
        "home.change_checkword",
        "home.delete_checkword",
        "home.view_checkword",
        "programs.change_site",
        "programs.view_site",
        "programs.add_servicetype",
        "programs.change_servicetype",
        "programs.view_servicetype",
        "programs.add_schoolholiday",
        "programs.change_schoolholiday",
        "programs.delete_schoolholiday",
        "programs.view_schoolholiday",
    ],
    "form_editor": [
        "wagtailadmin.access_admin",
        "portal_forms.view_formdefinition",
        "portal_forms.add_formdefinition",
        "portal_forms.change_formdefinition",
        "portal_forms.publish_formdefinition",
    ],
    "auditor": [
        "wagtailadmin.access_admin",
        "staff.view_auditevent",
        "portal_forms.view_retentionrun",
    ],
    "system_administrator": [
        "wagtailadmin.access_admin",
        *NOTICES,
        *NOTICE_TEXTS,
        "programs.add_site",
        "programs.change_site",
        "programs.view_site",
        "programs.assign_operator",
        "staff.add_user",
        "staff.change_user",
        "staff.view_user",
        "staff.add_membership",
        "staff.change_membership",
        "staff.view_membership",
        "staff.add_unit",
        "staff.change_unit",
        "staff.view_unit",
        "staff.add_operator",
        "staff.change_operator",
        "staff.view_operator",
        "staff.add_partner",
        "staff.change_partner",
        "staff.view_partner",
        "staff.import_partner",
        "staff.export_partner",
        "decisions.change_papersettings",
        "home.change_contactsettings",
        "home.review_facts",
        "home.change_searchsettings",
        "home.change_approvalsettings",
        "wagtailcore.change_task",
        "exchange.view_outboxitem",
        "portal_forms.view_retentionrun",
        "portal_forms.view_partnerkey",
        "portal_forms.add_partnerkey",
        "portal_forms.change_partnerkey",
        "portal_forms.view_formdelivery",
        "portal_forms.add_formdelivery",
        "portal_forms.change_formdelivery",
        "portal_forms.view_answergrant",
        "portal_forms.add_answergrant",
        "portal_forms.change_answergrant",
    ],
}

LEAD_PERMISSIONS: dict[str, list[str]] = {
    "case_worker": ["cases.confirm_assessment"],
    "programme_manager": [
        "decisions.approve_use",
        "portal_forms.view_answergrant",
        "portal_forms.add_answergrant",
        "portal_forms.change_answergrant",
    ],
    "centre_head": [],
}


def permissions_of(scope) -> set[str]:
    """Every permission that a Scope carries: by role, and by leading the unit."""
    granted = {name for role in scope.roles for name in ROLE_PERMISSIONS[role]}
    granted |= {
        name for role in scope.lead_roles for name in LEAD_PERMISSIONS.get(role, [])
    }
    return granted
