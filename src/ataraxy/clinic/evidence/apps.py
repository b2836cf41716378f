from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "ataraxy.clinic.evidence"
    label = "evidence"
    verbose_name = "Evidence"
