"""A check-in points at a patient and a session of its own clinic."""

from django.db import migrations

FORWARD = """
ALTER TABLE follow_checkin ADD CONSTRAINT check_in_patient_of_clinic
    FOREIGN KEY (clinic_id, patient_id) REFERENCES people_patient (clinic_id, id);
ALTER TABLE follow_checkin ADD CONSTRAINT check_in_session_of_clinic
    FOREIGN KEY (clinic_id, session_id) REFERENCES plan_session (clinic_id, id);
"""

BACK = """
ALTER TABLE follow_checkin DROP CONSTRAINT check_in_session_of_clinic;
ALTER TABLE follow_checkin DROP CONSTRAINT check_in_patient_of_clinic;
"""


class Migration(migrations.Migration):
    dependencies = [("follow", "0001_initial"), ("plan", "0002_rooms_are_not_double_booked")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
