"""Room for so many messages: never more, in the order they came, and none lost when somebody gives up."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from ataraxy.live.inbox import Room


def run(work: Coroutine[object, object, None]) -> None:
    """On a thread of its own: a browser test before this one leaves its loop on the main one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


@given(st.integers(1, 4), st.lists(st.sampled_from(["come", "go", "give up"]), max_size=40))
def test_there_are_never_more_than_fit_and_nobody_is_passed_over(size: int, acts: list[str]) -> None:
    async def play() -> None:
        room, inside, waiting, served = Room(size), 0, list[asyncio.Task[None]](), list[int]()
        for n, act in enumerate(acts):
            if act == "come":
                waiting.append(asyncio.create_task(room.acquire(), name=str(n)))
            elif act == "go" and inside:
                room.release()
                inside -= 1
            elif act == "give up" and waiting:
                waiting.pop().cancel()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            done = [task for task in waiting if task.done()]
            waiting = [task for task in waiting if not task.done()]
            inside += len(done)
            served += [int(task.get_name()) for task in done]
            assert inside <= size and room.locked() == (inside == size)
            assert not waiting or inside == size
        assert served == sorted(served)
        for task in waiting:
            task.cancel()

    run(play())


def test_who_gives_up_at_the_moment_of_their_turn_gives_it_on() -> None:
    async def play() -> None:
        room = Room(1)
        assert room.take() and not room.take()
        waits = asyncio.create_task(room.acquire())
        await asyncio.sleep(0)
        room.release()  # it is their turn
        waits.cancel()
        await asyncio.gather(waits, return_exceptions=True)
        assert room.take()

    run(play())
