from django.apps import AppConfig


class FollowConfig(AppConfig):
    name = "ataraxy.clinic.follow"
    label = "follow"
    verbose_name = "Follow"
