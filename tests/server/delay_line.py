"""A line with a true delay: IP packets are late, so that TCP behaves as it does far from a server.

A proxy delays octets that TCP has already delivered; slow start, window growth and the three
round trips of a TLS connection are not seen through it. Here the client runs in a network
namespace of its own, whose only way out is a pair of TUN devices, and this process hands packets
from one to the other when they are due. It needs root, and a kernel with namespaces and TUN;
nothing leaves the machine.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import heapq
import os
import random
import selectors
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

T = TypeVar("T")
Address = tuple[str, int]

_SET_INTERFACE: Final = 0x400454CA  # TUNSETIFF of linux/if_tun.h
_TUN_WITHOUT_HEADER: Final = 0x0001 | 0x1000
_NEW_NETWORK: Final = 0x40000000  # CLONE_NEWNET of sched(7)
_DEVICE: Final = Path("/dev/net/tun")
_LARGEST_PACKET: Final = 65536
_PACKETS_PER_TURN: Final = 256


@dataclass(frozen=True, slots=True)
class Line:
    """What the line is like.

    Attributes:
        one_way: Seconds a packet takes; a round trip takes twice as long.
        loss: The share of packets that never arrive, 0 to 1.
        rate: Octets a second each way; 0 for no limit.
    """

    one_way: float
    loss: float = 0.0
    rate: float = 0.0


def impossible() -> str | None:
    """Return why there can be no such line here, or None."""
    if os.geteuid() != 0:
        return "a delay line needs root"
    if shutil.which("ip") is None:
        return "a delay line needs the ip command (iproute2)"
    if not _DEVICE.exists():
        return "a delay line needs TUN devices (/dev/net/tun)"
    tried = subprocess.run(
        ["unshare", "--net", "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    return None if tried.returncode == 0 else "a delay line needs network namespaces"


class DelayLine:
    """One line, from `server_address` here to a namespace where clients run.

    Args:
        line: What it is like.
    """

    def __init__(self, line: Line) -> None:
        self.line = line
        number = os.getpid() % 250 + 1
        self.namespace = f"tm-{os.getpid()}-{random.getrandbits(24):x}"
        self._names = (f"tma{number}", f"tmb{number}")
        self.server_address = f"10.99.{number}.1"
        self.client_address = f"10.99.{number}.2"
        self._devices: tuple[int, int] | None = None
        self._ending = os.pipe()
        self._thread = threading.Thread(target=self._carry, name="delay-line", daemon=True)

    def start(self) -> None:
        """Make the namespace and the devices, and begin to carry packets."""
        _ip("netns", "add", self.namespace)
        here, there = self._names
        self._devices = (_open_device(here), _open_device(there))
        inside = ("-n", self.namespace)
        _ip("link", "set", there, "netns", self.namespace)
        _ip("addr", "add", f"{self.server_address}/30", "dev", here)
        _ip("link", "set", here, "mtu", "1500", "txqueuelen", "5000", "up")
        _ip(*inside, "addr", "add", f"{self.client_address}/30", "dev", there)
        _ip(*inside, "link", "set", there, "mtu", "1500", "txqueuelen", "5000", "up")
        _ip(*inside, "link", "set", "lo", "up")
        self._thread.start()

    def stop(self) -> None:
        """Remove the devices and the namespace."""
        if self._thread.is_alive():
            os.write(self._ending[1], b"x")
            self._thread.join()
        for descriptor in (*(self._devices or ()), *self._ending):
            os.close(descriptor)
        with contextlib.suppress(subprocess.CalledProcessError):
            _ip("netns", "del", self.namespace)

    def __enter__(self) -> DelayLine:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def command(self, *words: str) -> list[str]:
        """Return a command line that runs `words` at the far end."""
        return ["ip", "netns", "exec", self.namespace, *words]

    def run_there(self, function: Callable[[], T]) -> T:
        """Run a function on a thread of this process whose sockets are at the far end."""
        with ThreadPoolExecutor(1, "far-end", initializer=self._enter) as thread:
            return thread.submit(function).result()

    def _enter(self) -> None:
        # Namespaces belong to threads; threads started from here inherit this one.
        with Path(f"/run/netns/{self.namespace}").open("rb") as namespace:
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.setns(namespace.fileno(), _NEW_NETWORK):
                raise OSError(ctypes.get_errno(), "setns")

    def _carry(self) -> None:
        assert self._devices is not None
        here, there = self._devices
        way = {here: there, there: here}
        free = dict.fromkeys(self._devices, 0.0)
        due: list[tuple[float, int, int, bytes]] = []
        count = 0
        with selectors.DefaultSelector() as ready:
            for descriptor in (here, there, self._ending[0]):
                ready.register(descriptor, selectors.EVENT_READ)
            while True:
                _deliver(due)
                wait = max(0.0, due[0][0] - time.monotonic()) if due else None
                for key, _ in ready.select(wait):
                    if key.fd == self._ending[0]:
                        return
                    for packet in _packets(key.fd):
                        if random.random() < self.line.loss:
                            continue
                        leaves = time.monotonic()
                        if self.line.rate:
                            leaves = max(leaves, free[key.fd]) + len(packet) / self.line.rate
                            free[key.fd] = leaves
                        count += 1
                        heapq.heappush(
                            due, (leaves + self.line.one_way, count, way[key.fd], packet)
                        )


def _deliver(due: list[tuple[float, int, int, bytes]]) -> None:
    while due and due[0][0] <= time.monotonic():
        _, _, device, packet = heapq.heappop(due)
        # A full queue of the device loses a packet, as a router's does.
        with contextlib.suppress(BlockingIOError):
            os.write(device, packet)


def _packets(device: int) -> Iterator[bytes]:
    for _ in range(_PACKETS_PER_TURN):
        try:
            yield os.read(device, _LARGEST_PACKET)
        except BlockingIOError:
            return


def _open_device(name: str) -> int:
    descriptor = os.open(_DEVICE, os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, _SET_INTERFACE, struct.pack("16sH", name.encode(), _TUN_WITHOUT_HEADER))
    return descriptor


def _ip(*words: str) -> None:
    subprocess.run(
        ["ip", *words], stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60
    )


class Relay:
    """Passes the connections it takes at one address to another.

    Args:
        listen: Address and port; 0 for a free one.
        target: Where the connections go.
    """

    def __init__(self, listen: Address, target: Address) -> None:
        self._target = target
        self._listener = socket.create_server(listen)
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, name="relay", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Close the port and every connection."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                self._open += [near, server]
                for pair in ((near, server), (server, near)):
                    threading.Thread(target=_pass_on, args=pair, daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        target.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while data := source.recv(_LARGEST_PACKET):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def reachable(line: DelayLine, ports: Sequence[int]) -> Iterator[None]:
    """Show servers of this machine's loopback at the far end, at the same ports of its loopback.

    Their certificates are for `localhost`, and what runs at the far end calls them so; each
    connection crosses the line once.
    """
    with contextlib.ExitStack() as opened:
        for port in ports:
            near = opened.enter_context(Relay((line.server_address, 0), ("127.0.0.1", port)))
            target = (line.server_address, near.port)
            opened.enter_context(line.run_there(partial(Relay, ("127.0.0.1", port), target)))
        yield
