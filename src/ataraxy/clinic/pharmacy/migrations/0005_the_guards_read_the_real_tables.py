"""The ledger's guards read the tables of the clinic, never a temporary table of the same name.

Without a path of its own a function looks for a table in the session's temporary schema first: whoever may make a
temporary table could show the guards balances, registrations and acts that are not there.
"""

from django.db import migrations

FORWARD = """
DO $$
DECLARE f regprocedure;
BEGIN
    FOR f IN SELECT p.oid::regprocedure FROM pg_catalog.pg_proc p
             JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
             WHERE n.nspname = 'public' AND starts_with(p.proname, 'pharmacy_') LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, public, pg_temp', f);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("pharmacy", "0004_who_gave_does_not_witness_the_waste")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
