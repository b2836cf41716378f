"""The loaded numbers against what the papers print, each solved here by plain equations of its own."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from ataraxy.catalog.pk import load_model
from ataraxy.core.pharmacology.units import KNOWN


def values_of(model_id):
    """Typical values in mg, L and minutes, by name."""
    model = load_model(model_id)
    return {p.name: float(p.value) * KNOWN[p.unit].to_engine for p in model.parameters}


def solve(slopes, states, until_min, start=None):
    at = np.arange(0.0, until_min + 0.25, 0.25)
    begin = np.zeros(states) if start is None else start
    found = solve_ivp(
        slopes, (0, until_min), begin, t_eval=at, method="LSODA", rtol=1e-9, atol=1e-11, max_step=2
    )
    return at, found.y


def perez_ruixo(dose_mg):
    """Written out from the paper's figure, not from the engine."""
    v = values_of("perez-ruixo-2021")
    within = min(dose_mg, v["first_mg"])
    nose = v["frn"] * (within + v["later"] * (dose_mg - within))
    swallowed = (dose_mg - nose) * v["fgut"]

    def slopes(t, y):
        nose, sw, c, p1, p2, h, m, mp = y
        even = swallowed / v["d_swallowed"] if t < v["d_swallowed"] else 0.0
        c_, p1_, p2_, h_ = c / v["vc"], p1 / v["vp1"], p2 / v["vp2"], h / v["vh"]
        m_, mp_ = m / v["vc_nk"], mp / v["vp_nk"]
        return [
            -v["ka_nose"] * nose,
            even - v["ka_swallowed"] * sw,
            v["ka_nose"] * nose + v["q1"] * (p1_ - c_) + v["q2"] * (p2_ - c_) + v["qh"] * (h_ - c_),
            v["q1"] * (c_ - p1_),
            v["q2"] * (c_ - p2_),
            v["ka_swallowed"] * sw + v["qh"] * (c_ - h_) - (v["kel"] + v["kmet"]) * h,
            v["kmet"] * h - v["cl_nk"] * m_ + v["q_nk"] * (mp_ - m_),
            v["q_nk"] * (m_ - mp_),
        ]

    at, y = solve(slopes, 8, 1440, np.array([nose, 0, 0, 0, 0, 0, 0, 0.0]))
    return at, y[2] / v["vc"] * 1000, y[6] / v["vc_nk"] * 1000


@pytest.mark.parametrize(
    ("dose_mg", "peak", "area", "nk_peak"),
    [(28, 43.8, 147.3, 59.1), (56, 72.5, 254.7, 119.7), (84, 101.0, 362.2, 180.0)],
)
def test_esketamine_by_nose_as_perez_ruixo_print_it(dose_mg, peak, area, nk_peak):
    """Table 4, Caucasians of 18 to 60 years, all sprays at once: ng/mL and ng h/mL; within 4 %, as others found."""
    at, ketamine, norketamine = perez_ruixo(dose_mg)
    assert ketamine.max() == pytest.approx(peak, rel=0.04)
    assert np.trapezoid(ketamine, at) / 60 == pytest.approx(area, rel=0.04)
    assert norketamine.max() == pytest.approx(nk_peak, rel=0.02)


@pytest.mark.xfail(strict=True, reason="the paper's own parameters do not give the area its table 4 prints")
@pytest.mark.parametrize(("dose_mg", "area"), [(28, 274.4), (56, 516.3), (84, 758.0)])
def test_the_noresketamine_area_of_perez_ruixo(dose_mg, area):
    at, _, norketamine = perez_ruixo(dose_mg)
    assert np.trapezoid(norketamine, at) / 60 == pytest.approx(area, rel=0.1)


def test_the_liver_clears_as_perez_ruixo_say():
    """Abstract: clearance 114 L/h (109 by the parameters), 18.6 % of what is swallowed arrives (17.8 %)."""
    v = values_of("perez-ruixo-2021")
    work = v["vh"] * (v["kel"] + v["kmet"])
    taken = work / (v["qh"] + work)
    assert v["qh"] * taken * 60 == pytest.approx(114, rel=0.05)
    assert v["fgut"] * (1 - taken) == pytest.approx(0.186, rel=0.05)
    assert v["vc"] + v["vp1"] + v["vp2"] == pytest.approx(752)


