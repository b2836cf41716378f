from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "ataraxy.clinic.plan"
    label = "plan"
    verbose_name = "Plan"
