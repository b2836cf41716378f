"""What the ledger promises, held by the database itself, for every role.

Nothing is changed or removed. A volume moves along the routes of its act, never below zero, never from another patient's
syringe. A witness is never the one who acts, nor, for waste, the one who gave. An act is what its event says, posting for
posting. A dose is covered by vials, or a discrepancy is on record. A count's difference has its discrepancy.
"""

from django.db import migrations

TABLES = (
    "location",
    "registration",
    "product",
    "vial",
    "syringe",
    "administration",
    "act",
    "posting",
    "count",
    "countline",
    "discrepancy",
    "discrepancystep",
)
OF_CLINIC = ("location", "product", "vial", "syringe", "administration", "act", "count", "discrepancy")

# table, column, table it points at
WITHIN = (
    ("registration", "location_id", "pharmacy_location"),
    ("vial", "product_id", "pharmacy_product"),
    ("vial", "location_id", "pharmacy_location"),
    ("syringe", "patient_id", "people_patient"),
    ("syringe", "session_id", "plan_session"),
    ("administration", "patient_id", "people_patient"),
    ("administration", "session_id", "plan_session"),
    ("administration", "given_by_id", "people_staff"),
    ("act", "by_id", "people_staff"),
    ("act", "witness_id", "people_staff"),
    ("act", "patient_id", "people_patient"),
    ("act", "session_id", "plan_session"),
    ("act", "reverses_id", "pharmacy_act"),
    ("posting", "act_id", "pharmacy_act"),
    ("posting", "vial_id", "pharmacy_vial"),
    ("balance", "vial_id", "pharmacy_vial"),
    ("count", "location_id", "pharmacy_location"),
    ("count", "counted_by_id", "people_staff"),
    ("count", "checked_by_id", "people_staff"),
    ("countline", "count_id", "pharmacy_count"),
    ("countline", "vial_id", "pharmacy_vial"),
    ("discrepancy", "vial_id", "pharmacy_vial"),
    ("discrepancy", "administration_id", "pharmacy_administration"),
    ("discrepancystep", "discrepancy_id", "pharmacy_discrepancy"),
    ("discrepancystep", "by_id", "people_staff"),
    ("discrepancystep", "act_id", "pharmacy_act"),
)


def _tenancy() -> str:
    unique = [
        f"ALTER TABLE pharmacy_{t} ADD CONSTRAINT pharmacy_{t}_in_clinic UNIQUE (clinic_id, id);"
        for t in OF_CLINIC
    ]
    within = [
        f"ALTER TABLE pharmacy_{t} ADD CONSTRAINT pharmacy_{t}_{c}_of_clinic"
        f" FOREIGN KEY (clinic_id, {c}) REFERENCES {target} (clinic_id, id);"
        for t, c, target in WITHIN
    ]
    return "\n".join([*unique, *within])


def _append_only() -> str:
    return "\n".join(
        f"CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON pharmacy_{t} FOR EACH ROW EXECUTE FUNCTION audit_refuse();\n"
        f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pharmacy_{t} EXECUTE FUNCTION audit_refuse();\n"
        f"REVOKE UPDATE, DELETE, TRUNCATE ON pharmacy_{t} FROM ataraxy_app;"
        for t in TABLES
    )


CHECKS = """
ALTER TABLE pharmacy_product ADD CONSTRAINT product_strength_is_known
    CHECK (mg_per_ml > 0 AND vial_ml > 0 AND (substance <> 'ketamine' OR mg_per_ml IN (10, 50, 100)));
ALTER TABLE pharmacy_vial ADD CONSTRAINT vial_holds_something CHECK (ml > 0);
ALTER TABLE pharmacy_administration ADD CONSTRAINT administration_is_a_dose CHECK (mg >= 0);
ALTER TABLE pharmacy_act ADD CONSTRAINT witness_is_another CHECK (witness_id <> by_id);
ALTER TABLE pharmacy_act ADD CONSTRAINT witness_is_there
    CHECK (witness_id IS NOT NULL OR kind NOT IN ('draw', 'waste', 'destroy', 'transfer', 'lose'));
ALTER TABLE pharmacy_act ADD CONSTRAINT reversal_names_its_act CHECK ((kind = 'reverse') = (reverses_id IS NOT NULL));
ALTER TABLE pharmacy_act ADD CONSTRAINT gift_names_its_dose
    CHECK (kind <> 'give' OR (dose_id IS NOT NULL AND patient_id IS NOT NULL AND session_id IS NOT NULL));
ALTER TABLE pharmacy_posting ADD CONSTRAINT posting_moves CHECK (ml > 0 AND source <> target);
ALTER TABLE pharmacy_balance ADD CONSTRAINT balance_never_negative
    CHECK (ml >= 0 OR place IN ('supplier', 'overfill'));
ALTER TABLE pharmacy_count ADD CONSTRAINT two_people_count CHECK (checked_by_id <> counted_by_id);
ALTER TABLE pharmacy_countline ADD CONSTRAINT found_is_a_volume CHECK (found_ml >= 0);
"""

