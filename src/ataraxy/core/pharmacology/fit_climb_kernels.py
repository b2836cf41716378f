"""The climb to the most probable effects, whole and compiled: every climber's steps share the lanes of each pass.

What ``scoring`` does, step by step, in the same order; only the linear algebra is written out. Climbers stand in a
queue: a pass takes as many from its front as have room, moves each, and those that are not there go to the end. No
climber sees another, so that nothing depends on who climbs beside whom. Import it only when it is needed.
"""

from __future__ import annotations

import math

from numba import njit

from ataraxy.core.pharmacology.fit_kernels import course
from ataraxy.core.pharmacology.fit_reading_kernels import ON_LOG, on_scale, reading, sound
from ataraxy.core.pharmacology.lanes import JIT, MOST_LANES, U, at
from ataraxy.core.pharmacology.scoring import (
    CLOSE,
    DAMPED,
    FAR,
    LEAST_CURVATURE,
    LEAST_DAMPING,
    LEAST_SECANT,
    MOST_DAMPING,
    MOST_ITERATIONS,
    NEAR,
)

AT_START = -1
PLACE, TRIAL, OBJECTIVE, GRADIENT, INFORMATION, EXACT = 0, 1, 2, 3, 4, 5  # of what is kept of each climber
DAMPING, MEMORY, FAR_OFF, STEPS, PHASE, STATUS = 6, 7, 8, 9, 10, 11
MOST_DOUBT = 1e4  # as ``compiled_modes``
MOST_ETA = 200.0  # as ``varied``


@njit(**JIT)
def solved(x, matrix, m0, right, r0, left, d):
    """matrix x = right, of a symmetric positive matrix, by its pivots; ``left``: room for d x d. False if it is not."""
    for i in range(d):
        for j in range(i + 1):
            total = matrix[m0 + i * d + j]
            for k in range(j):
                total -= left[i * d + k] * left[j * d + k] * left[k * d + k]
            if i == j:
                left[i * d + i] = total
                if not total > 0.0:
                    return False
            else:
                left[i * d + j] = total / left[j * d + j]
    for i in range(d):
        total = right[r0 + i]
        for k in range(i):
            total -= left[i * d + k] * x[k]
        x[i] = total
    for i in range(d - 1, -1, -1):
        total = x[i] / left[i * d + i]
        for k in range(i + 1, d):
            total -= left[k * d + i] * x[k]
        x[i] = total
    return True


@njit(**JIT)
def positive(matrix, m0, left, d):
    """Whether a symmetric matrix is well above zero in every direction: by its pivots."""
    for i in range(d):
        for j in range(i + 1):
            total = matrix[m0 + i * d + j]
            for k in range(j):
                total -= left[i * d + k] * left[j * d + k] * left[k * d + k]
            if i == j:
                left[i * d + i] = total
                if not total > LEAST_CURVATURE:
                    return False
            else:
                left[i * d + j] = total / left[j * d + j]
    return True


@njit(**JIT)
def held_back(gradient, g0, information, i0, place, p0, reach, free_g, free_i, d):
    """Gradient and information with the effects that press against a bound held where they are."""
    for i in range(d):
        free_g[i] = gradient[g0 + i]
        for j in range(d):
            free_i[i * d + j] = information[i0 + i * d + j]
    for i in range(d):
        out = (place[p0 + i] >= reach[i] and gradient[g0 + i] < 0) or (
            place[p0 + i] <= -reach[i] and gradient[g0 + i] > 0
        )
        if out:
            free_g[i] = 0.0
            for j in range(d):
                free_i[i * d + j] = free_i[j * d + i] = 0.0
            free_i[i * d + i] = 1.0


@njit(**JIT)
def decrement(gradient, g0, information, i0, place, p0, reach, rooms, d):
    """How far the top is by the local curvature, in posterior SDs."""
    free_g, free_i, left, x = rooms[0], rooms[1], rooms[2], rooms[3]
    held_back(gradient, g0, information, i0, place, p0, reach, free_g, free_i, d)
    if not solved(x, free_i, 0, free_g, 0, left, d):
        return math.inf
    total = 0.0
    for i in range(d):
        total += free_g[i] * x[i]
    return math.sqrt(max(total, 0.0))


@njit(**JIT)
def by_secant(matrix, memory, m0, along, d):
    """The information that explains how the gradient turned along a move; left alone where it cannot."""
    known, seen = 0.0, 0.0
    for i in range(d):
        along[i] = 0.0
        for j in range(d):
            along[i] += matrix[i * d + j] * memory[m0 + j]
        known += memory[m0 + i] * along[i]
        seen += memory[m0 + i] * memory[m0 + d + i]
    if seen > LEAST_SECANT * known and known > 0:
        for i in range(d):
            for j in range(d):
                turned = memory[m0 + d + i] * memory[m0 + d + j]
                matrix[i * d + j] += turned / seen - along[i] * along[j] / known


