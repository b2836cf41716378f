"""A clock offset for a clinic that is not marked demo is refused, and a clinic never becomes a demo clinic later."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION people_offset_needs_demo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM people_clinic WHERE id = NEW.clinic_id AND is_demo) THEN
        RAISE EXCEPTION 'only a demo clinic may shift its clock' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER demo_only BEFORE INSERT OR UPDATE ON people_clockoffset
    FOR EACH ROW EXECUTE FUNCTION people_offset_needs_demo();

CREATE FUNCTION people_demo_is_for_ever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.is_demo <> OLD.is_demo THEN
        RAISE EXCEPTION 'a clinic is made as a demo or as a real one, and stays so' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER demo_is_for_ever BEFORE UPDATE ON people_clinic
    FOR EACH ROW EXECUTE FUNCTION people_demo_is_for_ever();
"""

BACK = """
DROP TRIGGER demo_is_for_ever ON people_clinic;
DROP FUNCTION people_demo_is_for_ever();
DROP TRIGGER demo_only ON people_clockoffset;
DROP FUNCTION people_offset_needs_demo();
"""

CACHE = """
CREATE TABLE shared_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX shared_cache_expires ON shared_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [
        migrations.RunSQL(FORWARD, BACK),
        migrations.RunSQL(CACHE, "DROP TABLE shared_cache"),
    ]
