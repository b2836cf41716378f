"""What people do with controlled medicines, one function a verb; each owns its transaction."""

from ataraxy.clinic.pharmacy.actions.count import count
from ataraxy.clinic.pharmacy.actions.differ import charge, close, explain
from ataraxy.clinic.pharmacy.actions.draw import Filling, draw, waste
from ataraxy.clinic.pharmacy.actions.reverse import reverse
from ataraxy.clinic.pharmacy.actions.setup import list_product, record_location, record_registration
from ataraxy.clinic.pharmacy.actions.stock import Delivery, destroy, receive, transfer

__all__ = [
    "Delivery",
    "Filling",
    "charge",
    "close",
    "count",
    "destroy",
    "draw",
    "explain",
    "list_product",
    "receive",
    "record_location",
    "record_registration",
    "reverse",
    "transfer",
    "waste",
]
