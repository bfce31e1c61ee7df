"""One thread with one asyncio loop, on which all servers of a sandbox run.

The sandbox is driven from anywhere (a test, the terminal program of the demo), so every control
goes through `LoopThread.call`, which works from any thread, the loop's own included.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_PATIENCE = 60.0
_LAST_ROUNDS = 20


class LoopThread:
    """Runs coroutines on a loop of its own until `stop`."""

    def __init__(self, name: str) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop itself, for callbacks that must be scheduled from elsewhere."""
        if self._loop is None:
            raise RuntimeError("the loop thread is not started")
        return self._loop

    @property
    def running(self) -> bool:
        """True between `start` and `stop`."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the thread. A loop that never started would leave open sockets behind."""
        self._loop = asyncio.new_event_loop()
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and wait for its result. Not from the loop itself."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(_PATIENCE)

    def call(self, function: Callable[[], T]) -> T:
        """Call a function on the loop and wait for its result, from any thread."""
        if threading.current_thread() is self._thread:
            return function()

        async def on_the_loop() -> T:
            return function()

        return self.run(on_the_loop())

    def later(self, delay: float, function: Callable[[], object]) -> None:
        """Call a function on the loop after ``delay`` seconds."""
        self.loop.call_soon_threadsafe(self.loop.call_later, delay, function)

    def stop(self) -> None:
        """Cancel what still runs, close the loop, end the thread."""
        if not self.running:
            return
        self.run(self._cancel_tasks())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(_PATIENCE)

    def _run(self) -> None:
        loop = self.loop
        asyncio.set_event_loop(loop)
        # A client that hangs up in the middle of a handshake is an everyday event here.
        loop.set_exception_handler(lambda _loop, _context: None)
        loop.run_forever()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    async def _cancel_tasks(self) -> None:
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        # A handshake under way belongs to no server yet; only the loop knows it, privately.
        for transport in list(getattr(asyncio.get_running_loop(), "_transports", {}).values()):
            transport.abort()
        # Connections that were cut, or lost in a handshake, close on the next rounds of the loop.
        for _ in range(_LAST_ROUNDS):
            await asyncio.sleep(0)
