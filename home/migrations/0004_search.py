from django.db import migrations, models

import home.models.search


class Migration(migrations.Migration):
    dependencies = [("home", "0003_check_words")]

    operations = [
        migrations.CreateModel(
            name="SearchSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("same_words", models.TextField(blank=True, default=home.models.search.SAME, help_text="One group a line, the words parted by 、. Each finds the others.", max_length=4000, validators=[home.models.search.are_few], verbose_name="Words that mean the same")),
                ("often_asked", models.TextField(blank=True, default=home.models.search.OFTEN, help_text="One word a line; the search page offers them as links.", max_length=1000, validators=[home.models.search.are_few], verbose_name="Words asked for often")),
            ],
            options={"verbose_name": "Search words"},
        ),
    ]
