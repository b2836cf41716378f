"""A vial is received once, however many rows one statement writes; and an act names an event of the ledger that says all of it.

An AFTER trigger sees the rows of its own statement, which the BEFORE trigger of the second row does not. And a field that
the event does not have at all is no agreement.
"""

from django.db import migrations

STREAM = """
CREATE FUNCTION pharmacy_stream_of(clinic uuid) RETURNS uuid LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT ('ffffffff' || substr(replace(clinic::text, '-', ''), 9))::uuid
$$;
"""

FORWARD = """
CREATE OR REPLACE FUNCTION pharmacy_act_is_whole(the uuid) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    a pharmacy_act;
    said jsonb;
    told jsonb;
    posted jsonb;
    stream uuid;
BEGIN
    SELECT * INTO a FROM pharmacy_act WHERE id = the;
    SELECT text::jsonb, stream_id INTO said, stream FROM audit_event WHERE id = a.event_id;
    told := said -> 'payload';
    posted := pharmacy_postings_of(a.id, false);
    IF stream IS DISTINCT FROM pharmacy_stream_of(a.clinic_id)
       OR said ->> 'type' IS DISTINCT FROM 'StockMoved' OR said ->> 'clinic' IS DISTINCT FROM a.clinic_id::text
       OR said ->> 'actor' IS DISTINCT FROM a.by_id::text OR (said ->> 'at')::timestamptz IS DISTINCT FROM a.at
       OR told ->> 'act' IS DISTINCT FROM a.id::text OR told ->> 'kind' IS DISTINCT FROM a.kind
       OR told ->> 'witness' IS DISTINCT FROM a.witness_id::text
       OR told ->> 'patient' IS DISTINCT FROM a.patient_id::text
       OR told ->> 'session' IS DISTINCT FROM a.session_id::text
       OR told ->> 'dose' IS DISTINCT FROM a.dose_id::text
       OR told ->> 'reverses' IS DISTINCT FROM a.reverses_id::text
       OR told ->> 'reason' IS DISTINCT FROM a.reason
       OR coalesce(told -> 'counterpart' ->> 'name', '') <> a.other_name
       OR coalesce(told -> 'counterpart' ->> 'number', '') <> a.other_number
       OR coalesce(told -> 'counterpart' ->> 'address', '') <> a.other_address
       OR coalesce(told -> 'counterpart' ->> 'document', '') <> a.document
       OR told -> 'postings' IS DISTINCT FROM posted OR posted = '[]'::jsonb THEN
        PERFORM pharmacy_refuse('an act and its event in the record do not say the same');
    END IF;
    IF a.kind = 'reverse' AND posted <> pharmacy_postings_of(a.reverses_id, true) THEN
        PERFORM pharmacy_refuse('a reversal undoes the whole act');
    END IF;
    IF a.kind = 'reverse' AND EXISTS (SELECT 1 FROM pharmacy_act WHERE id = a.reverses_id AND kind = 'reverse') THEN
        PERFORM pharmacy_refuse('a reversal is not reversed');
    END IF;
    IF a.kind = 'reverse' AND a.dose_id IS DISTINCT FROM (SELECT dose_id FROM pharmacy_act WHERE id = a.reverses_id) THEN
        PERFORM pharmacy_refuse('a reversal is of the same dose');
    END IF;
END $$;

CREATE OR REPLACE FUNCTION pharmacy_post() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO pharmacy_balance AS b (clinic_id, vial_id, place, holder, ml)
        SELECT NEW.clinic_id, NEW.vial_id, side.place, side.holder, 0
        FROM (VALUES (NEW.source, NEW.source_holder), (NEW.target, NEW.target_holder)) AS side (place, holder)
        ORDER BY side.place
        ON CONFLICT (vial_id, place, holder) DO NOTHING;
    PERFORM 1 FROM pharmacy_balance WHERE vial_id = NEW.vial_id ORDER BY id FOR UPDATE;
    UPDATE pharmacy_balance SET ml = ml - NEW.ml
        WHERE vial_id = NEW.vial_id AND place = NEW.source AND holder = NEW.source_holder;
    UPDATE pharmacy_balance SET ml = ml + NEW.ml
        WHERE vial_id = NEW.vial_id AND place = NEW.target AND holder = NEW.target_holder;
    IF 'supplier' IN (NEW.source, NEW.target) AND NOT EXISTS (
        SELECT 1 FROM pharmacy_balance b JOIN pharmacy_vial v ON v.id = b.vial_id
        WHERE v.id = NEW.vial_id AND b.place = 'supplier' AND b.ml IN (0, -v.ml)) THEN
        PERFORM pharmacy_refuse('a vial is received once, and whole');
    END IF;
    RETURN NEW;
END $$;
"""