@njit(**JIT)
def next_try(c, d, state, reach, rooms):
    """Where climber c tries to stand next; False if no step can be found."""
    place, trial, gradient, information = state[PLACE], state[TRIAL], state[GRADIENT], state[INFORMATION]
    exact, damping, memory = state[EXACT], state[DAMPING], state[MEMORY]
    free_g, free_i, left, x, corrected, along = rooms
    p0, i0, m0 = c * d, c * d * d, c * 4 * d
    for k in range(d * d):
        corrected[k] = information[i0 + k]
    if not exact[c]:
        by_secant(corrected, memory, m0, along, d)
        by_secant(corrected, memory, m0 + 2 * d, along, d)
    held_back(gradient, p0, corrected, 0, place, p0, reach, free_g, free_i, d)
    for i in range(d):
        free_i[i * d + i] += damping[c] * free_i[i * d + i]
    if not solved(x, free_i, 0, free_g, 0, left, d):
        return False
    for i in range(d):
        trial[p0 + i] = min(max(place[p0 + i] - x[i], -reach[i]), reach[i])
    return True


@njit(**JIT)
def slopes(b, way, d, n, w, located, ok, here, prior, readings, new, rooms):
    """Objective, gradient and information of one climber from its lanes, which begin at b; whether all are numbers."""
    moves, step, one_sided, bent = way
    precision, constant = prior
    values, sides, errors, v0 = readings
    gradient, information, second, sens, by_score, score, weight, curve = new
    left = rooms[2]
    for lane in range(moves):
        if not ok[b + lane] > 0:
            return math.inf, False
    total, distance = 0.0, 0.0
    for j in range(n):
        row = at(located + j)
        likely, score[j], weight[j], curve[j] = reading(
            w[row + U(b)], values[v0 + j], sides[v0 + j], errors, j
        )
        total += likely
        for i in range(d):
            if one_sided:
                sens[i * n + j] = (w[row + U(b + 1 + i)] - w[row + U(b)]) / step
            else:
                sens[i * n + j] = (w[row + U(b + 1 + i)] - w[row + U(b + 1 + d + i)]) / (2.0 * step)
    for i in range(d):
        along = 0.0
        for k in range(d):
            along += precision[i * d + k] * here[k]
        distance += along * here[i]
        for j in range(n):
            along -= sens[i * n + j] * score[j]
        gradient[i] = along
        for k in range(i + 1):
            inside, bend = precision[i * d + k], precision[i * d + k]
            for j in range(n):
                both = sens[i * n + j] * sens[k * n + j]
                inside += both * weight[j]
                bend += both * curve[j]
            information[i * d + k] = information[k * d + i] = inside
            second[i * d + k] = second[k * d + i] = bend
    objective = -total + 0.5 * (distance + constant)
    exact = False
    if bent:
        exact = bends(b, moves, step, d, n, w, located, gradient, information, second, by_score, score, left)
    sane = abs(objective) <= 1e300
    for i in range(d):
        sane = sane and abs(gradient[i]) <= 1e300
    return (objective if sane else math.inf), exact


@njit(**JIT)
def bends(b, moves, step, d, n, w, located, gradient, information, second, by_score, score, left):
    """The second derivative itself in place of what scoring takes for it, where it is a top's and the top is near."""
    for lane in range(moves):
        by_score[lane] = 0.0
        for j in range(n):
            by_score[lane] += w[at(located + j) + U(b + lane)] * score[j]
    square, lane = 1.0 / (step * step), 2 * d + 1
    for i in range(d):
        second[i * d + i] -= (by_score[1 + i] + by_score[1 + d + i] - 2.0 * by_score[0]) * square
        for k in range(i + 1, d):
            turned = (by_score[lane] - by_score[1 + i] - by_score[1 + k] + by_score[0]) * square
            second[i * d + k] -= turned
            second[k * d + i] = second[i * d + k]
            lane += 1
    steep = 0.0
    for i in range(d):
        steep += gradient[i] * gradient[i] / information[i * d + i]
    if not (math.sqrt(steep) < NEAR and positive(second, 0, left, d)):
        return False
    for k in range(d * d):
        information[k] = second[k]
    return True


@njit(**JIT)
def taken(c, d, columns, objective_, exact_, state, predicted, new, out, column_rows, b, reach, rooms):
    """What was found at the trial is where the climber stands now."""
    place, trial, objective, gradient = state[PLACE], state[TRIAL], state[OBJECTIVE], state[GRADIENT]
    information, exact, memory, far_off, phase = (
        state[INFORMATION],
        state[EXACT],
        state[MEMORY],
        state[FAR_OFF],
        state[PHASE],
    )
    m0 = c * 4 * d
    for i in range(d):
        if phase[c] != AT_START:
            memory[m0 + i], memory[m0 + d + i] = memory[m0 + 2 * d + i], memory[m0 + 3 * d + i]
            memory[m0 + 2 * d + i] = trial[c * d + i] - place[c * d + i]
            memory[m0 + 3 * d + i] = new[0][i] - gradient[c * d + i]
        place[c * d + i] = trial[c * d + i]
        gradient[c * d + i] = new[0][i]
    for k in range(d * d):
        information[c * d * d + k] = new[1][k]
    for j in range(columns):
        predicted[c * columns + j] = out[at(column_rows[j]) + U(b)]
    objective[c], exact[c] = objective_, exact_
    far_off[c] = decrement(gradient, c * d, information, c * d * d, place, c * d, reach, rooms, d)


