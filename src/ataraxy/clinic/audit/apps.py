from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "ataraxy.clinic.audit"
    label = "audit"
    verbose_name = "Audit"
