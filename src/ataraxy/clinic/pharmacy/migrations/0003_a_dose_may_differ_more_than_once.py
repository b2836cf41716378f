"""A dose whose charge is reversed is uncovered again: a discrepancy it had before does not stand in the way of a new one."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pharmacy", "0002_the_ledger_holds")]
    operations = [
        migrations.AlterField(
            model_name="discrepancy",
            name="administration",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="discrepancies",
                to="pharmacy.administration",
            ),
        )
    ]
