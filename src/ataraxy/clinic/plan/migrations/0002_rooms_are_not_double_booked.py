"""No room twice, no patient twice; every row of a clinic points at rows of the same clinic."""

from django.db import migrations

FORWARD = """
ALTER TABLE plan_session ADD CONSTRAINT session_room_once
    EXCLUDE USING gist (int8range(room_id, room_id, '[]') WITH &&, during WITH &&)
    WHERE (ended <> 'cancelled');
ALTER TABLE plan_session ADD CONSTRAINT session_lasts CHECK (NOT isempty(during) AND NOT lower_inf(during)
    AND NOT upper_inf(during));
ALTER TABLE plan_course ADD CONSTRAINT course_in_clinic UNIQUE (clinic_id, id);
ALTER TABLE plan_activatedprotocol ADD CONSTRAINT protocol_in_clinic UNIQUE (clinic_id, id);
ALTER TABLE plan_course ADD CONSTRAINT course_patient_of_clinic
    FOREIGN KEY (clinic_id, patient_id) REFERENCES people_patient (clinic_id, id);
ALTER TABLE plan_course ADD CONSTRAINT course_protocol_of_clinic
    FOREIGN KEY (clinic_id, protocol_id) REFERENCES plan_activatedprotocol (clinic_id, id);
ALTER TABLE plan_session ADD CONSTRAINT session_patient_of_clinic
    FOREIGN KEY (clinic_id, patient_id) REFERENCES people_patient (clinic_id, id);
ALTER TABLE plan_session ADD CONSTRAINT session_course_of_clinic
    FOREIGN KEY (clinic_id, course_id) REFERENCES plan_course (clinic_id, id);
ALTER TABLE plan_session ADD CONSTRAINT session_room_of_clinic
    FOREIGN KEY (clinic_id, room_id) REFERENCES people_room (clinic_id, id);
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON plan_session EXECUTE FUNCTION audit_refuse();
"""

BACK = """
DROP TRIGGER no_truncate ON plan_session;
ALTER TABLE plan_session DROP CONSTRAINT session_room_of_clinic;
ALTER TABLE plan_session DROP CONSTRAINT session_course_of_clinic;
ALTER TABLE plan_session DROP CONSTRAINT session_patient_of_clinic;
ALTER TABLE plan_course DROP CONSTRAINT course_protocol_of_clinic;
ALTER TABLE plan_course DROP CONSTRAINT course_patient_of_clinic;
ALTER TABLE plan_activatedprotocol DROP CONSTRAINT protocol_in_clinic;
ALTER TABLE plan_course DROP CONSTRAINT course_in_clinic;
ALTER TABLE plan_session DROP CONSTRAINT session_lasts;
ALTER TABLE plan_session DROP CONSTRAINT session_room_once;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("plan", "0001_initial"),
        ("audit", "0002_record_is_append_only"),
        ("people", "0001_initial"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACK)]
