"""A clinic says after how many idle minutes a page is locked; 0: never."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_the_clock_guard_reads_the_real_table"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="clinic",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="clinic",
            name="update_update",
        ),
        migrations.AddField(
            model_name="clinic",
            name="lock_after_min",
            field=models.PositiveSmallIntegerField(db_default=15, default=15),
        ),
        migrations.AddField(
            model_name="clinicevent",
            name="lock_after_min",
            field=models.PositiveSmallIntegerField(db_default=15, default=15),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="clinic",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "people_clinicevent" ("id", "is_demo", "jurisdiction", "lock_after_min", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "zone") VALUES (NEW."id", NEW."is_demo", NEW."jurisdiction", NEW."lock_after_min", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone", NEW."zone"); RETURN NULL;',
                    hash="4eb9b3d55823593d639ab46d91deec98b330fd78",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_cab59",
                    table="people_clinic",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="clinic",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "people_clinicevent" ("id", "is_demo", "jurisdiction", "lock_after_min", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "zone") VALUES (NEW."id", NEW."is_demo", NEW."jurisdiction", NEW."lock_after_min", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."zone"); RETURN NULL;',
                    hash="59858ad0282cdbcd3f865acb727b94293dd76d31",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_010a9",
                    table="people_clinic",
                    when="AFTER",
                ),
            ),
        ),
    ]
