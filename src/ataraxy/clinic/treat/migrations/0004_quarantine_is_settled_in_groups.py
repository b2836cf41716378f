"""A message kept aside tells whom it names, so that a source which sends every second is one line of the page."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_only_a_demo_clinic_shifts_its_clock"),
        ("treat", "0003_a_message_is_stored_once"),
    ]
    operations = [
        migrations.AddField("quarantined", "named", models.CharField(blank=True, default="", max_length=120)),
        migrations.AddField("quarantined", "placed_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "quarantined",
            "placed_by",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.staff"
            ),
        ),
        migrations.AddIndex(
            "quarantined",
            models.Index(
                condition=models.Q(("settled_at__isnull", True)),
                fields=["clinic", "device", "named"],
                name="quarantine_waiting",
            ),
        ),
    ]