POSTING = """
CREATE FUNCTION pharmacy_refuse(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger refuses: %', what USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION pharmacy_alone(the uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('pharmacy' || the::text, 0));
END $$;

CREATE FUNCTION pharmacy_route_is_open(kind text, source text, target text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind
        WHEN 'receive' THEN (source, target) = ('supplier', 'safe')
        WHEN 'draw' THEN (source, target) IN (('safe', 'vial'), ('vial', 'syringe'))
        WHEN 'give' THEN (source, target) IN (('safe', 'vial'), ('vial', 'patient'), ('syringe', 'patient'))
        WHEN 'waste' THEN target = 'waste' AND source IN ('vial', 'syringe')
        WHEN 'destroy' THEN target = 'destroyed' AND source IN ('safe', 'vial')
        WHEN 'transfer' THEN (source, target) = ('safe', 'receiver')
        WHEN 'lose' THEN target = 'lost' AND source IN ('safe', 'vial', 'syringe')
        WHEN 'find' THEN source = 'overfill' AND target IN ('safe', 'vial', 'syringe')
        ELSE kind = 'reverse' END
$$;

CREATE FUNCTION pharmacy_holder_is_right(a pharmacy_act, vial uuid, place text, holder uuid) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE owner uuid;
BEGIN
    IF place <> 'syringe' THEN
        RETURN holder = vial;
    END IF;
    SELECT patient_id INTO owner FROM pharmacy_syringe WHERE id = holder AND clinic_id = a.clinic_id;
    RETURN FOUND AND (a.kind <> 'give' OR owner = a.patient_id);
END $$;

CREATE FUNCTION pharmacy_posting_may() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    a pharmacy_act;
    v pharmacy_vial;
    day date;
BEGIN
    -- one at a time on a vial and on a syringe: what is checked below stays true until this transaction ends
    PERFORM pharmacy_alone(LEAST(NEW.vial_id, NEW.source_holder));
    PERFORM pharmacy_alone(GREATEST(NEW.vial_id, NEW.source_holder));
    SELECT * INTO a FROM pharmacy_act WHERE id = NEW.act_id;
    SELECT * INTO v FROM pharmacy_vial WHERE id = NEW.vial_id;
    IF NOT pharmacy_route_is_open(a.kind, NEW.source, NEW.target) THEN
        PERFORM pharmacy_refuse(format('to %s does not go from %s to %s', a.kind, NEW.source, NEW.target));
    END IF;
    IF NOT pharmacy_holder_is_right(a, NEW.vial_id, NEW.source, NEW.source_holder)
       OR NOT pharmacy_holder_is_right(a, NEW.vial_id, NEW.target, NEW.target_holder) THEN
        PERFORM pharmacy_refuse('that place is not of this vial or of this patient');
    END IF;
    IF a.kind = 'receive' AND (NEW.ml <> v.ml OR EXISTS (
        SELECT 1 FROM pharmacy_balance WHERE vial_id = v.id AND place = 'supplier' AND ml <> 0)) THEN
        PERFORM pharmacy_refuse('a vial is received once, and whole');
    END IF;
    IF a.kind IN ('draw', 'give') AND NEW.source = 'safe' AND NOT EXISTS (
        SELECT 1 FROM pharmacy_balance WHERE vial_id = v.id AND place = 'safe' AND ml = NEW.ml) THEN
        PERFORM pharmacy_refuse('a vial is opened whole');
    END IF;
    IF a.kind = 'draw' THEN
        SELECT (a.at AT TIME ZONE zone)::date INTO day FROM people_clinic WHERE id = a.clinic_id;
        IF v.expires_on < day THEN
            PERFORM pharmacy_refuse('the vial has expired');
        END IF;
        IF NOT EXISTS (SELECT 1 FROM pharmacy_registration r WHERE r.location_id = v.location_id
                       AND r.expires_on >= day) THEN
            PERFORM pharmacy_refuse('no registration is in force where the vial is kept');
        END IF;
    END IF;
    IF a.kind = 'waste' AND EXISTS (
        SELECT 1 FROM pharmacy_posting p JOIN pharmacy_act g ON g.id = p.act_id
        WHERE g.kind = 'give' AND p.source = NEW.source AND p.source_holder = NEW.source_holder
          AND g.by_id = a.witness_id) THEN
        PERFORM pharmacy_refuse('the witness of the waste gave the drug');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER may BEFORE INSERT ON pharmacy_posting FOR EACH ROW EXECUTE FUNCTION pharmacy_posting_may();

CREATE FUNCTION pharmacy_post() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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
CREATE TRIGGER post AFTER INSERT ON pharmacy_posting FOR EACH ROW EXECUTE FUNCTION pharmacy_post();

REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON pharmacy_balance FROM ataraxy_app;
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pharmacy_balance EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_delete BEFORE DELETE ON pharmacy_balance FOR EACH ROW EXECUTE FUNCTION audit_refuse();
"""

