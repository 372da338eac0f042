"""Files, messages and retention; the locks now let answers be cleared, one way."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from staff.triggers import append_only, changed, changed_beside, refuse

SUBMISSION = "portal_forms_submission"
# Once, and only to nothing at all: whatever else is refused as before.
IS_CLEARED = (
    "(OLD.anonymised_at IS NULL AND NEW.anonymised_at IS NOT NULL"
    " AND NEW.answers = '{}')"
)
KEPT_FOR_GOOD = ["receipt", "token", "form_id", "version_id", "submitted_at"]
CLEARED = ["partner_id", "submitted_by_id", "answers", "sha256", "look_up_hash"]
STILL_THERE = (
    f"EXISTS (SELECT 1 FROM {SUBMISSION} s"
    " WHERE s.id = OLD.submission_id AND s.anonymised_at IS NULL)"
)


class Migration(migrations.Migration):

    dependencies = [
        ('portal_forms', '0003_locks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='formdefinition',
            name='retention_act',
            field=models.CharField(choices=[('anonymise', 'Clear the answers, keep number and counts'), ('delete', 'Delete all, keep the record of it')], default='anonymise', max_length=20, verbose_name='What is done then'),
        ),
        migrations.AddField(
            model_name='formdefinition',
            name='retention_days',
            field=models.PositiveIntegerField(blank=True, help_text='Counted from the day of receipt. Left empty, they are kept without limit. Answers that became a referral or a case, or that are held, stay.', null=True, verbose_name='Days that answers are kept'),
        ),
        migrations.AddField(
            model_name='submission',
            name='anonymised_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Answers cleared at'),
        ),
        migrations.AlterField(
            model_name='submission',
            name='status',
            field=models.CharField(choices=[('received', 'Received'), ('in_review', 'Being looked at'), ('asked', 'The city has a question for you'), ('done', 'Handed on to those in charge'), ('withdrawn', 'Taken back')], default='received', max_length=20, verbose_name='State shown to the sender'),
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300, verbose_name='Reason')),
                ('placed_at', models.DateTimeField(auto_now_add=True, verbose_name='Held since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='Held until')),
                ('lifted_at', models.DateTimeField(blank=True, null=True, verbose_name='Lifted at')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lifted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='portal_forms.submission')),
            ],
            options={
                'verbose_name': 'Hold on retention',
                'verbose_name_plural': 'Holds on retention',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='RetentionRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='Run at')),
                ('act', models.CharField(max_length=20, verbose_name='What was done')),
                ('days', models.PositiveIntegerField(verbose_name='Days kept')),
                ('received_before', models.DateTimeField(verbose_name='Received before')),
                ('is_dry', models.BooleanField(default=False, verbose_name='Trial run')),
                ('counts', models.JSONField(default=dict, verbose_name='Counts')),
                ('digests', models.JSONField(default=list)),
                ('sha256', models.CharField(max_length=64)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Run by')),
                ('form', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='retention_runs', to='portal_forms.formdefinition', verbose_name='Form')),
            ],
            options={
                'verbose_name': 'Record of retention',
                'verbose_name_plural': 'Records of retention',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='SubmissionMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('city', 'The city'), ('sender', 'The sender')], max_length=10, verbose_name='Side')),
                ('token', models.CharField(editable=False, max_length=80, unique=True)),
                ('text', models.TextField(max_length=2000, verbose_name='Text')),
                ('written_at', models.DateTimeField(auto_now_add=True, verbose_name='Written at')),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='Read at')),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='portal_forms.submission')),
            ],
            options={
                'verbose_name': 'Message',
                'verbose_name_plural': 'Messages',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('field_key', models.CharField(blank=True, max_length=80)),
                ('row', models.CharField(blank=True, max_length=40)),
                ('name', models.CharField(max_length=150, verbose_name='File')),
                ('type', models.CharField(max_length=100)),
                ('size', models.PositiveIntegerField(verbose_name='Size')),
                ('sha256', models.CharField(max_length=64)),
                ('stored_as', models.CharField(editable=False, max_length=60, unique=True)),
                ('scan_state', models.CharField(choices=[('pending', 'Waiting for the virus scan'), ('unscanned', 'Not scanned for viruses'), ('clean', 'Scanned, nothing found'), ('infected', 'A virus was found; the file was removed'), ('unreadable', 'Could not be scanned')], max_length=20, verbose_name='Virus scan')),
                ('scanned_at', models.DateTimeField(blank=True, null=True)),
                ('received_at', models.DateTimeField(auto_now_add=True, db_index=True, verbose_name='Received at')),
                ('draft', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='portal_forms.draft')),
                ('submission', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='portal_forms.submission')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='portal_forms.submissionmessage')),
            ],
            options={
                'verbose_name': 'Attached file',
                'verbose_name_plural': 'Attached files',
                'ordering': ['pk'],
                'indexes': [models.Index(condition=models.Q(('scan_state__in', ['pending', 'unscanned'])), fields=['id'], name='attachment_to_scan')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('draft', None), ('submission__isnull', False)), models.Q(('draft__isnull', False), ('message', None), ('submission', None)), _connector='OR'), name='attachment_of_one')],
            },
        ),
        refuse(
            "portal_forms_submission_frozen",
            SUBMISSION,
            "UPDATE",
            when=f"{changed(*KEPT_FOR_GOOD)}"
            f" OR (({changed(*CLEARED, 'anonymised_at')}) AND NOT {IS_CLEARED})",
        ),
        refuse(
            "portal_forms_submission_no_delete",
            SUBMISSION,
            "DELETE",
            when="OLD.anonymised_at IS NULL",
        ),
        refuse(
            "portal_forms_indexedanswer_no_delete",
            "portal_forms_indexedanswer",
            "DELETE",
            when=STILL_THERE,
        ),
        changed_beside(
            "portal_forms_attachment_frozen",
            "portal_forms",
            "attachment",
            allowed={"scan_state", "scanned_at"},
            when="OLD.submission_id IS NOT NULL",
        ),
        refuse(
            "portal_forms_attachment_no_delete",
            "portal_forms_attachment",
            "DELETE",
            when=STILL_THERE,
        ),
        changed_beside(
            "portal_forms_submissionmessage_frozen",
            "portal_forms",
            "submissionmessage",
            allowed={"read_at"},
            when="1 = 1",
        ),
        refuse(
            "portal_forms_submissionmessage_no_delete",
            "portal_forms_submissionmessage",
            "DELETE",
            when=STILL_THERE,
        ),
        changed_beside(
            "portal_forms_legalhold_frozen",
            "portal_forms",
            "legalhold",
            allowed={"lifted_at", "lifted_by_id"},
            when="1 = 1",
        ),
        refuse(
            "portal_forms_legalhold_no_delete", "portal_forms_legalhold", "DELETE"
        ),
        *append_only("portal_forms_retentionrun"),
    ]
