"""What a jam without a screen prints: a line for everything that happens, JSON or words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.clock import now_us
from engine.net.face import Told
from game.cli import emit
from game.jam import events as said
from game.jam.band import BandResult, Standing
from game.jam.seats import session_us
from game.jam.session import Closed, Happening, Heard, Notice
from game.rhythm.chart import EDGE

if TYPE_CHECKING:
    from game.jam.machine import Machine

PROGRESS_STEP = 0.05
"""How far a song has come is told this often, as a share of it."""

WORDS = {
    "machine": "{name} opens the jam without screen and sound: nothing is heard here, the others hear what is played",
    "hosting": "hosting {title!r} at {addresses}; the join code is {code}",
    "asking": "asking at {addresses} to be let in",
    "joined": "in the jam {session} as {name} ({role})",
    "peer_joined": "{name} joined as a {role}",
    "peer_left": "{name} is gone ({why})",
    "peer_silent": "{name} cannot be heard",
    "peer_back": "{name} is heard again",
    "conductor": "{name} conducts",
    "clock": "the shared clock is {offset_us} us from this machine's, at most {bound_us} us wrong",
    "song_offered": "{title} by {artist} is on the stand",
    "song_progress": "{name} has {share:.0%} of the song",
    "song_held": "{name} has the song",
    "song_missing": "{name} cannot get the song: {problem}",
    "part_taken": "{name} plays {part} on {keys} keys",
    "start": "the song starts in {starts_in_ms} ms",
    "begun": "the song begins",
    "score": "the band has {score} points, {accuracy:.2%}",
    "take_ended": "{name} has played ({outcome}), {score} points",
    "called_off": "called off",
    "results": "the band came to {score} points, {accuracy:.2%}",
    "reaction": "{name}: {reaction}",
    "free_started": "a free jam at {bpm:g} beats a minute",
    "loop_kept": "{name} keeps a loop on {instrument}",
    "loop_dropped": "{name} drops a loop",
    "crowd": "{words}",
    "crowd_told": "{title}: {song} ({phase})",
    "crowd_player": "{name} plays {part} on {keys} keys",
    "link": "heard over {hops} hops, about {delay_ms} ms late; {crowd} listen",
    "refused": "{sentence}",
    "notice": "{sentence}",
    "closed": "the jam is over here: {sentence}",
    "left": "left the jam",
}
QUIET = {"hit", "peers"}
"""Too many to be read as words."""


class Printer:
    """Prints events: one JSON object a line, or a sentence where there is one."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json

    def say(self, event: str, **values: Any) -> None:
        """Print that ``event`` happened; ``at_us`` is this machine's monotonic clock."""
        if self._as_json:
            emit({"event": event, "at_us": now_us(), **values})
        elif event == "ready":
            print(f"{values['name']} is {'' if values['ready'] else 'not '}ready", flush=True)
        elif event not in QUIET:
            shown = {
                name: ", ".join(map(str, value)) if isinstance(value, list) else value for name, value in values.items()
            }
            print(WORDS.get(event, event.replace("_", " ")).format(**shown), flush=True)
            for player in values.get("players", ()) if event == "results" else ():
                print(f"  {player['name']:<20} {player['score']:>9} {player['accuracy']:.2%}", flush=True)


