from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "ataraxy.clinic.people"
    label = "people"
    verbose_name = "People"

    def ready(self) -> None:
        from ataraxy.clinic.people.faults import watch_for_faults

        watch_for_faults()