def simons(film_mg=0.0, infusion_mg=0.0, over_min=20.0, film_share=1.0):
    """Written out from the paper's figure, not from the engine; 70 kg."""
    v = values_of("simons-2022")
    f2 = v["f2"] * film_share

    def slopes(t, y):
        m, g, p, k, f, s, a1, a2, n, nt, b1, b2, h, ht = y
        k_, f_, s_, n_, nt_ = k / v["vk1"], f / v["vk2"], s / v["vk3"], n / v["vk1"], nt / v["vn2"]
        h_, ht_ = h / v["vh1"], ht / v["vh2"]
        ka, kb = 2 / v["mtt_nk"], 2 / v["mtt_hnk"]
        pump = infusion_mg / over_min if t < over_min else 0.0
        return [
            (film_mg * v["f1"] / v["d1"] if t < v["d1"] else 0.0) - v["ka1"] * m,
            (film_mg * f2 / v["d2"] if t < v["d2"] else 0.0) - v["ka2"] * g,
            v["ka2"] * g - p / v["mtt_gut"],
            pump + v["ka1"] * m - v["clk1"] * k_ + v["clk2"] * (f_ - k_) + v["clk3"] * (s_ - k_),
            v["clk2"] * (k_ - f_),
            v["clk3"] * (k_ - s_),
            v["clk1"] * k_ + p / v["mtt_gut"] - ka * a1,
            ka * (a1 - a2),
            v["fm_nk"] * ka * a2 - v["cln1"] * n_ + v["cln2"] * (nt_ - n_),
            v["cln2"] * (n_ - nt_),
            v["cln1"] * n_ - kb * b1,
            kb * (b1 - b2),
            v["fm_hnk"] * kb * b2 - v["clh1"] * h_ + v["clh2"] * (ht_ - h_),
            v["clh2"] * (h_ - ht_),
        ]

    at, y = solve(slopes, 14, 360)
    mass = {a.name: float(a.g_per_mol) / 237.73 for a in load_model("simons-2022").analytes}
    return at, {
        "ketamine": y[3] / v["vk1"] * 1000 * mass["ketamine"],
        "norketamine": y[8] / v["vk1"] * 1000 * mass["norketamine"],
        "hydroxynorketamine": y[12] / v["vh1"] * 1000 * mass["hydroxynorketamine"],
    }


FILM_50_MG = {  # Simons 2022, table 2: peak ng/mL, its minute, area of 6 h in ng min/mL
    "ketamine": (96, 18.8, 8363),
    "norketamine": (276, 61, 38497),
    "hydroxynorketamine": (101, 81, 24087),
}


@pytest.mark.parametrize("analyte", FILM_50_MG)
def test_a_film_of_50_mg_as_simons_print_it(analyte):
    """Means of a mixed group against one typical person: within 25 %."""
    at, curves = simons(film_mg=50)
    curve, (peak, minute, area) = curves[analyte], FILM_50_MG[analyte]
    assert curve.max() == pytest.approx(peak, rel=0.25)
    assert at[curve.argmax()] == pytest.approx(minute, rel=0.25)
    assert np.trapezoid(curve, at) == pytest.approx(area, rel=0.25)


def test_what_is_swallowed_of_a_film_is_a_share_of_the_whole_film():
    """Were it a share of what the mouth leaves, the metabolites of table 2 would be missed by more than 25 %."""
    v = values_of("simons-2022")
    at, curves = simons(film_mg=50, film_share=1 - v["f1"])
    assert curves["norketamine"].max() < 0.75 * 276
    assert np.trapezoid(curves["norketamine"], at) < 0.75 * 38497


def test_an_infusion_of_20_mg_over_20_min_as_simons_print_it():
    """Peaks of 273 (259-287) and 260 (251-269) ng/mL."""
    _, curves = simons(infusion_mg=20)
    assert 251 * 0.85 <= curves["ketamine"].max() <= 287 * 1.15
