"""A later dose starts the calendar anew: what an earlier one would still have asked names the session that came."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("follow", "0002_check_ins_stay_in_their_clinic"),
        ("plan", "0002_rooms_are_not_double_booked"),
    ]
    operations = [
        migrations.AddField(
            model_name="checkin",
            name="superseded_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="plan.session"
            ),
        ),
    ]
