"""People: one address, one verb."""

from __future__ import annotations

from django.urls import path

from ataraxy.clinic.people.views.add_patient import add_patient
from ataraxy.clinic.people.views.add_staff import add_staff
from ataraxy.clinic.people.views.break_glass import break_glass
from ataraxy.clinic.people.views.broken_glass import broken_glass
from ataraxy.clinic.people.views.contact import contact
from ataraxy.clinic.people.views.credential import credential
from ataraxy.clinic.people.views.escort import escort
from ataraxy.clinic.people.views.house import house
from ataraxy.clinic.people.views.lock import danger, here, lock, lock_after, unlock
from ataraxy.clinic.people.views.patient import patient
from ataraxy.clinic.people.views.patients import patients
from ataraxy.clinic.people.views.review_glass import review_glass
from ataraxy.clinic.people.views.staff import staff

app_name = "people"

urlpatterns = [
    path("", patients, name="patients"),
    path("add/", add_patient, name="add-patient"),
    path("patient/<uuid:patient_id>/", patient, name="patient"),
    path("patient/<uuid:patient_id>/escort/", escort, name="escort"),
    path("patient/<uuid:patient_id>/contact/", contact, name="contact"),
    path("patient/<uuid:patient_id>/break-glass/", break_glass, name="break-glass"),
    path("broken-glass/", broken_glass, name="broken-glass"),
    path("broken-glass/<uuid:glass_id>/review/", review_glass, name="review-glass"),
    path("lock/", lock, name="lock"),
    path("unlock/", unlock, name="unlock"),
    path("here/", here, name="here"),
    path("danger/", danger, name="danger"),
    path("lock-after/", lock_after, name="lock-after"),
    path("clinic/", house, name="house"),
    path("staff/", staff, name="staff"),
    path("staff/add/", add_staff, name="add-staff"),
    path("staff/<uuid:staff_id>/credential/", credential, name="credential"),
]
