from django.apps import AppConfig


class TreatConfig(AppConfig):
    name = "ataraxy.clinic.treat"
    label = "treat"
    verbose_name = "Treat"
