from django.apps import AppConfig


class LearnConfig(AppConfig):
    name = "ataraxy.clinic.learn"
    label = "learn"
    verbose_name = "Learn"
