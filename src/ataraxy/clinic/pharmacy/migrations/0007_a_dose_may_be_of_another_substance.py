"""A dose whose substance was corrected: what was charged to the wrong one and reversed does not stand against it."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION pharmacy_dose_is_covered(the uuid) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    given pharmacy_administration;
    charged numeric;
    step numeric;
BEGIN
    PERFORM pharmacy_alone(the);
    SELECT * INTO given FROM pharmacy_administration WHERE dose_id = the ORDER BY number DESC LIMIT 1;
    SELECT coalesce(sum(p.ml * r.mg_per_ml * CASE WHEN p.target = 'patient' THEN 1 ELSE -1 END), 0),
           coalesce(max(r.mg_per_ml) * 0.01, 0)
        INTO charged, step
        FROM pharmacy_act a
        JOIN pharmacy_posting p ON p.act_id = a.id AND 'patient' IN (p.source, p.target)
        JOIN pharmacy_vial v ON v.id = p.vial_id
        JOIN pharmacy_product r ON r.id = v.product_id
        WHERE a.dose_id = the;
    IF charged > coalesce(given.mg, 0) THEN
        PERFORM pharmacy_refuse('more is charged to vials than was given');
    END IF;
    IF EXISTS (SELECT 1 FROM pharmacy_act a JOIN pharmacy_posting p ON p.act_id = a.id
               JOIN pharmacy_vial v ON v.id = p.vial_id JOIN pharmacy_product r ON r.id = v.product_id
               WHERE a.dose_id = the AND r.substance <> given.substance AND a.kind <> 'reverse'
                 AND NOT EXISTS (SELECT 1 FROM pharmacy_act u WHERE u.reverses_id = a.id)) THEN
        PERFORM pharmacy_refuse('a dose is charged to a vial of another substance');
    END IF;
    IF given.mg - charged > 0 AND (charged = 0 OR given.mg - charged >= step) AND NOT EXISTS (
        SELECT 1 FROM pharmacy_discrepancy d JOIN pharmacy_administration i ON i.id = d.administration_id
        WHERE i.dose_id = the AND d.mg >= given.mg - charged
          AND NOT EXISTS (SELECT 1 FROM pharmacy_discrepancystep s
                          WHERE s.discrepancy_id = d.id AND s.step = 'closed' AND s.resolution <> 'outside')) THEN
        PERFORM pharmacy_refuse('drug entered a patient, and neither a vial nor a discrepancy accounts for it');
    END IF;
END $$;
"""

BACK = """
CREATE OR REPLACE FUNCTION pharmacy_dose_is_covered(the uuid) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    given pharmacy_administration;
    charged numeric;
    step numeric;
BEGIN
    PERFORM pharmacy_alone(the);
    SELECT * INTO given FROM pharmacy_administration WHERE dose_id = the ORDER BY number DESC LIMIT 1;
    SELECT coalesce(sum(p.ml * r.mg_per_ml * CASE WHEN p.target = 'patient' THEN 1 ELSE -1 END), 0),
           coalesce(max(r.mg_per_ml) * 0.01, 0)
        INTO charged, step
        FROM pharmacy_act a
        JOIN pharmacy_posting p ON p.act_id = a.id AND 'patient' IN (p.source, p.target)
        JOIN pharmacy_vial v ON v.id = p.vial_id
        JOIN pharmacy_product r ON r.id = v.product_id
        WHERE a.dose_id = the;
    IF charged > coalesce(given.mg, 0) THEN
        PERFORM pharmacy_refuse('more is charged to vials than was given');
    END IF;
    IF EXISTS (SELECT 1 FROM pharmacy_act a JOIN pharmacy_posting p ON p.act_id = a.id
               JOIN pharmacy_vial v ON v.id = p.vial_id JOIN pharmacy_product r ON r.id = v.product_id
               WHERE a.dose_id = the AND r.substance <> given.substance) THEN
        PERFORM pharmacy_refuse('a dose is charged to a vial of another substance');
    END IF;
    IF given.mg - charged > 0 AND (charged = 0 OR given.mg - charged >= step) AND NOT EXISTS (
        SELECT 1 FROM pharmacy_discrepancy d JOIN pharmacy_administration i ON i.id = d.administration_id
        WHERE i.dose_id = the AND d.mg >= given.mg - charged
          AND NOT EXISTS (SELECT 1 FROM pharmacy_discrepancystep s
                          WHERE s.discrepancy_id = d.id AND s.step = 'closed' AND s.resolution <> 'outside')) THEN
        PERFORM pharmacy_refuse('drug entered a patient, and neither a vial nor a discrepancy accounts for it');
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("pharmacy", "0006_received_once_and_told_whole")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
