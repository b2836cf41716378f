from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "ataraxy.clinic.people"
    label = "people"
    verbose_name = "People"
