"""Registration of cases with the admin."""

from wagtail import hooks

from cases.viewsets import assessment_viewset, case_viewset, referral_viewset


@hooks.register("register_admin_viewset")
def private_screens():
    return [referral_viewset, case_viewset, assessment_viewset]
