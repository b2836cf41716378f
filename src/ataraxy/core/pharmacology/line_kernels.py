"""Whole lines of the cache: sent to memory past it, because what is told is not read again here; fetched ahead of need.

A number written the ordinary way costs three journeys: its line is read, kept, and written back. Sent in whole lines it
costs one. Only for rows that begin with a line and have room to the end of their last one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from ataraxy.core.pharmacology.lanes import JIT, U, copy
from ataraxy.core.pharmacology.loans import LINE

WHOLE = np.uint64(LINE)


def _first(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    """Where a line begins, as a pointer to eight numbers."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), ir.VectorType(ir.DoubleType(), LINE).as_pointer())


@intrinsic
def _send_line(_typing: Any, to: Any, t: Any, x: Any, a: Any) -> Any:
    """Line t of ``to`` = line a of ``x``, past the cache."""

    def generate(context: Any, builder: Any, signature: Any, told: Any) -> Any:
        line = builder.load(_first(context, builder, signature.args[2], told[2], told[3]), align=8 * LINE)
        stored = builder.store(
            line, _first(context, builder, signature.args[0], told[0], told[1]), align=8 * LINE
        )
        stored.set_metadata("nontemporal", builder.module.add_metadata([ir.Constant(ir.IntType(32), 1)]))
        return context.get_dummy_value()

    return types.void(to, t, x, a), generate


@intrinsic
def _wait(_typing: Any) -> Any:
    """What was sent has arrived, for every thread."""

    def generate(context: Any, builder: Any, _signature: Any, _told: Any) -> Any:
        builder.fence("seq_cst")
        return context.get_dummy_value()

    return types.void(), generate


@intrinsic
def _fetch_line(_typing: Any, x: Any, k: Any) -> Any:
    """The line of ``x`` that holds element k comes nearer."""

    def generate(context: Any, builder: Any, signature: Any, told: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, told[0]).data
        whole, place = ir.IntType(32), ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [place, whole, whole, whole])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [place], kind)
        read, keep, numbers = whole(0), whole(3), whole(1)
        builder.call(prefetch, [builder.bitcast(builder.gep(data, [told[1]]), place), read, keep, numbers])
        return context.get_dummy_value()

    return types.void(x, k), generate


@njit(**JIT)
def send(to, t, x, a, lanes, past):
    """Row t of ``to`` = row a of ``x``; ``past`` the cache with the rest of its last line, if so wished."""
    if past:
        for i in range(U(0), lanes, WHOLE):
            _send_line(to, t + i, x, a + i)  # type: ignore[call-arg]
    else:
        copy(to, t, x, a, lanes)


@njit(**JIT)
def arrived():
    """Nobody reads what was sent before it has come."""
    _wait()  # type: ignore[call-arg]


@njit(**JIT)
def fetch(x, k):
    """Let the line of ``x`` that holds element k come nearer while something else is done. Past the end is no harm."""
    _fetch_line(x, k)  # type: ignore[call-arg]
