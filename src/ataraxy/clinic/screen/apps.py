from django.apps import AppConfig


class ScreenConfig(AppConfig):
    name = "ataraxy.clinic.screen"
    label = "screen"
    verbose_name = "Screen"
