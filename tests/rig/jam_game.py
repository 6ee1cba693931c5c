"""A game in a jam for scene tests: one player with a window, friends on machines of their own, all on loopback."""

from __future__ import annotations

from pathlib import Path

from engine.net.discovery import Discovery
from engine.net.join_code import JoinCode
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.jam.decide import SayReady, TakePart
from game.jam.machine import Machine
from game.jam.parts import ALL
from game.jam.state import PLAYER, Band
from game.rhythm.entries import ChartEntry
from game.scenes.jam_room import JamRoom
from tests.rig.jam_machines import LOOPBACK, Seat
from tests.rig.scene_game import SceneGame

CODE = JoinCode("amber-violin")


class JamGame(SceneGame):
    """A :class:`SceneGame` with a jam room on loopback; ``friends`` go on with every turn."""

    def __init__(self, folder: Path, songs: Path, window: HeadlessWindow, sound: Sound, *, name: str = "Mika") -> None:
        super().__init__(folder, songs, window=window, sound=sound)
        self.library.refresh()
        self.folder, self.songs = folder, songs
        self.friends: list[Seat] = []
        self.room = JamRoom.on_loopback(self.context)
        if name:
            self.profile.set("jam.name", name)

    @property
    def machine(self) -> Machine:
        """The player's own machine in the jam."""
        assert self.room.machine is not None
        return self.room.machine

    @property
    def band(self) -> Band:
        """The jam as the player's machine knows it."""
        return self.machine.session.band

    def turn(self, frames: int = 1) -> None:
        """Let the game go on for so many frames, and the friends."""
        for _ in range(frames):
            self._friends_go_on()
            super().turn()

    def once(self) -> None:
        """One turn of the loop, and of the friends."""
        self._friends_go_on()
        super().once()

    def _friends_go_on(self) -> None:
        for friend in self.friends:
            friend.turn()
        if not len(self.stack):  # else the scene on top lets the jam go on
            self.room.step()

    def host(self) -> None:
        """The player hosts."""
        self.room.host("an evening", CODE)
        self.until(lambda: self.band.conducts, "the player's own jam")

    def friend(self, name: str, role: str = PLAYER, *, songs: bool = True) -> Seat:
        """A friend who joins the player's jam, with the songs or without."""
        seat = self._seat(name, songs=songs)
        args = [self.machine.node.address], CODE, seat.place, seat.jobs, seat.entries
        seat.machine = Machine.join(*args, name=name, role=role, bind=LOOPBACK)
        self.until(lambda: seat.jam.joined and seat.jam.session.time.agreed, f"{name}")
        self.until(lambda: len(self.band.present) == len(self.friends) + 1, f"{name} in the band")
        return seat

    def hosting_friend(self, name: str, *, announced: bool = False) -> Seat:
        """A friend who hosts, and lets everyone know if ``announced``."""
        seat = self._seat(name, songs=True)
        told = Discovery(interfaces=["127.0.0.1"]) if announced else None
        if told is not None:
            self._owned(told)
        args = f"{name}'s evening", CODE, seat.place, seat.jobs, seat.entries
        seat.machine = Machine.host(*args, name=name, bind=LOOPBACK, discovery=told)
        self.until(lambda: seat.jam.session.band.conducts, f"{name}'s jam")
        return seat

    def join(self, host: Seat, role: str = PLAYER) -> None:
        """The player joins a friend's jam."""
        self.room.join([host.jam.node.address], CODE, role, "an evening")
        self.until(lambda: self.machine.joined and self.machine.session.time.agreed, "the friend's jam")
        self.until(lambda: len(self.band.present) == 2, "both in the band")

    def _seat(self, name: str, *, songs: bool) -> Seat:
        seat = Seat(self.folder / name, (self.songs,) if songs else ())
        self.friends.append(seat)
        return seat

    def entry(self, title: str, keys: int) -> ChartEntry:
        """A chart of the songs."""
        return next(one for one in self.library.entries if (one.title, one.keys) == (title, keys))

    def offered(self, by: Machine, entry: ChartEntry) -> None:
        """A conductor offers a song, and everyone gets it."""
        refused: list[Exception] = []
        by.offer(entry, "osu-mania-stable", 1.0, refused.append)
        everyone = [self.machine, *(friend.jam for friend in self.friends)]

        def has(one: Machine) -> bool:
            offer = one.session.band.offer
            return offer is not None and offer.title == entry.title and one.song is not None

        self.until(lambda: refused or all(map(has, everyone)), "the song everywhere")
        assert not refused

    def friend_is_ready(self, friend: Seat, entry: ChartEntry, part: str = ALL) -> None:
        """A friend takes a part and is ready; the player knows of it."""
        friend.jam.session.do(TakePart(part, entry.hash, entry.keys))
        friend.jam.session.do(SayReady())
        self.until(lambda: self.band.members[friend.jam.session.me].ready, "the friend's word")

    def close(self) -> None:
        """Give everything back, as the game does when it ends."""
        self.stack.clear()
        JamRoom.close_of(self.context)
        for friend in reversed(self.friends):
            friend.close()
        self.friends.clear()
        super().close()
