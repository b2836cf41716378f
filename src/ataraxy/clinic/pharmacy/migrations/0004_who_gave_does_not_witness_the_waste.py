"""Who had a hand on the drug in a session does not witness the waste of its rest, whoever charted the end of the dose."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION pharmacy_giver_does_not_witness() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM pharmacy_act a
        JOIN pharmacy_syringe s ON s.id = NEW.source_holder
        JOIN audit_event e ON e.stream_id = s.session_id AND e.actor_id = a.witness_id
        WHERE a.id = NEW.act_id AND a.kind = 'waste' AND NEW.source = 'syringe'
          AND e.type IN ('DoseStarted', 'DoseResumed', 'RateChanged', 'BolusGiven')) THEN
        PERFORM pharmacy_refuse('the witness of the waste gave the drug');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER witness_did_not_give BEFORE INSERT ON pharmacy_posting
    FOR EACH ROW EXECUTE FUNCTION pharmacy_giver_does_not_witness();
"""

BACK = """
DROP TRIGGER witness_did_not_give ON pharmacy_posting;
DROP FUNCTION pharmacy_giver_does_not_witness();
"""


class Migration(migrations.Migration):
    dependencies = [("pharmacy", "0003_a_dose_may_differ_more_than_once")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
