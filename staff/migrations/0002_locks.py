"""The audit is added to and never changed."""

from django.db import migrations

from staff.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_initial")]
    operations = append_only("staff_auditevent")
