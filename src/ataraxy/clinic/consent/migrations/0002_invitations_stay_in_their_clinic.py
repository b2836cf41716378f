"""A consent invitation points at a patient and a protocol of its own clinic."""

from django.db import migrations

FORWARD = """
ALTER TABLE consent_consentinvitation ADD CONSTRAINT invitation_patient_of_clinic
    FOREIGN KEY (clinic_id, patient_id) REFERENCES people_patient (clinic_id, id);
ALTER TABLE consent_consentinvitation ADD CONSTRAINT invitation_protocol_of_clinic
    FOREIGN KEY (clinic_id, protocol_id) REFERENCES plan_activatedprotocol (clinic_id, id);
"""

BACK = """
ALTER TABLE consent_consentinvitation DROP CONSTRAINT invitation_protocol_of_clinic;
ALTER TABLE consent_consentinvitation DROP CONSTRAINT invitation_patient_of_clinic;
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_initial"), ("plan", "0002_rooms_are_not_double_booked")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
