"""The bridge between the Talk scene and the roleplay room: the scene never touches the log, a disk or a model.

Three threads do the work, each one thing after the other: the voice thread has characters speak, the hands thread does
everything else the player asks for, the eyes thread reads.  What they find comes to the scene's thread as values, at
a step boundary.  The face for scenes and panels, all of it for the scene's thread:

    room = TalkRoom.of(context, stack.call_soon)     # one for the game; it goes on while other scenes are shown
    room.library, room.view, room.speech             # what is true: draw from these
    room.open("mara"); room.say("Hello."); room.stop()
    room.do("closing", lambda desk: directing.close_scene(desk, host))  # something to be decided and written
    room.look(lambda log: reading.edge(log, "mara", "you"), self.show)  # something to be read
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from engine.errors import UserError
from engine.log import EventLog
from game.profile import Profile
from game.roleplay import talk
from game.roleplay.desk import Desk, TalkConfig
from game.roleplay.offline import OfflineVoice
from game.roleplay.speaking import Unsaved
from game.roleplay.state import Turn
from game.roleplay.talk import Exchange
from game.roleplay.voice import Voice
from game.roleplay.voices import chosen_voice
from game.scenes.context import Context
from game.scenes.talk_ear import Ear, Watch
from game.scenes.talk_entries import Entry, entries_of, set_long
from game.scenes.talk_speech import Corner, Speech, Trouble, not_saved
from game.scenes.talk_view import ChatReader, ChatView, Library, read_library

T = TypeVar("T")
_REMEMBERED = "talk room"
log = logging.getLogger(__name__)

CallSoon = Callable[[Callable[[], None]], None]
Speaking = Callable[[Desk, Ear, threading.Event], Exchange]


class TalkRoom:
    """The desk of the profile, the chat that is open, and what is going on in it."""

    def __init__(self, profile: Profile, call_soon: CallSoon, voice: Voice | None = None) -> None:
        """``voice`` None takes the one the player chose, or the offline one.

        Raises:
            UserError: the profile is open for reading only.
        """
        self._profile = profile
        self.call_soon = call_soon
        self.problem = ""
        self.desk = Desk(
            *(profile.own_log, voice or self._chosen()),
            config=TalkConfig(),
            snapshots=profile.snapshots,
            exports=profile.folder / "exports",
        )
        self.desk.listener = Watch(self)
        self.library = Library()
        self.ready = False
        self.view: ChatView | None = None
        self.entries: tuple[Entry, ...] = ()
        """The transcript of ``view``, one thing under the other."""
        self.hidden_shown = False
        self.speech: Speech | None = None
        self.version = 0
        self.doing = ""
        self._told = ""
        self._host = ""
        self._corners: dict[str, Corner] = {}
        self._reader = ChatReader(profile.own_log)
        self._voice, self._hands, self._eyes = (
            ThreadPoolExecutor(1, thread_name_prefix=f"talk {name}") for name in ("voice", "hands", "eyes")
        )
        self._waiting = 0
        self._anew = False
        self._due = threading.Lock()
        self._closed = False
        self.see()

    @classmethod
    def of(cls, context: Context, call_soon: CallSoon, voice: Voice | None = None) -> TalkRoom:
        """The game's one room, made when it is first asked for."""
        room = context.remembered.get(_REMEMBERED)
        if not isinstance(room, cls):
            room = context.remembered[_REMEMBERED] = cls(context.profile, call_soon, voice)
        return room

    @staticmethod
    def close_of(context: Context) -> None:
        """Close the game's room, if it was ever entered."""
        room = context.remembered.pop(_REMEMBERED, None)
        if isinstance(room, TalkRoom):
            room.close()

    def _chosen(self) -> Voice:
        """The voice the player chose; where that cannot be understood the offline one, and ``problem`` says why."""
        try:
            return chosen_voice(self._profile.folder)
        except UserError as error:
            self.problem = str(error)
            return OfflineVoice()

    # -- what is true --------------------------------------------------------------------------------------------

    @property
    def host(self) -> str:
        """The bot whose chat is open; empty for none."""
        return self._host

    @property
    def speaking(self) -> bool:
        """Whether a reply is under way in the chat that is open."""
        return self.speech is not None and self.speech.host == self._host

    def corner(self, host: str = "") -> Corner:
        """What belongs to a chat on the screen; the open one's where none is named."""
        return self._corners.setdefault(host or self._host, Corner())

    def touch(self) -> None:
        """Something to be seen changed."""
        self.version += 1

    def tick(self, dt_us: int) -> None:
        """Time passes; called once a frame."""
        if self.speech is not None and not self.speech.text:
            self.speech.waited_us += dt_us

    # -- reading -------------------------------------------------------------------------------------------------

    def see(self, *, anew: bool = False) -> None:
        """Read again soon what the scene shows; ``anew`` all of it."""
        with self._due:
            self._anew = self._anew or anew
            if self._waiting or self._closed:
                return
            self._waiting = 1
            self._eyes.submit(self._read)

    def see_now(self) -> None:
        """As :meth:`see`, and wait until it is handed over; for other threads than the scene's."""
        if not self._closed:
            self._eyes.submit(self._read).result()

    def _read(self) -> None:
        with self._due:
            self._waiting, anew, self._anew = 0, self._anew, False
        host, view = self._host, None
        entries: tuple[Entry, ...] = ()
        try:
            library = read_library(self._profile.own_log)
            if host:
                view = self._reader.read(host, anew=anew)
                entries = entries_of(view, hidden=self.hidden_shown, former=self.entries)
                set_long(view.turns, self.desk.config.ooc)
        except UserError as error:
            sentence = str(error)
            self.call_soon(lambda: self._say(sentence))
            return
        self.call_soon(lambda: self._show(library, host, view, entries))

    def _show(self, library: Library, host: str, view: ChatView | None, entries: tuple[Entry, ...]) -> None:
        self.library, self.ready = library, True
        if self.desk.problem != self._told:  # bookkeeping that could not be saved is told of, once
            self._told = self.desk.problem
            self.problem = self.problem or self._told
        for row in library.rows:
            corner = self.corner(row.bot.id)
            if corner.seen < 0:
                corner.seen = row.turns
        if host == self._host:
            self.view, self.entries = view, entries
            if view is not None:
                self._settle_speech(view)
        self.touch()

    def _settle_speech(self, view: ChatView) -> None:
        """Words that are in the transcript now are no longer shown as being said."""
        speech = self.speech
        if speech is None or speech.host != view.host:
            return
        if speech.sent and any(turn.is_yours and turn.number > speech.base for turn in view.turns[-6:]):
            speech.sent = ""
        if not speech.turn:
            return
        turn = view.turn(speech.turn)
        if turn is not None and len(turn.alternatives) > speech.had:
            speech.who, speech.turn, speech.text = "", 0, ""

    def show_hidden(self, *, shown: bool) -> None:
        """Show the turns that are out of view, or no more."""
        self.hidden_shown = shown
        self.see()

    def look(self, work: Callable[[EventLog], T], then: Callable[[T], None]) -> None:
        """Read something on the eyes' thread; ``then`` gets it on the scene's."""

        def run() -> None:
            try:
                found = work(self._profile.own_log)
            except Exception as error:
                self._tell("reading", error)
            else:
                self.call_soon(lambda: then(found))

        if not self._closed:
            self._eyes.submit(run)

    # -- doing ---------------------------------------------------------------------------------------------------

    def do(
        self,
        what: str,
        work: Callable[[Desk], T],
        then: Callable[[T], None] | None = None,
        failed: Callable[[UserError], None] | None = None,
    ) -> None:
        """Have the hands do ``work``; ``then`` gets its result, ``failed`` what the player can mend.

        Without ``failed`` the sentence is shown in the chat, as an error of the disk where it is one.
        """
        host = self._host

        def done(result: T) -> None:
            self.doing = ""
            self.touch()
            if then is not None:
                then(result)

        def wrong(error: UserError) -> None:
            self.doing = ""
            self.touch()
            if failed is not None:
                failed(error)
            elif not_saved(error):
                self._put(host, Trouble("unsaved", str(error), lambda: self.do(what, work, then, failed)))
            else:
                self._put(host, Trouble("refused", str(error)))

        def run() -> None:
            try:
                result = work(self.desk)
            except Exception as error:
                told = error if isinstance(error, UserError) else _unforeseen(what, error)
                self.call_soon(lambda: wrong(told))
            else:
                self.see(anew=True)
                self.see_now()
                self.call_soon(lambda: done(result))

        self.doing = what
        self.touch()
        if not self._closed:
            self._hands.submit(run)

    def _tell(self, what: str, error: Exception) -> None:
        told = error if isinstance(error, UserError) else _unforeseen(what, error)
        self.call_soon(lambda: self._say(str(told)))

    def _say(self, sentence: str) -> None:
        self.problem = sentence
        self.touch()

    def _put(self, host: str, trouble: Trouble | None) -> None:
        self.corner(host).trouble = trouble
        self.touch()

    # -- chats ---------------------------------------------------------------------------------------------------

    def open(self, host: str) -> None:
        """Show the chat hosted by ``host``; empty shows none."""
        if host != self._host:
            self._host, self.view, self.entries = host, None, ()
            self.see()
            if host and not self._closed:
                self._hands.submit(self._catch_up, host)
        self.touch()

    def _catch_up(self, host: str) -> None:
        try:
            talk.catch_up(self.desk, host)
        except Exception as error:
            self._tell("taking in what was said before", error)

    def say(self, text: str) -> bool:
        """The player says ``text`` (nothing: the others go on) and is answered; False while a reply is under way."""
        host, corner = self._host, self.corner()

        def work(desk: Desk, ear: Ear, stop: threading.Event) -> Exchange:
            return talk.say(desk, host, text, ear, stop)

        def kept() -> None:
            corner.lost = text

        return self._speak("say", work, again=lambda: self.say(text), lost=kept, sent=text)

    def retry(self) -> bool:
        """Ask for the reply once more that could not be had."""
        host = self._host
        return self._speak("say", lambda desk, ear, stop: talk.reply(desk, host, ear, stop), again=self.retry)

    def regenerate(self, edited: str | None = None) -> bool:
        """The latest bot turn anew, after the player's own last turn as ``edited`` (004 10.2)."""
        host = self._host
        latest = self.view.last_bot_turn if self.view is not None else None
        return self._speak(
            "again",
            lambda desk, ear, stop: talk.regenerate(desk, host, ear, stop, edited=edited),
            again=lambda: self.regenerate(),
            anew=latest,
        )

    def another(self, number: int) -> bool:
        """Another wording of any bot turn."""
        host = self._host
        turn = self.view.turn(number) if self.view is not None else None
        return self._speak(
            "another",
            lambda desk, ear, stop: talk.another(desk, host, number, ear, stop),
            again=lambda: self.another(number),
            anew=turn,
        )

    def speak(self, work: Speaking) -> bool:
        """Have the characters speak in another way (a scene without the player); False while a reply is under way."""
        return self._speak("say", work)

    def stop(self) -> None:
        """Stop the reply where it is; what was said of it is kept."""
        if self.speech is not None:
            self.speech.stopping = True
            self.speech.stop.set()
            self.touch()

    def _speak(
        self,
        kind: str,
        work: Speaking,
        *,
        again: Callable[[], object] | None = None,
        lost: Callable[[], None] | None = None,
        anew: Turn | None = None,
        sent: str = "",
    ) -> bool:
        if self.speech is not None or self._closed or not self._host:
            return False
        base = self.view.chat.turns if self.view is not None else 0
        speech = self.speech = Speech(self._host, kind, sent=sent, base=base)
        if anew is not None:
            speech.who, speech.turn, speech.had = anew.speaker, anew.number, len(anew.alternatives)
        self._put(speech.host, None)
        self._voice.submit(self._run_speech, speech, work, again, lost)
        return True

    def _run_speech(
        self,
        speech: Speech,
        work: Speaking,
        again: Callable[[], object] | None,
        lost: Callable[[], None] | None,
    ) -> None:
        exchange, error = Exchange([]), None
        try:
            exchange = work(self.desk, Ear(self, speech), speech.stop)
        except Exception as problem:
            error = problem if isinstance(problem, UserError) else _unforeseen("the reply", problem)
        self.see_now()
        self.call_soon(lambda: self._spoke(speech, exchange, error, again, lost))

    def _spoke(
        self,
        speech: Speech,
        exchange: Exchange,
        error: UserError | None,
        again: Callable[[], object] | None,
        lost: Callable[[], None] | None,
    ) -> None:
        self.speech = None
        corner = self.corner(speech.host)
        corner.question = exchange.question
        if isinstance(error, Unsaved):
            unsaved = error
            retry = lambda: self.do("saving", lambda desk: talk.save_again(desk, unsaved))  # noqa: E731
            corner.trouble = Trouble("unsaved", str(error), retry)
        elif error is not None:
            if lost is not None and speech.sent:
                lost()
            elif lost is not None:  # the player's own turn is there; only what comes after it is missing
                again = self.retry
            kind = "unsaved" if not_saved(error) else "refused"
            corner.trouble = Trouble(kind, str(error), again)
        elif exchange.problem:
            anew = again if speech.kind != "say" else self.retry
            corner.trouble = Trouble("failed", exchange.problem, anew)
        elif exchange.cut:
            corner.trouble = Trouble("cut", exchange.cut)
        self.touch()

    @property
    def exports(self) -> Path:
        """The folder for cards and chats that go out."""
        return self._profile.folder / "exports"

    # -- voice and settings --------------------------------------------------------------------------------------

    @property
    def voice_name(self) -> str:
        """Who lends the characters a voice."""
        return self.desk.voice.name

    @property
    def is_offline(self) -> bool:
        """Whether the characters speak by rules alone."""
        return self.desk.voice.origin == "ai-local:offline-voice"

    def configure(self, config: TalkConfig) -> None:
        """How chats work from now on."""
        self.desk.config = config

    def choose_voice(self) -> None:
        """Take the voice that the settings name now; the next reply is spoken by it."""

        def work(desk: Desk) -> None:
            former, desk.voice = desk.voice, self._chosen()
            _close_voice(former)

        self.do("changing the voice", work)

    def close(self) -> None:
        """Stop at once and keep what was said: a reply under way is committed as far as it came."""
        with self._due:
            self._closed = True
        if self.speech is not None:
            self.speech.stop.set()
        _close_voice(self.desk.voice)  # what was heard of a reply stays; a classifier holds nobody up
        self._voice.shutdown(wait=True, cancel_futures=True)
        self._hands.shutdown(wait=True)
        self.desk.close()
        self._eyes.shutdown(wait=True, cancel_futures=True)


def _close_voice(voice: Voice) -> None:
    close = getattr(voice, "close", None)
    if callable(close):
        close()


def _unforeseen(what: str, error: Exception) -> UserError:
    log.error("%s failed", what, exc_info=error)
    return UserError(f"{what} did not work ({type(error).__name__}: {error}); the log has the details")
