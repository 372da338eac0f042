from django.db import migrations, models

from staff.triggers import without_index

TABLE = "portal_forms_indexedanswer"
SLOT = "portal_forms_indexedanswer_slot_8717912b"


class Migration(migrations.Migration):
    dependencies = [("portal_forms", "0018_filled_only")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                without_index(SLOT, TABLE, "slot"),
                without_index(f"{SLOT}_like", TABLE, "slot"),  # of PostgreSQL
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="indexedanswer",
                    name="slot",
                    field=models.SlugField(db_index=False, max_length=30),
                ),
            ],
        ),
    ]