class Teller:
    """Turns what happens on one machine into lines."""

    def __init__(self, machine: Machine, printer: Printer) -> None:
        self._machine = machine
        self.say = printer.say
        self._shares: dict[str, tuple[str, float]] = {}

    def tell(self, happenings: Iterable[Happening]) -> None:
        """Tell what :meth:`game.jam.machine.Machine.step` gave."""
        for one in happenings:
            match one:
                case Heard(event=said.HitsHeard() as hits):
                    self._hits(hits, one.arrived_us)
                case Heard():
                    self._heard(one)
                case Notice():
                    self.say("notice", sentence=one.sentence)
                case Closed():
                    if one.sentence == "left":
                        self.say("left")
                    else:
                        self.say("closed", sentence=one.sentence)
                case Told():
                    pass  # machines' own words about songs; what comes of them is told
        self._progress()

    @property
    def port(self) -> int:
        """The UDP port of this machine's socket."""
        return self._machine.node.address[1]

    def who(self, peer: str) -> dict[str, Any]:
        """Names a member in a line."""
        return {"peer": peer, "name": self._machine.session.band.name(peer)}

    def _heard(self, heard: Heard) -> None:
        event = heard.event
        told = _TOLD.get(type(event))
        if told is None:
            return
        if isinstance(event, said.MemberCame) and event.peer == self._machine.session.me:
            return
        name, values = told(self, heard.author, event)
        self.say(name, **values)

    def _hits(self, hits: said.HitsHeard, arrived_us: int) -> None:
        session = self._machine.session
        take = session.band.take(hits.take)
        start = take.start if take is not None else session.band.free
        for place, row in enumerate(np.frombuffer(hits.edges, EDGE).tolist()):
            at_us, lane, down = row
            late_ms = None
            if start is not None:
                late_ms = round((session.time.session_us(arrived_us) - session_us(start, at_us)) / 1000, 3)
            values = {"take": hits.take, "number": hits.first + place, "lane": lane, "down": bool(down)}
            self.say("hit", **self.who(hits.peer), **values, song_us=at_us, late_ms=late_ms)

    def _progress(self) -> None:
        for peer, now in list(self._machine.fetching.items()):
            song, share = self._shares.get(peer, ("", -1.0))
            if now.song != song or (now.share != share and (now.share >= 1 or now.share - share >= PROGRESS_STEP)):
                self._shares[peer] = now.song, now.share
                left_s = None if now.left_s is None else round(now.left_s, 1)
                self.say("song_progress", **self.who(peer), song=now.song, share=round(now.share, 4), left_s=left_s)

    def standing(self, standings: Iterable[Standing], take: str, song_us: int, score: int, accuracy: float) -> None:
        """Tell where everyone stands."""
        coherence = self._machine.coherence
        players = [
            {"peer": one.peer, "name": one.name, "part": one.part, "score": one.score, "combo": one.combo}
            | {"accuracy": one.accuracy, "here": one.here, "silent": one.silent, "outcome": one.outcome}
            for one in standings
        ]
        together = round(coherence.band, 3) if coherence is not None else None
        values = {"take": take, "song_us": song_us, "score": score, "accuracy": accuracy}
        self.say("score", **values, coherence=together, players=players)

    def results(self, result: BandResult) -> None:
        """Tell what a take came to."""
        names = {one.peer: self.who(one.peer)["name"] for one in result.players}
        self.say("results", **told_result(result, names))

    def peers(self) -> None:
        """Tell how this machine reaches the others."""
        rows = [
            {**self.who(peer.id), "here": peer.here, "path": peer.path, "via": peer.via}
            | {"round_trip_us": peer.round_trip_us, "loss": round(peer.loss, 4)}
            for peer in self._machine.session.peers()
        ]
        self.say("peers", peers=rows, network=self._machine.node.stats())


def told_result(result: BandResult, names: dict[str, str]) -> dict[str, Any]:
    """A take's outcome as it is printed: the same values on every machine that has everyone's edges."""
    players = []
    for one in sorted(result.players, key=lambda player: player.peer):
        judged = one.result
        row: dict[str, Any] = {"peer": one.peer, "name": names.get(one.peer, one.peer[:4])}
        row |= {"part": one.segments[0].part, "keys": one.segments[0].keys} if one.segments else {}
        row |= {"outcome": one.outcome, "edges": len(one.edges), "provisional": one.provisional, "agrees": one.agrees}
        row |= {"score": 0, "accuracy": 0.0} | ({"problem": one.problem} if one.problem else {})
        if judged is not None:
            row |= {"score": judged.score, "accuracy": judged.accuracy, "max_combo": judged.max_combo}
            row |= {"counts": dict(judged.counts), "grade": judged.grade}
        players.append(row)
    band = {"score": result.score, "accuracy": result.accuracy, "provisional": result.provisional}
    return {"take": result.take.start.take, **band, "players": players}


# -- what each event is called in a line, and what it holds ------------------------------------------------------

Line = tuple[str, dict[str, Any]]
_TOLD: dict[type, Callable[[Teller, str, Any], Line]] = {}


def _line(kind: type) -> Callable[[Callable[[Teller, str, Any], Line]], Callable[[Teller, str, Any], Line]]:
    def keep(told: Callable[[Teller, str, Any], Line]) -> Callable[[Teller, str, Any], Line]:
        _TOLD[kind] = told
        return told

    return keep


@_line(said.JamOpened)
def _opened(teller: Teller, _: str, event: said.JamOpened) -> Line:
    values = {"session": event.session, "me": event.me, "name": event.name, "role": event.role}
    return "joined", values | {"hosting": event.hosting, "port": teller.port}


@_line(said.ClockAgreed)
def _clock(teller: Teller, _: str, event: said.ClockAgreed) -> Line:
    return "clock", {"offset_us": event.offset_us, "skew_ppm": event.skew_ppm, "bound_us": event.bound_us}


