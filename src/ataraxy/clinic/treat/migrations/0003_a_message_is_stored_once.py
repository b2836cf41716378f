"""Which messages of monitors are stored already: a message sent again is acknowledged again and stored once.

A message is told by its monitor, its control id and a fingerprint of what it says: a monitor that counts from 1 again
after a power cut says something new under an old number. Partitioned by the message's own time (never by ours), so that
a message sent again falls into the same partition, and old ones expire by dropping one.
"""

from django.db import migrations

FORWARD = """
CREATE TABLE treat_message (
    told_at timestamp with time zone NOT NULL,
    monitor_id bigint NOT NULL,
    control_id varchar(120) NOT NULL,
    fingerprint bytea NOT NULL,
    received_at timestamp with time zone NOT NULL,
    PRIMARY KEY (monitor_id, control_id, fingerprint, told_at)
) PARTITION BY RANGE (told_at);
CREATE TABLE treat_message_default PARTITION OF treat_message DEFAULT;
REVOKE UPDATE, DELETE, TRUNCATE ON treat_message, treat_message_default FROM ataraxy_app;
"""

BACK = "DROP TABLE treat_message;"


class Migration(migrations.Migration):
    dependencies = [("treat", "0002_samples_are_partitioned")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