@njit(**JIT)
def moved(c, d, columns, objective_, exact_, state, predicted, new, out, column_rows, b, reach, rooms):
    """Take or leave the trial; True if the climber goes on."""
    objective, damping, far_off, steps, phase = (
        state[OBJECTIVE],
        state[DAMPING],
        state[FAR_OFF],
        state[STEPS],
        state[PHASE],
    )
    if phase[c] == AT_START or objective_ <= objective[c]:
        taken(c, d, columns, objective_, exact_, state, predicted, new, out, column_rows, b, reach, rooms)
        if phase[c] == AT_START:
            phase[c] = 0
            return objective_ < math.inf and far_off[c] > CLOSE and next_try(c, d, state, reach, rooms)
        damping[c] = max(damping[c] / 10.0, LEAST_DAMPING)
    else:
        damping[c] = max(damping[c] * 8.0, DAMPED)
    steps[c] += 1
    phase[c] += 1
    on = far_off[c] > CLOSE and damping[c] < MOST_DAMPING and phase[c] < MOST_ITERATIONS
    return on and next_try(c, d, state, reach, rooms)


@njit(**JIT)
def spread_out(c, d, b, moves, shifts, trial, sd, w, whose, person):
    """Climber c's lanes from b on: where it stands and a step each way; False if an effect goes beyond all sense."""
    fine = True
    for lane in range(moves):
        whose[b + lane] = person
        for i in range(d):
            eta = (trial[c * d + i] + shifts[lane * d + i]) * sd[i]
            fine = fine and abs(eta) < MOST_ETA
            w[at(i) + U(b + lane)] = eta
    return fine


@njit(**JIT)
def climb_all(queue, plan, ways, prior, bounds, seen, state, results, rooms):
    """Every climber in the queue to its top.

    STATUS of a climber left to the general way is 1: rounding may have grown, or an effect went too far.
    ``results``: predictions at the columns observed where each stands, and where each began.
    """
    sheet_plan, course_rooms, column_rows = plan
    far_shifts, far_moves, far_step, far_one, near_shifts, near_moves, near_step, near_one, bent = ways
    sd, precision, constant = prior
    reach, persons = bounds
    seen_columns, values, sides, errors, by_person = seen
    predicted, first_predicted = results
    w, out, doubt, whose, ok, slot, begins, new, small, located = rooms
    trial, phase, status = state[TRIAL], state[PHASE], state[STATUS]
    d, n, columns = sd.shape[0], seen_columns.shape[0], column_rows.shape[0]
    front, waiting = 0, queue.shape[0]
    size = queue.shape[0]
    while waiting:
        lanes, count = 0, 0
        while waiting:
            c = queue[front]
            early = phase[c] < FAR
            moves = far_moves if early else near_moves
            if lanes + moves > MOST_LANES:
                break
            front, waiting = (front + 1) % size, waiting - 1
            if spread_out(
                c, d, lanes, moves, far_shifts if early else near_shifts, trial, sd, w, whose, persons[c]
            ):
                slot[count], begins[count] = c, lanes
                lanes, count = lanes + moves, count + 1
            else:
                status[c] = 1
        if count == 0:
            continue
        course(U(lanes), whose, sheet_plan, w, out, doubt, course_rooms)
        for i in range(lanes):
            ok[i] = 1.0
        for k in range(count):  # before what is no number is made one
            c, b = slot[k], begins[k]
            if phase[c] == AT_START:
                for j in range(columns):
                    first_predicted[c * columns + j] = out[at(column_rows[j]) + U(b)]
        for j in range(columns):
            sound(ok, out, at(column_rows[j]), U(lanes))
        for j in range(n):
            row = at(column_rows[seen_columns[j]])
            on_scale(w, at(located + j), out, row, errors[ON_LOG * n + j], U(lanes))
        for k in range(count):
            c, b = slot[k], begins[k]
            early = phase[c] < FAR
            moves = far_moves if early else near_moves
            for lane in range(moves):
                if not doubt[b + lane] <= MOST_DOUBT:
                    status[c] = 1
            if status[c]:
                continue
            for i in range(d):
                small[5][i] = trial[c * d + i]
            way = (far_moves, far_step, far_one, False) if early else (near_moves, near_step, near_one, bent)
            v0 = persons[c] * n if by_person else 0
            found, exact = slopes(
                b, way, d, n, w, located, ok, small[5], (precision, constant), (values, sides, errors, v0), new, small
            )  # fmt: skip
            if moved(c, d, columns, found, exact, state, predicted, new, out, column_rows, b, reach, small):
                queue[(front + waiting) % size] = c
                waiting += 1
