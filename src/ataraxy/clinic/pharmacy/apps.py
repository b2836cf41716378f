from django.apps import AppConfig


class PharmacyConfig(AppConfig):
    name = "ataraxy.clinic.pharmacy"
    label = "pharmacy"
    verbose_name = "Pharmacy"
