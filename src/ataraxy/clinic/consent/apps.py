from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "ataraxy.clinic.consent"
    label = "consent"
    verbose_name = "Consent"
