"""Sessions on this network show up by themselves: announced and looked for by multicast DNS (RFC 6762, RFC 6763).

What is announced is for everyone to read: the names, the port and the song, never the join code.  Everything runs in
one thread of its own; what arrives from the network is bounded and cleaned before anyone sees it.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import secrets
import socket
import threading
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import ifaddr
from zeroconf import Error as ZeroconfError
from zeroconf import (
    InterfaceChoice,
    IPVersion,
    NonUniqueNameException,
    ServiceStateChange,
    Zeroconf,
    current_time_millis,
)
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from engine.clock import now_us
from engine.net.addresses import own_addresses
from engine.net.discovery_records import SERVICE, Announcement, FoundSession, found_from, name_for, properties_of

__all__ = ["Announcement", "Discovery", "FoundSession"]

log = logging.getLogger(__name__)

_LOOK_S = 4.0
"""How often each session is asked for again, and the machine's addresses are looked at."""
_RECORD_TTL_S = 12
"""How long others may remember where we are without asking again: a machine that crashed is gone soon after."""
_FORGET_US = 25_000_000
_RESOLVE_MS = 2500
_MAX_FAILURES = 8
_MAX_NAMES = 128
"""More instances than this on one network are noise; the rest is not looked at."""
_MAX_CACHE = 4000
"""The library remembers what everyone on the network says; beyond this many names it starts afresh."""
_CLOSE_S = 5.0

_TYPE_SRV = 33  # RFC 2782
_CLASS_IN = 1  # RFC 1035, section 3.2.4

_NO_NETWORK = "No network was found, so jams do not show up by themselves; connect to one, or type the host's address."
_NO_MULTICAST = "This network does not let jams show up by themselves; type the address that the host's screen shows."


@dataclass(slots=True)
class _Known:
    """An instance somebody announced: what it said, if it could be made out, and how often it could not."""

    found: FoundSession | None = None
    failures: int = 0
    asking: bool = False