ACT = """
CREATE FUNCTION pharmacy_postings_of(act uuid, mirrored boolean) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(
        CASE WHEN mirrored THEN jsonb_build_object('vial', vial_id::text, 'ml', ml::text,
            'source', target, 'source_holder', target_holder::text,
            'target', source, 'target_holder', source_holder::text)
        ELSE jsonb_build_object('vial', vial_id::text, 'ml', ml::text,
            'source', source, 'source_holder', source_holder::text,
            'target', target, 'target_holder', target_holder::text) END
        ORDER BY CASE WHEN mirrored THEN -number ELSE number END), '[]'::jsonb)
    FROM pharmacy_posting WHERE act_id = act
$$;

CREATE FUNCTION pharmacy_act_is_whole(the uuid) RETURNS void LANGUAGE plpgsql AS $$
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

CREATE FUNCTION pharmacy_dose_is_covered(the uuid) RETURNS void LANGUAGE plpgsql AS $$
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

CREATE FUNCTION pharmacy_check_act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pharmacy_act_is_whole(NEW.id);
    IF NEW.dose_id IS NOT NULL THEN
        PERFORM pharmacy_dose_is_covered(NEW.dose_id);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION pharmacy_check_posting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pharmacy_act_is_whole(NEW.act_id);
    RETURN NULL;
END $$;
CREATE FUNCTION pharmacy_check_administration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pharmacy_dose_is_covered(NEW.dose_id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER act_is_whole AFTER INSERT ON pharmacy_act DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION pharmacy_check_act();
CREATE CONSTRAINT TRIGGER posting_is_of_its_event AFTER INSERT ON pharmacy_posting DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION pharmacy_check_posting();
CREATE CONSTRAINT TRIGGER dose_is_covered AFTER INSERT ON pharmacy_administration DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION pharmacy_check_administration();
"""

