"""The members of a crowd that live in this process: what they hear, what they decide, what they answer.

Time and messages are handed in and messages come out, each as rows of :mod:`game.jam.conduits.messages`; nothing here
knows how they travel.  ``rows`` are always the members of this process who hear a message.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from game.jam.conduits import rules
from game.jam.conduits.columns import Columns
from game.jam.conduits.messages import ANSWER, ASK, BEACON, FLOW, KEEP, NEED, Rows

Index = NDArray[np.intp]


class Outbox(NamedTuple):
    """What is to be sent: to everyone near (``beacons``, ``needs``) or to the one named in ``to``."""

    beacons: Rows
    needs: Rows
    asks: Rows
    keeps: Rows
    flows: Rows


class Peers(Columns):
    """Members of a crowd and their behaviour.

    Args:
        ids: a number for each.
        roots: which of them conduct.
        now_us: when it begins.
        seed: of the waiting times that keep members from all doing the same at once.
    """

    def __init__(self, ids: NDArray[np.int64], roots: NDArray[np.bool_], now_us: int, seed: int = 0) -> None:
        super().__init__(ids, roots, now_us)
        self._random = np.random.default_rng(seed)
        spread = self._random.integers(0, rules.BEACON_US, len(ids))
        self._beacon_us = now_us + spread
        self._keep_us = now_us + spread % rules.KEEP_US
        self._flow_us = now_us + spread % rules.FLOW_US
        self._need_us = now_us + spread % rules.NEED_US

    # -- what is heard -------------------------------------------------------------------------------------

    def hear_beacons(self, rows: Index, beacons: Rows, delay_us: NDArray[np.float64], now_us: int) -> None:
        """Conduits tell of themselves to others; no pair of member and conduit twice in one call."""
        where = self.near[rows] == beacons["peer"][:, None]
        known = where.any(axis=1)
        self._remember(rows[known], where[known].argmax(axis=1), beacons[known], delay_us[known], now_us)
        # Whoever is served well has no need to weigh every stranger.
        listens = ~known & (~self.served[rows] | (self._random.random(len(rows)) < rules.CURIOUS))
        self._meet(rows[listens], beacons[listens], delay_us[listens], now_us)

    def _remember(self, rows: Index, slots: Index, beacons: Rows, delay_us: NDArray[np.float64], now_us: int) -> None:
        """A known neighbour again: every beacon that stayed away in between speaks against the link."""
        quality = self.links["quality"][rows, slots]
        missed = np.rint((now_us - self.links["heard_us"][rows, slots]) / rules.BEACON_US) - 1
        learned = quality * (1 - rules.LEARN) ** np.clip(missed, 0, 20)
        learned += rules.LEARN * (1 - learned)
        held = beacons["peer"] == self.parent[rows]  # of that link its flow tells more
        self._write(rows, slots, beacons, delay_us, np.where(held, quality, learned), now_us)

    def _meet(self, rows: Index, beacons: Rows, delay_us: NDArray[np.float64], now_us: int) -> None:
        """New neighbours: for each member the nearest to the conductor takes the place of its worst one, if better."""
        if not len(rows):
            return
        full = rules.FULL_US * ~rules.would_take(beacons, self.useful[rows])
        order = np.lexsort((beacons["path_us"] + delay_us + full, rows))
        first = order[np.unique(rows[order], return_index=True)[1]]
        rows, beacons, delay_us, full = rows[first], beacons[first], delay_us[first], full[first]
        links = self.links[rows]
        worth = rules.way_us(links, now_us) + rules.FULL_US * ~rules.would_take(links, self.useful[rows][:, None])
        worth[links["heard_us"] < now_us - rules.FORGET_US] = np.inf
        worth[self._held(rows)] = -np.inf  # whom one hangs on is never forgotten for another
        slots = worth.argmax(axis=1)
        guess = np.full(len(rows), rules.FIRST_QUALITY)
        gains = beacons["path_us"] + full + rules.link_us(guess, delay_us) < worth[np.arange(len(rows)), slots]
        rows, slots = rows[gains], slots[gains]
        self.links["denied_us"][rows, slots] = rules.NEVER_US
        self._write(rows, slots, beacons[gains], delay_us[gains], guess[gains], now_us)

    def _write(
        self,
        rows: Index,
        slots: Index,
        beacons: Rows,
        delay_us: NDArray[np.float64],
        quality: rules.Floats,
        now_us: int,
    ) -> None:
        links = self.links
        self.near[rows, slots] = beacons["peer"]
        for name in ("depth", "free", "path_us", "least_useful"):
            links[name][rows, slots] = beacons[name]
        links["quality"][rows, slots] = quality
        links["delay_us"][rows, slots] = delay_us
        links["heard_us"][rows, slots] = now_us

    def hear_needs(self, rows: Index, counts: NDArray[np.float64], now_us: int) -> None:
        """``counts`` members near each of ``rows`` found nobody who takes them; no row twice in one call."""
        self.needs[rows] += rules.LEARN * (counts - self.needs[rows])
        self.needs_us[rows] = now_us

    def hear_asks(self, rows: Index, asks: Rows, now_us: int) -> Rows:
        """Members want to hang on ``rows``; the answers, those to children who have to go for them among them."""
        hangs = self.roots[rows] | (self.parent[rows] >= 0)
        could = hangs & self.alive[rows] & self.conduit[rows] & (self.depth[rows] < rules.MAX_DEPTH)
        could &= self.parent[rows] != asks["peer"]  # or they would hang on each other
        taken = np.zeros(len(rows), dtype=np.bool_)
        first = np.flatnonzero(could)
        taken[first] = self._seat(rows[first], asks[first], now_us)
        least = self.least_useful(rows)
        gone: list[tuple[int, int]] = []
        for place in np.flatnonzero(could & ~taken & rules.outranks(asks["useful"], least)).tolist():
            left = self._displace(int(rows[place]), asks[place], now_us)
            if left >= 0:
                taken[place] = True
                gone.append((int(rows[place]), left))
        out = np.zeros(len(rows) + len(gone), ANSWER)
        who = np.concatenate([rows, np.array([row for row, _ in gone], dtype=np.intp)])
        out["peer"], out["depth"], out["path_us"], out["tick"] = (
            self.ids[who],
            self.depth[who],
            self.path_us[who],
            self.tick[who],
        )
        out["to"] = np.concatenate([asks["peer"], np.array([left for _, left in gone], dtype=np.int64)])
        out["taken"][: len(rows)] = taken
        return out

    def _seat(self, rows: Index, asks: Rows, now_us: int) -> NDArray[np.bool_]:
        """Give free places to those who ask, the most useful first; who is a child already keeps its place."""
        order = np.lexsort((-asks["useful"], rows))
        parents, begins, group = np.unique(rows[order], return_index=True, return_inverse=True)
        rank = np.arange(len(rows)) - begins[group]
        there = self.children["peer"][parents]
        slots = np.argsort(there >= 0, axis=1, kind="stable")[group, np.minimum(rank, rules.PLACES - 1)]
        own = there[group] == asks["peer"][order][:, None]
        held = own.any(axis=1)
        slots = np.where(held, own.argmax(axis=1), slots)
        seated = held | (rank < (there < 0).sum(axis=1)[group])
        row, slot = rows[order][seated], slots[seated]
        self.children["peer"][row, slot] = asks["peer"][order][seated]
        self.children["useful"][row, slot] = asks["useful"][order][seated]
        self.children["heard_us"][row, slot] = now_us
        self.children["below"][row, slot] = 0
        self.busy_us[row] = now_us
        out = np.zeros(len(rows), dtype=np.bool_)
        out[order] = seated
        return out

    def _displace(self, row: int, ask: np.void, now_us: int) -> int:
        """Let the least useful child go for one who is far more useful; gives that child (-1: none)."""
        children = self.children[row]
        place = int(children["useful"].argmin())
        if not rules.outranks(ask["useful"], children["useful"][place]):
            return -1
        gone = int(children["peer"][place])
        children[place] = (ask["peer"], ask["useful"], now_us, 0)
        return gone

    def hear_answers(self, rows: Index, answers: Rows, now_us: int) -> Rows:
        """Conduits said yes or no; gives the farewells (KEEP, ``stays`` 0) to those who are left for a better one."""
        no = answers["taken"] == 0
        self._denied(rows[no], answers["peer"][no], now_us)
        rows, answers = rows[~no], answers[~no]
        wanted = (self.asked[rows] == answers["peer"]) & (answers["depth"] < rules.MAX_DEPTH)
        before = self.parent[rows]
        leaves = np.where(wanted, before, answers["peer"])  # an answer that came too late is declined
        leaves[leaves == np.where(wanted, answers["peer"], before)] = -1
        out = np.zeros(int((leaves >= 0).sum()), KEEP)
        out["peer"], out["to"] = self.ids[rows[leaves >= 0]], leaves[leaves >= 0]
        rows, answers = rows[wanted], answers[wanted]
        self.parent[rows] = answers["peer"]
        self.asked[rows] = -1
        self.better_looks[rows] = 0
        self.parent_heard_us[rows] = self.tick_us[rows] = now_us
        self.looks_us[rows] = now_us + rules.LOOK_US
        self._stand(rows, answers["depth"], answers["path_us"], answers["tick"], now_us)
        return out

    def _denied(self, rows: Index, peers: NDArray[np.int64], now_us: int) -> None:
        """``peers`` do not take ``rows`` on, or let them go."""
        which, slots = np.nonzero(self.near[rows] == peers[:, None])
        self.links["denied_us"][rows[which], slots] = now_us
        self.links["free"][rows[which], slots] = 0
        self.asked[rows[self.asked[rows] == peers]] = -1
        self.looks_us[rows] = now_us
        self._lose(rows[self.parent[rows] == peers], now_us)

    def hear_keeps(self, rows: Index, keeps: Rows, now_us: int) -> None:
        """Children say that they are still there, or not; no child twice in one call."""
        where = self.children["peer"][rows] == keeps["peer"][:, None]
        known = where.any(axis=1)
        rows, keeps, slots = rows[known], keeps[known], where[known].argmax(axis=1)
        stays = keeps["stays"] > 0
        self.children["peer"][rows[~stays], slots[~stays]] = -1
        rows, keeps, slots = rows[stays], keeps[stays], slots[stays]
        self.children["useful"][rows, slots] = keeps["useful"]
        self.children["below"][rows, slots] = keeps["below"]
        self.children["heard_us"][rows, slots] = now_us
        self.busy_us[rows] = now_us

    def hear_flows(self, rows: Index, flows: Rows, now_us: int) -> None:
        """What the conduit of each of ``rows`` passes on has come; no row twice in one call."""
        ours = self.parent[rows] == flows["peer"]
        rows, flows = rows[ours], flows[ours]
        which, slots = np.nonzero(self.near[rows] == flows["peer"][:, None])
        heard = rows[which]
        missed = np.rint((now_us - self.parent_heard_us[heard]) / rules.FLOW_US) - 1
        quality = self.links["quality"][heard, slots] * (1 - rules.LEARN_FLOW) ** np.clip(missed, 0, 20)
        self.links["quality"][heard, slots] = quality + rules.LEARN_FLOW * (1 - quality)
        self.links["heard_us"][heard, slots] = now_us
        self.parent_heard_us[rows] = now_us
        deep = (flows["depth"] >= rules.MAX_DEPTH) & (flows["depth"] != rules.UNREACHED)
        if deep.any():
            self._lose(rows[deep], now_us)
        # A conduit that has lost its own is given the time to find another: until its news are stale.
        there = flows["depth"] < rules.MAX_DEPTH
        rows, flows = rows[there], flows[there]
        self._stand(rows, flows["depth"], flows["path_us"], flows["tick"], now_us)

    def _stand(self, rows: Index, depth: Rows, path_us: Rows, tick: Rows, now_us: int) -> None:
        """Where ``rows`` stand below conduits that stand there."""
        where = self._held(rows)
        slots, there = where.argmax(axis=1), where.any(axis=1)
        links = self.links[rows, slots]
        over = np.where(there, rules.link_us(links["quality"], links["delay_us"]), rules.HOP_US + rules.REPEAT_US)
        # A conduit whose own link is about to break lets its children look elsewhere while it still serves them.
        breaks = there & self.conduit[rows] & (links["quality"] < rules.BREAKING_QUALITY)
        self.path_us[rows] = path_us + over + rules.RETIRE_US * breaks
        self.depth[rows] = self.stood[rows] = np.minimum(np.asarray(depth, dtype=np.int64) + 1, rules.UNREACHED)
        # A tick counts up and wraps: newer is what is less than half its range ahead.
        newer = (np.asarray(tick, dtype=np.uint32) - self.tick[rows]).astype(np.int32) > 0
        self.tick[rows[newer]] = np.asarray(tick, dtype=np.uint32)[newer]
        self.tick_us[rows[newer]] = now_us

    def _held(self, rows: Index) -> NDArray[np.bool_]:
        """For each of ``rows`` which slot holds the conduit it hangs on."""
        parents = self.parent[rows][:, None]
        return np.asarray((self.near[rows] == parents) & (parents >= 0))

    def leave(self, rows: Index, now_us: int) -> None:
        """``rows`` go from the conduits they hang on, which are not asked again at once."""
        self._denied(rows, self.parent[rows].copy(), now_us)

    # -- what is done by itself ----------------------------------------------------------------------------

    def beat(self, tick: int, now_us: int) -> None:
        """A conductor of this process counts on; this is what tells the crowd that it is still in touch."""
        self.tick[self.roots] = tick
        self.tick_us[self.roots] = now_us

    def begin_again(self, rows: Index, now_us: int) -> None:
        """``rows`` come (back) as members who know nobody."""
        self.alive[rows] = True
        self.conduit[rows] = self.roots[rows]
        self.parent[rows] = self.asked[rows] = self.volunteers_us[rows] = -1
        self.depth[rows] = np.where(self.roots[rows], 0, rules.UNREACHED)
        self.near[rows] = self.children["peer"][rows] = -1
        self.links["heard_us"][rows] = self.links["denied_us"][rows] = rules.NEVER_US
        self.needs[rows] = self.useful[rows] = 0
        self.alone_us[rows] = self.looks_us[rows] = now_us

    def step(self, now_us: int) -> Outbox:
        """Time has come to ``now_us``; call at least every tenth of a second."""
        lost = self.alive & ~self.roots & (self.parent >= 0)
        lost &= (self.parent_heard_us < now_us - rules.SILENT_US) | (self.tick_us < now_us - rules.STALE_US)
        self._lose(np.flatnonzero(lost), now_us)
        self._drop_children(now_us)
        self._volunteer(now_us)
        asks = self._look(now_us)
        return Outbox(self._beacons(now_us), self._needs(now_us), asks, self._keeps(now_us), self._flows(now_us))

    def _lose(self, rows: Index, now_us: int) -> None:
        """The conduits of ``rows`` serve them no longer."""
        which, slots = np.nonzero(self._held(rows))
        self.links["denied_us"][rows[which], slots] = now_us
        self.parent[rows] = -1
        self.depth[rows] = rules.UNREACHED
        self.alone_us[rows] = self.looks_us[rows] = now_us
        self.better_looks[rows] = 0

    def _drop_children(self, now_us: int) -> None:
        rows = np.flatnonzero(self.conduit & self.alive)
        children = self.children[rows]
        gone = (children["peer"] >= 0) & (children["heard_us"] < now_us - rules.CHILD_GONE_US)
        which, slots = np.nonzero(gone)
        self.children["peer"][rows[which], slots] = -1
        there = self.children["peer"][rows] >= 0
        self.useful[rows] = 1 + np.where(there, children["useful"], 0).sum(axis=1)
        idle = (self.busy_us[rows] < now_us - rules.IDLE_US) | (self.depth[rows] == rules.MAX_DEPTH)
        self.conduit[rows[idle & ~there.any(axis=1) & ~self.roots[rows]]] = False

    def _volunteer(self, now_us: int) -> None:
        """Served members who hear that others are not become conduits, the most useful first."""
        heard = self.needs_us > now_us - rules.NEED_US * 3 // 2
        self.needs[~heard] = 0
        leaf = ~self.conduit & self.alive & self.served
        self.useful[~self.conduit] = rules.LEAF_USE + rules.NEED_USE * self.needs[~self.conduit]
        could = leaf & heard & (self.depth < rules.MAX_DEPTH)
        rows = np.flatnonzero(could)
        places = rules.usable(self.links[rows], now_us) & (self.links["free"][rows] > rules.ROOM)
        could[rows] = places.sum(axis=1) < rules.ENOUGH
        self.volunteers_us[~could] = -1
        waits = np.flatnonzero(could & (self.volunteers_us < 0))
        share = self._random.random(len(waits)) / (1 + self.needs[waits] / 8)
        self.volunteers_us[waits] = now_us + (share * rules.VOLUNTEER_US).astype(np.int64)
        stands = np.flatnonzero(could & (self.volunteers_us <= now_us))
        self.conduit[stands] = True
        self.busy_us[stands] = now_us
        self.volunteers_us[stands] = -1
        self._beacon_us[stands] = now_us

    def _look(self, now_us: int) -> Rows:
        """Who asks whom."""
        slow = np.flatnonzero(self.alive & (self.asked >= 0) & (self.asked_us < now_us - rules.ASK_US))
        self._denied(slow, self.asked[slow], now_us)
        rows = np.flatnonzero(self.alive & ~self.roots & (self.asked < 0) & (self.looks_us <= now_us))
        if not len(rows):
            return np.zeros(0, ASK)
        served = self.parent[rows] >= 0
        links = self.links[rows]
        held = self._held(rows)
        breaks = ~served | (held & (links["quality"] < rules.BREAKING_QUALITY)).any(axis=1)
        self.looks_us[rows] = now_us + np.where(breaks, rules.HURRY_US, rules.LOOK_US)
        fit = rules.usable(links, now_us) & (links["denied_us"] < now_us - rules.DENIED_US)
        fit &= rules.would_take(links, self.useful[rows][:, None])
        # A conduit takes its children no deeper than they hang, unless it finds nothing else.
        bound = self.conduit[rows] & (served | (self.alone_us[rows] > now_us - rules.STALE_US))
        fit &= ~bound[:, None] | (links["depth"] < self.stood[rows][:, None])
        # Whoever hangs on nobody asks one of the better ones, not like all its neighbours the very best.
        chance = 1 + self._random.random(fit.shape) * ~served[:, None]
        slots, times = rules.best(links, fit & ~held, chance, now_us)
        better = np.isfinite(times) & (~served | (times < np.where(breaks, 1, rules.BETTER) * self.path_us[rows]))
        self.better_looks[rows] = np.where(better, self.better_looks[rows] + 1, 0)
        asks = better & (breaks | (self.better_looks[rows] >= rules.TIMES_BETTER))
        rows, slots = rows[asks], slots[asks]
        self.asked[rows] = self.near[rows, slots]
        self.asked_us[rows] = now_us
        self.better_looks[rows] = 0
        out = np.zeros(len(rows), ASK)
        out["peer"], out["to"], out["useful"] = self.ids[rows], self.asked[rows], self.useful[rows]
        return out

    # -- what is told at its time --------------------------------------------------------------------------

    def _due(self, due_us: NDArray[np.int64], who: NDArray[np.bool_], every_us: int, now_us: int) -> Index:
        rows = np.flatnonzero(who & self.alive & (due_us <= now_us))
        due_us[rows] = np.maximum(due_us[rows] + every_us, now_us)
        return rows

    def _beacons(self, now_us: int) -> Rows:
        who = self.conduit & self.served & (self.depth < rules.MAX_DEPTH)
        rows = self._due(self._beacon_us, who, rules.BEACON_US, now_us)
        out = np.zeros(len(rows), BEACON)
        out["peer"], out["depth"], out["path_us"] = self.ids[rows], self.depth[rows], self.path_us[rows]
        out["free"], out["least_useful"], out["tick"] = self.free(rows), self.least_useful(rows), self.tick[rows]
        return out

    def _needs(self, now_us: int) -> Rows:
        alone = ~self.served & (self.alone_us < now_us - rules.ASK_US) & (self.asked < 0)
        rows = self._due(self._need_us, alone, rules.NEED_US, now_us)
        out = np.zeros(len(rows), NEED)
        out["peer"] = self.ids[rows]
        return out

    def _keeps(self, now_us: int) -> Rows:
        rows = self._due(self._keep_us, self.parent >= 0, rules.KEEP_US, now_us)
        out = np.zeros(len(rows), KEEP)
        out["peer"], out["to"], out["useful"], out["stays"] = self.ids[rows], self.parent[rows], self.useful[rows], 1
        conduits = self.conduit[rows]
        out["below"][conduits] = self.below(rows[conduits])
        return out

    def _flows(self, now_us: int) -> Rows:
        rows = self._due(self._flow_us, self.conduit, rules.FLOW_US, now_us)
        which, slots = np.nonzero(self.children["peer"][rows] >= 0)
        rows = rows[which]
        out = np.zeros(len(rows), FLOW)
        out["peer"], out["to"] = self.ids[rows], self.children["peer"][rows, slots]
        out["depth"], out["path_us"], out["tick"] = self.depth[rows], self.path_us[rows], self.tick[rows]
        return out