class Discovery:
    """Looks for sessions and, when told what, announces one; from its making until :meth:`close`.

    ``interfaces`` are addresses of this machine to keep to (all by default).  ``on_change`` is called in the
    thread of the discovery whenever :meth:`found` or :attr:`problem` changed.
    """

    def __init__(self, *, interfaces: Sequence[str] | None = None, on_change: Callable[[], None] | None = None) -> None:
        self._interfaces = tuple(interfaces) if interfaces is not None else None
        self._on_change = on_change
        self._tag = secrets.token_hex(4)
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()
        self._found: tuple[FoundSession, ...] = ()
        self._problem = ""
        self._announcement: Announcement | None = None
        self._registered: AsyncServiceInfo | None = None
        self._closing = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._wake = asyncio.Event()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="ourojam-discovery", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> str:
        """Why nothing can be found just now, in one sentence; empty while all is well."""
        return self._problem

    def found(self) -> tuple[FoundSession, ...]:
        """The sessions of others that were heard of lately, by name."""
        return self._found

    def announce(self, announcement: Announcement | None) -> None:
        """Announce a session, say what changed of it, or (None) take it back; returns at once."""
        with self._lock:
            if self._closing:
                return
            self._announcement = announcement
            self._loop.call_soon_threadsafe(self._wake.set)

    def close(self) -> None:
        """Take the announcement back and stop; returns when the thread has ended."""
        with self._lock:
            if not self._closing:
                self._closing = True
                self._loop.call_soon_threadsafe(self._wake.set)
                self._loop.call_soon_threadsafe(self._over.set)
        if threading.current_thread() is not self._thread:
            self._thread.join(_CLOSE_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._live())
        except Exception:  # nothing of discovery may take the game down
            log.exception("discovery ended")
            self._say(_NO_MULTICAST)
        finally:
            with self._lock:
                self._closing = True
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _live(self) -> None:
        while not self._closing:
            addresses = self._addresses()
            try:
                zeroconf = self._open()
            except OSError as fault:
                log.info("multicast DNS cannot be opened: %s", fault)
                self._say(_NO_MULTICAST if addresses else _NO_NETWORK)
                await self._pause()
                continue
            self._say("" if addresses else _NO_NETWORK)
            try:
                await self._serve(zeroconf, addresses)
            finally:
                await self._shut(zeroconf)

    def _addresses(self) -> tuple[str, ...]:
        return self._interfaces if self._interfaces is not None else own_addresses()

    def _open(self) -> AsyncZeroconf:
        if self._interfaces is not None:
            for host in self._interfaces:  # the library leaves a socket open when an address is not this machine's
                with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as trial:
                    trial.bind((host, 0))
            return AsyncZeroconf(interfaces=list(self._interfaces))
        listened = _listened_on()
        if not listened:  # what the library has no plan for
            raise OSError(errno.ENETDOWN, "no interface has an address")
        try:
            return AsyncZeroconf(interfaces=listened, ip_version=IPVersion.All)
        except (OSError, RuntimeError):  # a system without IPv6, or an address that has just gone
            return AsyncZeroconf(interfaces=InterfaceChoice.All, ip_version=IPVersion.V4Only)

    async def _unless_closing(self, doing: Coroutine[Any, Any, None]) -> None:
        """Do what takes seconds on the network, but not for who has left."""
        task, over = asyncio.ensure_future(doing), asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait((task, over), return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                task.cancel()
                await asyncio.wait((task,))
            if not task.cancelled():
                task.result()
        finally:
            over.cancel()

    async def _serve(self, zeroconf: AsyncZeroconf, addresses: tuple[str, ...]) -> None:
        """Announce and look until it is closed, or the machine has other addresses than when it began."""
        browser = AsyncServiceBrowser(zeroconf.zeroconf, SERVICE, handlers=[self._heard])
        try:
            while not self._closing and self._addresses() == addresses:
                if len(zeroconf.zeroconf.cache.cache) > _MAX_CACHE:
                    return
                await self._keep_announced(zeroconf, addresses or ("127.0.0.1",))
                self._ask_again(zeroconf.zeroconf)
                await self._pause()
        finally:
            await browser.async_cancel()

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), _LOOK_S)
        except TimeoutError:
            return
        self._wake.clear()

    async def _shut(self, zeroconf: AsyncZeroconf) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._registered = None
        self._known.clear()
        self._publish()
        await zeroconf.async_close()  # says goodbye for what is still announced

    async def _keep_announced(self, zeroconf: AsyncZeroconf, addresses: tuple[str, ...]) -> None:
        announcement = self._announcement
        info = self._info(announcement, addresses) if announcement is not None else None
        before = self._registered
        if before is not None and (info is None or before.name != info.name):
            self._registered = None
            await (await zeroconf.async_unregister_service(before))
            before = None
        if info is None or (before is not None and before.text == info.text and before.port == info.port):
            return
        try:
            await self._unless_closing(_say(zeroconf, info, anew=before is None))
        except (NonUniqueNameException, ZeroconfError, OSError) as fault:
            log.warning("the session cannot be announced: %s", fault)
            self._say(_NO_MULTICAST)
            return
        self._registered = info

    def _info(self, said: Announcement, addresses: tuple[str, ...]) -> AsyncServiceInfo:
        return AsyncServiceInfo(
            SERVICE,
            name_for(said.session, self._tag),
            port=said.port,
            properties=properties_of(said),
            server=f"ourojam-{self._tag}.local.",
            addresses=[
                socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host) for host in addresses
            ],
            host_ttl=_RECORD_TTL_S,
            other_ttl=_RECORD_TTL_S,
        )

    def _heard(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if state_change is ServiceStateChange.Removed:
            if self._known.pop(name, None) is not None:
                self._publish()
            return
        if name not in self._known:
            if len(self._known) >= _MAX_NAMES:
                return
            self._known[name] = _Known()
        self._ask(zeroconf, name)

    def _ask_again(self, zeroconf: Zeroconf) -> None:
        for name, known in tuple(self._known.items()):
            if known.found is not None and now_us() - known.found.last_seen_us > _FORGET_US:
                known.found = None
            if known.found is None and known.failures >= _MAX_FAILURES:
                del self._known[name]  # it is looked at again when it says something new
            else:
                self._ask(zeroconf, name)
        self._publish()

    def _ask(self, zeroconf: Zeroconf, name: str) -> None:
        known = self._known[name]
        if known.asking:
            return
        known.asking = True
        task = self._loop.create_task(self._resolve(zeroconf, name, known))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _resolve(self, zeroconf: Zeroconf, name: str, known: _Known) -> None:
        info = AsyncServiceInfo(SERVICE, name)
        try:
            heard = await info.async_request(zeroconf, _RESOLVE_MS)
            found = found_from(info, _heard_us(zeroconf, name)) if heard else None
        except (ZeroconfError, OSError, ValueError) as fault:
            log.debug("an announcement was dropped: %s", fault)
            found = None
        finally:
            known.asking = False
        if found is None:
            known.failures += 1
            return
        known.found, known.failures = found, 0
        self._publish()

    def _publish(self) -> None:
        """Show one entry for each session of others: whoever of it was heard of last."""
        mine = self._announcement.session if self._announcement is not None else None
        newest: dict[str, FoundSession] = {}
        for known in self._known.values():
            found = known.found
            if found is None or found.session == mine:
                continue
            if found.session not in newest or newest[found.session].last_seen_us < found.last_seen_us:
                newest[found.session] = found
        shown = tuple(sorted(newest.values(), key=lambda found: (found.name.casefold(), found.session)))
        before, self._found = self._found, shown
        if [found.without_time for found in before] != [found.without_time for found in shown]:
            self._changed()

    def _say(self, problem: str) -> None:
        before, self._problem = self._problem, problem
        if before != problem:
            self._changed()

    def _changed(self) -> None:
        if self._on_change is not None:
            self._on_change()


def _heard_us(zeroconf: Zeroconf, name: str) -> int:
    """When the instance last said where it is, by our clock; now, if the library has forgotten."""
    record = zeroconf.cache.get_by_details(name, _TYPE_SRV, _CLASS_IN)
    age_ms = current_time_millis() - record.created if record is not None else 0.0
    return now_us() - max(0, int(age_ms * 1000))


async def _say(zeroconf: AsyncZeroconf, info: AsyncServiceInfo, *, anew: bool) -> None:
    """Announce a session, or what has changed of it; takes a second or two."""
    await (await (zeroconf.async_register_service(info) if anew else zeroconf.async_update_service(info)))


def _listened_on() -> list[str]:
    """This machine's addresses that multicast goes by: all but IPv6's own loopback, which has none."""
    out: list[str] = []
    for adapter in ifaddr.get_adapters():
        hosts = [ip.ip if isinstance(ip.ip, str) else ip.ip[0] for ip in adapter.ips]
        out += [host for host in hosts if host != "::1" and (":" not in host or adapter.index is not None)]
    return out