COUNT = """
CREATE FUNCTION pharmacy_count_expects() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.expected_ml <> coalesce((SELECT ml FROM pharmacy_balance WHERE vial_id = NEW.vial_id
                                    AND place = NEW.place AND holder = NEW.holder), 0) THEN
        PERFORM pharmacy_refuse('a count expects what the books say');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER expects BEFORE INSERT ON pharmacy_countline FOR EACH ROW EXECUTE FUNCTION pharmacy_count_expects();

CREATE FUNCTION pharmacy_check_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.expected_ml <> NEW.found_ml AND NOT EXISTS (
        SELECT 1 FROM pharmacy_discrepancy WHERE line_id = NEW.id AND ml = abs(NEW.expected_ml - NEW.found_ml)) THEN
        PERFORM pharmacy_refuse('a count found a difference and no discrepancy was opened');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER difference_is_on_record AFTER INSERT ON pharmacy_countline DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION pharmacy_check_line();

CREATE FUNCTION pharmacy_step_may() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last pharmacy_discrepancystep;
    d pharmacy_discrepancy;
    i pharmacy_administration;
BEGIN
    SELECT * INTO d FROM pharmacy_discrepancy WHERE id = NEW.discrepancy_id;
    SELECT * INTO last FROM pharmacy_discrepancystep WHERE discrepancy_id = d.id ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(last.number, 0) + 1 OR (NEW.number = 1) <> (NEW.step = 'opened') THEN
        PERFORM pharmacy_refuse('the steps of a discrepancy follow each other');
    END IF;
    IF last.step = 'closed' THEN
        PERFORM pharmacy_refuse('this discrepancy is closed');
    END IF;
    IF (NEW.step = 'closed') <> (NEW.resolution <> '') OR btrim(NEW.words) = '' THEN
        PERFORM pharmacy_refuse('a closing says how, and every step says why');
    END IF;
    IF NEW.step = 'closed' AND (last.step IS DISTINCT FROM 'explained' OR last.by_id = NEW.by_id) THEN
        PERFORM pharmacy_refuse('a discrepancy is explained by one person and closed by another');
    END IF;
    IF NEW.resolution = 'loss' AND NOT EXISTS (SELECT 1 FROM pharmacy_act WHERE id = NEW.act_id AND kind = 'lose') THEN
        PERFORM pharmacy_refuse('a loss is posted when it is closed as one');
    END IF;
    IF NEW.resolution = 'overfill' AND NOT EXISTS (
        SELECT 1 FROM pharmacy_act WHERE id = NEW.act_id AND kind = 'find') THEN
        PERFORM pharmacy_refuse('an overfill is posted when it is closed as one');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER may BEFORE INSERT ON pharmacy_discrepancystep FOR EACH ROW EXECUTE FUNCTION pharmacy_step_may();

CREATE FUNCTION pharmacy_check_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE dose uuid;
BEGIN
    SELECT i.dose_id INTO dose FROM pharmacy_discrepancy d
        JOIN pharmacy_administration i ON i.id = d.administration_id WHERE d.id = NEW.discrepancy_id;
    IF NEW.step = 'closed' AND dose IS NOT NULL THEN
        PERFORM pharmacy_dose_is_covered(dose);
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER closing_covers AFTER INSERT ON pharmacy_discrepancystep DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION pharmacy_check_step();

CREATE FUNCTION pharmacy_check_discrepancy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pharmacy_discrepancystep WHERE discrepancy_id = NEW.id) THEN
        PERFORM pharmacy_refuse('a discrepancy says who opened it and why');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER is_opened AFTER INSERT ON pharmacy_discrepancy DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION pharmacy_check_discrepancy();
"""

FORWARD = CHECKS + _tenancy() + POSTING + ACT + COUNT + _append_only()

FUNCTIONS = (
    "pharmacy_check_discrepancy()",
    "pharmacy_check_step()",
    "pharmacy_step_may()",
    "pharmacy_check_line()",
    "pharmacy_count_expects()",
    "pharmacy_check_administration()",
    "pharmacy_check_posting()",
    "pharmacy_check_act()",
    "pharmacy_dose_is_covered(uuid)",
    "pharmacy_act_is_whole(uuid)",
    "pharmacy_postings_of(uuid, boolean)",
    "pharmacy_post()",
    "pharmacy_posting_may()",
    "pharmacy_holder_is_right(pharmacy_act, uuid, text, uuid)",
    "pharmacy_route_is_open(text, text, text)",
    "pharmacy_alone(uuid)",
    "pharmacy_refuse(text)",
)
CHECKED = (
    ("product", "product_strength_is_known"),
    ("vial", "vial_holds_something"),
    ("administration", "administration_is_a_dose"),
    ("act", "witness_is_another"),
    ("act", "witness_is_there"),
    ("act", "reversal_names_its_act"),
    ("act", "gift_names_its_dose"),
    ("posting", "posting_moves"),
    ("balance", "balance_never_negative"),
    ("count", "two_people_count"),
    ("countline", "found_is_a_volume"),
)


def _back() -> str:
    triggers = [
        f"DROP TRIGGER {name} ON pharmacy_{t};" for t in TABLES for name in ("no_truncate", "no_change")
    ]
    triggers += [f"DROP TRIGGER {name} ON pharmacy_balance;" for name in ("no_truncate", "no_delete")]
    functions = [f"DROP FUNCTION {name} CASCADE;" for name in FUNCTIONS]
    within = [f"ALTER TABLE pharmacy_{t} DROP CONSTRAINT pharmacy_{t}_{c}_of_clinic;" for t, c, _ in WITHIN]
    unique = [f"ALTER TABLE pharmacy_{t} DROP CONSTRAINT pharmacy_{t}_in_clinic;" for t in OF_CLINIC]
    checks = [f"ALTER TABLE pharmacy_{t} DROP CONSTRAINT {name};" for t, name in CHECKED]
    return "\n".join([*triggers, *functions, *within, *unique, *checks])


class Migration(migrations.Migration):
    dependencies = [
        ("pharmacy", "0001_initial"),
        ("audit", "0002_record_is_append_only"),
        ("plan", "0002_rooms_are_not_double_booked"),
    ]
    operations = [migrations.RunSQL(FORWARD, _back())]
