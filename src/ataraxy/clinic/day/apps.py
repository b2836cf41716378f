from django.apps import AppConfig


class DayConfig(AppConfig):
    name = "ataraxy.clinic.day"
    label = "day"
    verbose_name = "Day"
