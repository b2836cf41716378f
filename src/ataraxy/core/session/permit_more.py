"""What may go in after the start of the dose: supplements by order, further sprays after their rest, all under the caps.

What is in the patient already may always be written; what it went past is said with it.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from ataraxy.core.protocol.types import BedsideKind, Measure, Protocol
from ataraxy.core.session.agreed import agreed, spray_rest
from ataraxy.core.session.attended import Order
from ataraxy.core.session.care import BolusGiven, OrderKind, Way
from ataraxy.core.session.dose import DoseStatus
from ataraxy.core.session.events import SprayGiven
from ataraxy.core.session.sound import Refusal
from ataraxy.core.session.state import SessionState

NEAR = "Another spray was less than {} apart."


def permit_bolus(state: SessionState, bolus: BolusGiven) -> Refusal | None:
    """Hazard: what went in is refused, and the mg in the patient are counted too low ever after."""
    if bolus.already_in:
        return Refusal("An amount is above zero.", "Enter what went in.") if bolus.mg <= 0 else None
    return _by_order(state, bolus)


def _by_order(state: SessionState, bolus: BolusGiven) -> Refusal | None:
    order = state.care.order(bolus.order)
    if order is None or order.order.kind is not OrderKind.KETAMINE or order.order.unit != "mg":
        return Refusal("Supplemental ketamine needs a prescriber's order in mg.", "Ask for the order first.")
    if bolus.mg <= 0 or bolus.mg > left_of(state, order):
        return Refusal(f"{left_of(state, order)} mg of this order are left.", "Give that, or less.")
    if bolus.way is not order.order.way:
        return Refusal(f"The order says {order.order.way.value}.", "Give it as ordered, or ask again.")
    return None


def too_soon(protocol: Protocol, state: SessionState, at: datetime) -> Refusal | None:
    """A spray before the patient has rested from the last one."""
    if (ready := rested_at(protocol, state)) is None or at >= ready:
        return None
    return Refusal(
        f"The last spray was less than {_rest_words(protocol)} ago.",
        "Let the patient rest, then give the next.",
    )


def _rest_words(protocol: Protocol) -> str:
    return f"{agreed(protocol, BedsideKind.SPRAY_REST):f} min"


def gone_past(protocol: Protocol, state: SessionState, bolus: BolusGiven, now: datetime, at: datetime) -> str:
    """What a supplement that is in already went past, in words: its order, the rest, the cap, the end; or nothing."""
    rest = spray_rest(protocol)
    close = bolus.way is Way.NASAL and any(abs(at - one) < rest for one in _sprays(state))
    ended = state.ending is not None and at > state.ending.at
    refusals = (_by_order(state, bolus), over_cap(protocol, state, bolus.mg, now))
    said = [refusal.cause for refusal in refusals if refusal is not None]
    said += [NEAR.format(_rest_words(protocol))] if close else []
    return " ".join([*said, "The session had ended."] if ended else said)


def left_of(state: SessionState, order: Order) -> Decimal:
    """The mg of an order for ketamine that were not given yet."""
    given = (
        g.what.mg for g in state.care.given if isinstance(g.what, BolusGiven) and g.what.order == order.event
    )
    return max(Decimal(0), order.order.amount - sum(given, Decimal(0)))


def rested_at(protocol: Protocol, state: SessionState) -> datetime | None:
    """When the next spray may be given, of the dose or of a supplement; None when none was."""
    sprays = _sprays(state)
    return max(sprays) + spray_rest(protocol) if sprays else None


def _sprays(state: SessionState) -> list[datetime]:
    """When something was sprayed into the nose, of the dose and of supplements."""
    extra = [g.at for g in state.care.boluses if isinstance(g.what, BolusGiven) and g.what.way is Way.NASAL]
    return extra + (list(state.dose.sprayed_at) if state.dose else [])


def permit_spray(state: SessionState, spray: SprayGiven) -> Refusal | None:
    """The next spray of a dose by nose. What went in is charted, whatever was the matter."""
    dose = state.dose
    if dose is None or not dose.is_sprayed:
        return Refusal("No dose by nose was started.", "Start it first.")
    if dose.next_spray is None:
        return Refusal("All sprays of the dose are in.", "A further one needs a prescriber's order.")
    if spray.number != dose.next_spray:
        return Refusal(f"The next is spray {dose.next_spray}.", "Reload and look again.")
    if dose.status is not DoseStatus.RUNNING and not spray.already_in:
        return Refusal(f"The dose is {dose.status.value}.", "Resume it first; if it went in already, say so.")
    return None


def spray_went_past(protocol: Protocol, state: SessionState, at: datetime) -> str:
    """What a spray that is in already went past, in words; or nothing."""
    before = [one for one in _sprays(state) if one <= at]
    close = any(abs(at - one) < spray_rest(protocol) for one in _sprays(state))
    when = "The last spray was less than {} ago." if len(before) == len(_sprays(state)) else NEAR
    said = [when.format(_rest_words(protocol))] if close else []
    if state.dose is not None and state.dose.status is not DoseStatus.RUNNING:
        said.append(f"The dose was {state.dose.status.value}.")
    return " ".join(said)


def over_cap(protocol: Protocol, state: SessionState, mg: Decimal, at: datetime) -> Refusal | None:
    """The caps of the protocol hold for everything that goes in together, supplements included."""
    if state.dose is None:
        return Refusal("No dose was started.", "A supplement follows the planned dose.")
    started = state.dose.planned
    extra = state.mg_given(at) - state.planned_part_mg(at)
    total = started.mg + extra + mg
    weight = started.weight_kg or _weighed(state)
    if weight is None:
        # Hazard: the first dose went in unweighed, and the next is measured against no cap per kg.
        return Refusal("No weight was measured: the cap per kg cannot be checked.", "Weigh the patient.")
    cap = min(protocol.dose.cap_mg, protocol.dose.cap_mg_per_kg * weight)
    reached = total if state.dose.is_open else state.mg_given(at) + mg
    if reached > cap:
        return Refusal(f"With this {reached} mg would be in; the protocol's cap is {cap} mg.", "Give less.")
    return None


def _weighed(state: SessionState) -> Decimal | None:
    weight = state.latest(Measure.WEIGHT)
    return weight.value if weight else None
