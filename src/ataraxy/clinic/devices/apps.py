from django.apps import AppConfig


class DevicesConfig(AppConfig):
    name = "ataraxy.clinic.devices"
    label = "devices"
    verbose_name = "Devices"
