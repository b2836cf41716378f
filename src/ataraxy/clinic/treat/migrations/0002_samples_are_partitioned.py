"""Samples live in monthly partitions and expire by dropping one; a default partition catches what has no month yet."""

from django.db import migrations

FORWARD = """
CREATE TABLE treat_sample (
    received_at timestamp with time zone NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    clinic_id uuid NOT NULL,
    session_id uuid NOT NULL,
    monitor_id bigint NOT NULL,
    message_id varchar(120) NOT NULL,
    measure varchar(24) NOT NULL,
    value numeric(10, 3),
    unit varchar(12) NOT NULL,
    device_at timestamp with time zone,
    absent varchar(80) NOT NULL DEFAULT '',
    original varchar(120) NOT NULL DEFAULT '',
    PRIMARY KEY (received_at, id)
) PARTITION BY RANGE (received_at);
CREATE TABLE treat_sample_default PARTITION OF treat_sample DEFAULT;
CREATE INDEX treat_sample_by_session ON treat_sample (session_id, received_at);
REVOKE UPDATE, DELETE, TRUNCATE ON treat_sample, treat_sample_default FROM ataraxy_app;
REVOKE DELETE, TRUNCATE ON treat_quarantined FROM ataraxy_app;
ALTER TABLE treat_binding ADD CONSTRAINT binding_session_of_clinic
    FOREIGN KEY (clinic_id, session_id) REFERENCES plan_session (clinic_id, id);
"""

BACK = """
ALTER TABLE treat_binding DROP CONSTRAINT binding_session_of_clinic;
DROP TABLE treat_sample;
"""


class Migration(migrations.Migration):
    dependencies = [("treat", "0001_initial"), ("plan", "0002_rooms_are_not_double_booked")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
