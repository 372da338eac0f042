"""Every address × every account × {own, other's, missing}: nothing leaks.

Two children live under two primary keys, in every private table alike: one that this
test calls open, at the site of ``operator`` and unrestricted, one that is restricted
and at the site of ``other-operator``. A third key is missing everywhere. What is hidden
must answer like what is missing, and no answer may hold a word of a hidden child.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps

from decisions.models import Notice
from forms.models import AnswerExport, Attachment
from forms.models.attachment import storage
from programs.models import Site
from staff.models import Unit, User
from support.models import PlanPaper
from tests import databases
from tests.conftest import CITY, EVERYBODY
from tests.factories import (
    AssessmentFactory,
    CaseFactory,
    ContactLogFactory,
    EnrolmentFactory,
    PlanVersionFactory,
    ReferralFactory,
    ServiceTypeFactory,
    UseApplicationFactory,
)
from tests.portal.addresses import addresses
from tests.standing import writes_count_at_once

# Who may see what is the same code on both databases: all play on SQLite, and on
# PostgreSQL one of each kind, for what the database itself might refuse.
ON_POSTGRESQL = ["caseworker-lead", "head", "auditor", "operator-staff", "school"]
PLAYED = EVERYBODY if databases.is_in_memory() else ON_POSTGRESQL
# The columns of the matrix, in two files that play beside each other.
OFFICES = [who for who in PLAYED if who in CITY]
OTHERS = [who for who in [*PLAYED, "anonymous"] if who not in OFFICES]

OPEN, HIDDEN, MISSING = 777001, 777002, 777003
PRIVATE = {
    "referrals": "cases.Referral",
    "cases": "cases.Case",
    "assessments": "cases.Assessment",
    "applications": "decisions.UseApplication",
    "decisions": "decisions.Decision",
    "plans": "support.PlanVersion",
    "inbox": "portal_forms.Submission",
    "answer-exports": "portal_forms.AnswerExport",
    "forms_files": "portal_forms.Attachment",
}
PUBLIC = {
    "FormDefinition",
    "FormSettings",
    "FormVersion",
    "FormWindow",
    "PaperSettings",
    "Town",
}
WORDS = {OPEN: "開示甲太郎", HIDDEN: "秘匿乙次郎"}
# Wagtail answers these with an error of its own, whatever they are asked for.
KNOWN_ERRORS: set[str] = set()


def make_world(pk: int, site: Site, *, restricted: bool) -> None:
    """One child with a record in every private table, all under the same key."""
    word = WORDS[pk]
    function = Unit.Function.PROTECTION if restricted else Unit.Function.CASEWORK
    unit = Unit.objects.get(function=function)
    case = CaseFactory(
        pk=pk,
        unit=unit,
        is_restricted=restricted,
        state="in_use",
        number=f"C-{pk}",
        child__pk=pk,
        child__number=f"K-{pk}",
        child__family_name=word,
    )
    intake = Unit.objects.get(function=Unit.Function.INTAKE)
    referral = ReferralFactory(
        pk=pk,
        unit=unit if restricted else intake,
        is_restricted=restricted,
        submission__pk=pk,
        submission__partner=None,
        case=case,
    )
    Attachment.objects.create(
        pk=pk,
        submission=referral.submission,
        name=f"{word}.pdf",
        type="application/pdf",
        size=len(word.encode()),
        sha256="0" * 64,
        stored_as=storage.put(word.encode()),
        scan_state="unscanned",
    )
    AnswerExport.objects.create(
        pk=pk,
        form=referral.submission.form,
        by=User.objects.get(username="intake"),
        count=1,
        name=f"{word}.csv",
    )
    ContactLogFactory(pk=pk, case=case, body=f"{word}の聞き取り", author__pk=pk)
    AssessmentFactory(
        pk=pk, case=case, situation=f"{word}の状況", confirmed=True, author__pk=pk
    )
    application = UseApplicationFactory(pk=pk, case=case, applicant=word, site=site)
    enrolment = EnrolmentFactory(
        pk=pk,
        case=case,
        site=site,
        decision__pk=pk,
        decision__application=application,
        decision__addressee=word,
    )
    plan = PlanVersionFactory(
        pk=pk, enrolment=enrolment, shared=True, child_voice=f"{word}の声"
    )
    Notice.objects.create(
        pk=pk, decision=enrolment.decision, pdf=word.encode(), sha256="0" * 64
    )
    PlanPaper.objects.create(pk=pk, plan=plan, pdf=word.encode(), sha256="0" * 64)


@contextmanager
def both_children(site: Site) -> Iterator[None]:
    """Both children; what is missing is missing everywhere."""
    ServiceTypeFactory(code="S1")
    make_world(OPEN, site, restricted=False)
    make_world(HIDDEN, Site.objects.get(slug="other"), restricted=True)
    with writes_count_at_once():
        yield


NUMBERS = [
    "pk",
    "page_id",
    "image_id",
    "parent_page_id",
    "uploaded_file_id",
    "page_to_move_id",
    "revision_id",
    "revision_id_a",
    "revision_id_b",
    "document_id",
    "task_state_id",
    "task_id",
    "page_pk",
    "session_id",
    "redirect_id",
    "doc_id",
    "destination_id",
    "workflow_state_id",
    "collection_id",
    "workflow_pk",
    "object_id",
    "submission_id",
]


def values(pk: int) -> dict[str, object]:
    """A value for every parameter an address may take, pointing at one key."""
    numbers = dict.fromkeys(NUMBERS, pk)
    return numbers | {
        "app_label": "cases",
        "model_name": "case",
        "content_type_app_name": "cases",
        "content_type_model_name": "case",
        "app_name": "cases",
        "action": "approve",
        "action_name": "approve",
        "filter_spec": "width-10",
        "uidb64": "MQ",
        "token": "x-y",
        "name": "partners",
        "number": f"K-{pk}",
        "slug": "referral",
    }


def settled(body: bytes) -> bytes:
    """A body without what differs between any two answers: tokens and the address."""
    body = re.sub(rb'(csrf[^"]*"[^"]*"\s*(?:value=|:\s*)")[^"]+', rb"\1", body)
    return re.sub(rb"77700[123]", b"N", body)


def visible_keys(user, model: str) -> set[int]:
    manager = apps.get_model(model).objects
    return set(manager.visible_to(user).values_list("pk", flat=True))


def look_everywhere(client, world, who: str) -> None:
    """One column of the matrix: every address as one person, for all three keys."""
    user = world.get(who)
    if user:
        client.force_login(user, backend="staff.backends.MembershipBackend")
    may_read = {
        pk: user is not None
        and (
            pk in visible_keys(user, "cases.Case")
            or pk in visible_keys(user, "cases.Referral")
        )
        for pk in WORDS
    }
    hidden_from_them = [pk for pk in WORDS if not may_read[pk]] or [OPEN]
    for address in addresses("admin/"):
        space = address.name.split(":")[0]
        is_private = space in PRIVATE and "pk" in address.parameters
        answers = {}
        for pk in keys_for(address, hidden_from_them, is_private=is_private):
            path = address.filled(values(pk))
            answer = client.get(path)
            client.cookies.pop("messages", None)  # meant for the next page, not this
            body = b"".join(answer) if answer.streaming else answer.content
            answers[pk] = (answer.status_code, settled(body))
            assert answer.status_code < 500 or address.route in KNOWN_ERRORS, path
            for owner, word in WORDS.items():
                assert may_read[owner] or word not in body.decode(errors="replace"), (
                    path
                )
        if is_private:
            seen = visible_keys(user, PRIVATE[space]) if user else set()
            for pk in (OPEN, HIDDEN):
                if pk not in seen:
                    assert answers[pk] == answers[MISSING], address.route


def keys_for(address, hidden_from_them: list[int], *, is_private: bool) -> list[int]:
    """The keys to ask an address for.

    A private record is compared with a missing one. Elsewhere nothing is compared: only
    what somebody may not read can be given away there.
    """
    if is_private:
        return [OPEN, HIDDEN, MISSING]
    return hidden_from_them if address.parameters else [OPEN]