BACK = """
CREATE OR REPLACE FUNCTION pharmacy_act_is_whole(the uuid) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    a pharmacy_act;
    said jsonb;
    told jsonb;
    posted jsonb;
BEGIN
    SELECT * INTO a FROM pharmacy_act WHERE id = the;
    SELECT text::jsonb INTO said FROM audit_event WHERE id = a.event_id;
    told := said -> 'payload';
    posted := pharmacy_postings_of(a.id, false);
    IF said ->> 'type' <> 'StockMoved' OR said ->> 'clinic' <> a.clinic_id::text
       OR said ->> 'actor' IS DISTINCT FROM a.by_id::text OR (said ->> 'at')::timestamptz <> a.at
       OR told ->> 'act' <> a.id::text OR told ->> 'kind' <> a.kind
       OR told ->> 'witness' IS DISTINCT FROM a.witness_id::text
       OR told ->> 'patient' IS DISTINCT FROM a.patient_id::text
       OR told ->> 'session' IS DISTINCT FROM a.session_id::text
       OR told ->> 'dose' IS DISTINCT FROM a.dose_id::text
       OR told ->> 'reverses' IS DISTINCT FROM a.reverses_id::text
       OR told ->> 'reason' IS DISTINCT FROM a.reason
       OR coalesce(told -> 'counterpart' ->> 'name', '') <> a.other_name
       OR coalesce(told -> 'counterpart' ->> 'number', '') <> a.other_number
       OR coalesce(told -> 'counterpart' ->> 'address', '') <> a.other_address
       OR coalesce(told -> 'counterpart' ->> 'document', '') <> a.document
       OR told -> 'postings' IS DISTINCT FROM posted OR posted = '[]'::jsonb THEN
        PERFORM pharmacy_refuse('an act and its event in the record do not say the same');
    END IF;
    IF a.kind = 'reverse' AND posted <> pharmacy_postings_of(a.reverses_id, true) THEN
        PERFORM pharmacy_refuse('a reversal undoes the whole act');
    END IF;
    IF a.kind = 'reverse' AND EXISTS (SELECT 1 FROM pharmacy_act WHERE id = a.reverses_id AND kind = 'reverse') THEN
        PERFORM pharmacy_refuse('a reversal is not reversed');
    END IF;
    IF a.kind = 'reverse' AND a.dose_id IS DISTINCT FROM (SELECT dose_id FROM pharmacy_act WHERE id = a.reverses_id) THEN
        PERFORM pharmacy_refuse('a reversal is of the same dose');
    END IF;
END $$;

CREATE OR REPLACE FUNCTION pharmacy_post() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO pharmacy_balance AS b (clinic_id, vial_id, place, holder, ml)
        SELECT NEW.clinic_id, NEW.vial_id, side.place, side.holder, 0
        FROM (VALUES (NEW.source, NEW.source_holder), (NEW.target, NEW.target_holder)) AS side (place, holder)
        ORDER BY side.place
        ON CONFLICT (vial_id, place, holder) DO NOTHING;
    PERFORM 1 FROM pharmacy_balance WHERE vial_id = NEW.vial_id ORDER BY id FOR UPDATE;
    UPDATE pharmacy_balance SET ml = ml - NEW.ml
        WHERE vial_id = NEW.vial_id AND place = NEW.source AND holder = NEW.source_holder;
    UPDATE pharmacy_balance SET ml = ml + NEW.ml
        WHERE vial_id = NEW.vial_id AND place = NEW.target AND holder = NEW.target_holder;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("pharmacy", "0005_the_guards_read_the_real_tables")]
    operations = [
        migrations.RunSQL(STREAM, "DROP FUNCTION pharmacy_stream_of(uuid);"),
        migrations.RunSQL(FORWARD, BACK),
    ]
