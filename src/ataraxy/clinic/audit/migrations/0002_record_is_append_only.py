"""Triggers that refuse UPDATE, DELETE and TRUNCATE on the record, for every role; and less power for the application."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record is append-only: % on % is refused; correct by adding an event', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION audit_head_moves_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.clinic_id <> OLD.clinic_id OR NEW.kind <> OLD.kind OR NEW.seq < OLD.seq
       OR NEW.human_seq < OLD.human_seq OR NEW.anchored_seq < OLD.anchored_seq
       OR (NEW.seq = OLD.seq AND NEW.hash <> OLD.hash) THEN
        RAISE EXCEPTION 'the head of a stream only moves forward' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_event EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON audit_chartread FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_chartread EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON audit_anchor FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_anchor EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_delete BEFORE DELETE ON audit_chainhead FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_chainhead EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER forward_only BEFORE UPDATE ON audit_chainhead
    FOR EACH ROW EXECUTE FUNCTION audit_head_moves_forward();

ALTER TABLE audit_event ADD CONSTRAINT event_hash_covers_text
    CHECK (hash = encode(sha256(convert_to(previous || chr(10) || text, 'UTF8')), 'hex'));
ALTER TABLE audit_event ADD CONSTRAINT event_stream_of_clinic
    FOREIGN KEY (clinic_id, stream_id) REFERENCES audit_chainhead (clinic_id, id);
ALTER TABLE audit_chartread ADD CONSTRAINT chart_read_patient_of_clinic
    FOREIGN KEY (clinic_id, patient_id) REFERENCES people_patient (clinic_id, id);

REVOKE UPDATE, DELETE, TRUNCATE ON audit_event, audit_chartread, audit_anchor FROM ataraxy_app;
REVOKE DELETE, TRUNCATE ON audit_chainhead FROM ataraxy_app;
"""

BACK = """
ALTER TABLE audit_chartread DROP CONSTRAINT chart_read_patient_of_clinic;
ALTER TABLE audit_event DROP CONSTRAINT event_stream_of_clinic;
ALTER TABLE audit_event DROP CONSTRAINT event_hash_covers_text;
DROP TRIGGER forward_only ON audit_chainhead;
DROP TRIGGER no_truncate ON audit_chainhead;
DROP TRIGGER no_delete ON audit_chainhead;
DROP TRIGGER no_truncate ON audit_anchor;
DROP TRIGGER no_change ON audit_anchor;
DROP TRIGGER no_truncate ON audit_chartread;
DROP TRIGGER no_change ON audit_chartread;
DROP TRIGGER no_truncate ON audit_event;
DROP TRIGGER no_change ON audit_event;
DROP FUNCTION audit_head_moves_forward();
DROP FUNCTION audit_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("people", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
