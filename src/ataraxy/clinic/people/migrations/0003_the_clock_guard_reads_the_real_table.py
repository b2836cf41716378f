"""The guard of the clock asks the table of clinics, never a temporary table of the same name."""

from django.db import migrations

FORWARD = """
ALTER FUNCTION people_offset_needs_demo() SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION people_demo_is_for_ever() SET search_path = pg_catalog, public, pg_temp;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0002_only_a_demo_clinic_shifts_its_clock")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