@_line(said.MemberCame)
def _came(teller: Teller, _: str, event: said.MemberCame) -> Line:
    return "peer_joined", {"peer": event.peer, "name": event.name, "role": event.role, "order": event.order}


@_line(said.MemberWent)
def _went(teller: Teller, _: str, event: said.MemberWent) -> Line:
    return "peer_left", {**teller.who(event.peer), "why": event.why}


@_line(said.MemberHeard)
def _here(teller: Teller, _: str, event: said.MemberHeard) -> Line:
    return "peer_back" if event.here else "peer_silent", teller.who(event.peer)


@_line(said.ConductorChanged)
def _conductor(teller: Teller, _: str, event: said.ConductorChanged) -> Line:
    return "conductor", {**teller.who(event.peer), "term": event.term, "provisional": event.provisional}


@_line(said.SongOffered)
def _offered(teller: Teller, author: str, event: said.SongOffered) -> Line:
    size = sum(length for length, _ in event.files.values())
    values = {"song": event.song, "title": event.title, "artist": event.artist, "files": len(event.files)}
    values |= {"bytes": size, "rules": event.rules, "rate": event.rate}
    charts = [{"chart": digest, "level": level, "keys": keys} for _, _, digest, level, keys in event.charts]
    parts = [{"part": name, "words": words, "share": share} for name, words, share in event.parts]
    return "song_offered", {**teller.who(author), **values, "charts": charts, "parts": parts}


@_line(said.SongHeld)
def _held(teller: Teller, author: str, event: said.SongHeld) -> Line:
    if event.problem:
        return "song_missing", {**teller.who(author), "song": event.song, "problem": event.problem}
    return "song_held", {**teller.who(author), "song": event.song}


@_line(said.PartTaken)
def _part(teller: Teller, author: str, event: said.PartTaken) -> Line:
    values = {"part": event.part, "chart": event.chart_hash, "keys": event.keys}
    return "part_taken", {**teller.who(author), **values, "from_us": event.from_us, "take": event.take}


@_line(said.ReadySaid)
def _ready(teller: Teller, author: str, event: said.ReadySaid) -> Line:
    return "ready", {**teller.who(author), "ready": event.ready}


@_line(said.StartAgreed)
def _start(teller: Teller, author: str, event: said.StartAgreed) -> Line:
    session = teller._machine.session
    in_ms = round((event.t0_us - session.now_us()) / 1000)
    local_us = session.time.local_us(event.t0_us)
    values = {"take": event.take, "song": event.song, "t0_us": event.t0_us, "t0_local_us": local_us, "rate": event.rate}
    return "start", {**teller.who(author), **values, "starts_in_ms": in_ms, "bound_us": session.time.bound_us}


@_line(said.TakeEnded)
def _ended(teller: Teller, author: str, event: said.TakeEnded) -> Line:
    values = {"take": event.take, "outcome": event.outcome, "edges": event.edges, "score": event.score}
    return "take_ended", {**teller.who(author), **values, "max_combo": event.max_combo, "accuracy": event.accuracy}


@_line(said.SongCalledOff)
def _called_off(teller: Teller, author: str, event: said.SongCalledOff) -> Line:
    return "called_off", {**teller.who(author), "take": event.take}


@_line(said.Reacted)
def _reacted(teller: Teller, author: str, event: said.Reacted) -> Line:
    return "reaction", {**teller.who(author), "reaction": event.reaction}


@_line(said.FreeStarted)
def _free(teller: Teller, author: str, event: said.FreeStarted) -> Line:
    in_ms = round((event.t0_us - teller._machine.session.now_us()) / 1000)
    values = {"take": event.take, "bpm": round(60_000_000 / event.beat_us, 3), "meter": event.meter}
    values |= {"tonic": event.tonic, "scale": event.scale, "loop_bars": event.loop_bars, "t0_us": event.t0_us}
    return "free_started", {**teller.who(author), **values, "starts_in_ms": in_ms}


@_line(said.CrowdOpened)
def _crowd(teller: Teller, author: str, event: said.CrowdOpened) -> Line:
    words = f"the jam is {'open to a crowd' if event.opened else 'closed to the crowd'}"
    return "crowd", {**teller.who(author), "opened": event.opened, "words": words}


@_line(said.LoopKept)
def _loop_kept(teller: Teller, author: str, event: said.LoopKept) -> Line:
    return "loop_kept", {**teller.who(author), "loop": event.loop, "instrument": event.instrument}


@_line(said.LoopDropped)
def _loop_dropped(teller: Teller, author: str, event: said.LoopDropped) -> Line:
    return "loop_dropped", {**teller.who(author), "loop": event.loop}
