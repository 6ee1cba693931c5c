"""The tables that follow from the events; nothing but :mod:`game.roleplay.projector` changes them.

Every row follows from the events of one stream alone and names that stream, so that going back in one chat tells that
chat again and leaves the others. What several chats bring together (an edge, the memories of a bot) is put together
in reading, in the order of ``seq`` (:func:`game.roleplay.rows.place`). ``live`` is 0 while the alternative a row
follows from is not the chosen one. ``said_seq`` is where the wording was said that a row follows from: what a slow
pass tells of an earlier turn does not undo what was set by hand after it; of an activity it is where the turn itself
was said, so that a new wording of an old turn moves nobody now; one ``by_hand`` has the field that was set. ``by_hand``
of a memory has what the player set of it beside its text, which goes for every telling of the same scene by the same
witness, as a pin does (``scene`` of a pin is that scene; 0 for any other memory). ``basis`` and ``chain`` of a scene
are its own alternatives and those of the scenes told before it with them (:func:`game.roleplay.state.chained`); what is
told of a scene counts while its basis is that chain. A turn is ``unanswered`` while its chosen wording is not
``accepted``: the player's own word because they wrote, answered, kept or edited it (002). The end of a scene that was
read from a turn is in ``scene_ends`` beside its scene, and ``open`` until somebody goes on from it (:data:`OPEN_END`);
a scene that opened with an end that does not count is ``gone``, and what came with it (``scene``) not live.
"""

CAST = """
CREATE TABLE you (
    stream TEXT PRIMARY KEY, seq INTEGER NOT NULL, name TEXT NOT NULL, pronouns TEXT NOT NULL, persona TEXT NOT NULL
) STRICT;
CREATE TABLE bots (
    id TEXT PRIMARY KEY, stream TEXT NOT NULL, seq INTEGER NOT NULL, at_us INTEGER NOT NULL,
    name TEXT NOT NULL, fields TEXT NOT NULL, removed INTEGER NOT NULL
) STRICT;
CREATE TABLE bot_resets (bot TEXT PRIMARY KEY, stream TEXT NOT NULL, seq INTEGER NOT NULL) STRICT;
CREATE TABLE bot_cards (
    seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, bot TEXT NOT NULL, name TEXT NOT NULL, form TEXT NOT NULL,
    data BLOB NOT NULL, parts INTEGER NOT NULL
) STRICT;
CREATE INDEX bot_cards_by_bot ON bot_cards (bot, seq);
CREATE TABLE bot_books (
    bot TEXT NOT NULL, book INTEGER NOT NULL, stream TEXT NOT NULL, name TEXT NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (bot, book)
) STRICT;
"""

CHATS = """
CREATE TABLE chats (
    chat TEXT PRIMARY KEY, stream TEXT NOT NULL, clock_us INTEGER NOT NULL, day_one_us INTEGER NOT NULL,
    guest TEXT NOT NULL, scene INTEGER NOT NULL, turns INTEGER NOT NULL, scenes INTEGER NOT NULL,
    memories INTEGER NOT NULL, threads INTEGER NOT NULL, happenings INTEGER NOT NULL, last_at_us INTEGER NOT NULL
) STRICT;
CREATE TABLE turns (
    chat TEXT NOT NULL, turn INTEGER NOT NULL, stream TEXT NOT NULL, seq INTEGER NOT NULL, at_us INTEGER NOT NULL,
    speaker TEXT NOT NULL, addressee TEXT NOT NULL, scene INTEGER NOT NULL, clock_us INTEGER NOT NULL,
    beat INTEGER NOT NULL, chosen INTEGER NOT NULL, hidden INTEGER NOT NULL, unanswered INTEGER NOT NULL,
    deleted INTEGER NOT NULL, PRIMARY KEY (chat, turn)
) STRICT;
CREATE INDEX turns_unanswered ON turns (chat) WHERE unanswered = 1;
CREATE INDEX turns_by_scene ON turns (chat, scene, turn);
CREATE TABLE alternatives (
    chat TEXT NOT NULL, turn INTEGER NOT NULL, swipe INTEGER NOT NULL, stream TEXT NOT NULL, seq INTEGER NOT NULL,
    text TEXT NOT NULL, segments TEXT NOT NULL, truncated INTEGER NOT NULL, truth INTEGER NOT NULL,
    origin TEXT NOT NULL, significance INTEGER NOT NULL, weighed_by INTEGER NOT NULL,
    accepted INTEGER NOT NULL, PRIMARY KEY (chat, turn, swipe)
) STRICT;
CREATE TABLE scenes (
    chat TEXT NOT NULL, scene INTEGER NOT NULL, stream TEXT NOT NULL, seq INTEGER NOT NULL,
    container INTEGER NOT NULL, description TEXT NOT NULL, present TEXT NOT NULL, clock_us INTEGER NOT NULL,
    meanwhile INTEGER NOT NULL, closed_seq INTEGER NOT NULL, why TEXT NOT NULL, significance INTEGER NOT NULL,
    quotes TEXT NOT NULL, basis TEXT NOT NULL, chain TEXT NOT NULL, guest_since INTEGER NOT NULL,
    by_hand INTEGER NOT NULL, gone INTEGER NOT NULL, PRIMARY KEY (chat, scene)
) STRICT;
CREATE INDEX scenes_closed ON scenes (chat, closed_seq) WHERE closed_seq > 0;
CREATE TABLE scene_ends (
    seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, chat TEXT NOT NULL, scene INTEGER NOT NULL, why TEXT NOT NULL,
    significance INTEGER NOT NULL, quotes TEXT NOT NULL, turn INTEGER NOT NULL, swipe INTEGER NOT NULL,
    last_turn INTEGER NOT NULL, opened INTEGER NOT NULL, counts INTEGER NOT NULL, open INTEGER NOT NULL
) STRICT;
CREATE INDEX scene_ends_open ON scene_ends (chat) WHERE open = 1;
CREATE TABLE ends_foreseen (
    seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, chat TEXT NOT NULL, why TEXT NOT NULL, turn INTEGER NOT NULL,
    swipe INTEGER NOT NULL, live INTEGER NOT NULL
) STRICT;
CREATE INDEX ends_foreseen_by_turn ON ends_foreseen (chat, turn) WHERE turn > 0;
CREATE TABLE containers (
    chat TEXT NOT NULL, container INTEGER NOT NULL, stream TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
    moving INTEGER NOT NULL, public INTEGER NOT NULL, audible_range TEXT NOT NULL, slots TEXT NOT NULL,
    parent INTEGER NOT NULL, scene INTEGER NOT NULL, live INTEGER NOT NULL, PRIMARY KEY (chat, container)
) STRICT;
CREATE TABLE activities (
    seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, chat TEXT NOT NULL, who TEXT NOT NULL, record TEXT NOT NULL,
    turn INTEGER NOT NULL, swipe INTEGER NOT NULL, scene INTEGER NOT NULL, by_hand INTEGER NOT NULL,
    said_seq INTEGER NOT NULL, live INTEGER NOT NULL
) STRICT;
CREATE INDEX activities_by_who ON activities (chat, who, said_seq, seq);
CREATE INDEX activities_by_scene ON activities (chat, scene) WHERE scene > 0;
CREATE INDEX activities_by_turn ON activities (chat, turn) WHERE turn > 0;
"""

EDGES = """
CREATE TABLE edge_numbers (
    seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, chat TEXT NOT NULL, owner TEXT NOT NULL, target TEXT NOT NULL,
    clock_us INTEGER NOT NULL, affinity_delta INTEGER NOT NULL, trust_delta INTEGER NOT NULL,
    affinity_set INTEGER, trust_set INTEGER, is_set INTEGER NOT NULL, turn INTEGER NOT NULL,
    swipe INTEGER NOT NULL, scene INTEGER NOT NULL,
    basis TEXT NOT NULL, said_seq INTEGER NOT NULL, live INTEGER NOT NULL
) STRICT;
CREATE INDEX edge_numbers_by_pair ON edge_numbers (owner, target, seq);
CREATE INDEX edge_numbers_set ON edge_numbers (owner, target, seq) WHERE is_set = 1;
CREATE INDEX edge_numbers_by_turn ON edge_numbers (chat, turn) WHERE turn > 0;
CREATE INDEX edge_numbers_by_scene ON edge_numbers (chat, scene) WHERE scene > 0;
CREATE TABLE edge_facts (
    seq INTEGER NOT NULL, place INTEGER NOT NULL, stream TEXT NOT NULL, chat TEXT NOT NULL, owner TEXT NOT NULL,
    target TEXT NOT NULL, sort TEXT NOT NULL, fact TEXT NOT NULL, known INTEGER NOT NULL,
    truth INTEGER NOT NULL, turn INTEGER NOT NULL, swipe INTEGER NOT NULL,
    scene INTEGER NOT NULL, basis TEXT NOT NULL, live INTEGER NOT NULL, PRIMARY KEY (seq, place)
) STRICT;
CREATE INDEX edge_facts_by_pair ON edge_facts (owner, target, seq);
CREATE INDEX edge_facts_by_turn ON edge_facts (chat, turn) WHERE turn > 0;
CREATE INDEX edge_facts_by_scene ON edge_facts (chat, scene) WHERE scene > 0;
CREATE TABLE edge_words (
    seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, chat TEXT NOT NULL, owner TEXT NOT NULL, target TEXT NOT NULL,
    summary TEXT NOT NULL, truth INTEGER NOT NULL, turn INTEGER NOT NULL, swipe INTEGER NOT NULL,
    scene INTEGER NOT NULL, basis TEXT NOT NULL, upon TEXT NOT NULL, adds INTEGER NOT NULL, live INTEGER NOT NULL
) STRICT;
CREATE INDEX edge_words_by_turn ON edge_words (chat, turn) WHERE turn > 0;
CREATE INDEX edge_words_by_pair ON edge_words (owner, target, seq);
CREATE INDEX edge_words_by_scene ON edge_words (chat, scene) WHERE scene > 0;
"""

MEMORIES = """
CREATE TABLE memories (
    seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, chat TEXT NOT NULL, memory INTEGER NOT NULL, owner TEXT NOT NULL,
    owner_bit INTEGER NOT NULL, witnesses INTEGER NOT NULL, text TEXT NOT NULL, form TEXT NOT NULL,
    source TEXT NOT NULL, reliability INTEGER NOT NULL, scene INTEGER NOT NULL, clock_us INTEGER NOT NULL,
    at_us INTEGER NOT NULL, significance INTEGER NOT NULL, turn INTEGER NOT NULL, swipe INTEGER NOT NULL,
    basis TEXT NOT NULL, live INTEGER NOT NULL, truth INTEGER NOT NULL, by_hand TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX memories_by_number ON memories (chat, memory);
CREATE INDEX memories_by_owner ON memories (owner, seq);
CREATE INDEX memories_of_scenes ON memories (owner, chat, scene, seq) WHERE form = 'summary';
CREATE INDEX memories_by_turn ON memories (chat, turn) WHERE turn > 0;
CREATE INDEX memories_by_scene ON memories (chat, scene) WHERE scene > 0;
CREATE TABLE pins (
    seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, chat TEXT NOT NULL, memory INTEGER NOT NULL, owner TEXT NOT NULL,
    scene INTEGER NOT NULL, pinned INTEGER NOT NULL, auto INTEGER NOT NULL
) STRICT;
CREATE INDEX pins_by_owner ON pins (owner, seq);
CREATE TABLE groups (
    seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, chat TEXT NOT NULL, summary TEXT NOT NULL, truth INTEGER NOT NULL,
    turn INTEGER NOT NULL, scene INTEGER NOT NULL, basis TEXT NOT NULL, said_seq INTEGER NOT NULL, live INTEGER NOT NULL
) STRICT;
CREATE INDEX groups_by_chat ON groups (chat, seq);
CREATE INDEX groups_by_scene ON groups (chat, scene) WHERE scene > 0;
"""

STORY = """
CREATE TABLE threads (
    chat TEXT NOT NULL, thread INTEGER NOT NULL, stream TEXT NOT NULL, seq INTEGER NOT NULL, title TEXT NOT NULL,
    turn INTEGER NOT NULL, swipe INTEGER NOT NULL, live INTEGER NOT NULL, PRIMARY KEY (chat, thread)
) STRICT;
CREATE INDEX threads_by_turn ON threads (chat, turn) WHERE turn > 0;
CREATE TABLE thread_ends (
    seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, chat TEXT NOT NULL, thread INTEGER NOT NULL, open INTEGER NOT NULL,
    outcome TEXT NOT NULL, turn INTEGER NOT NULL, swipe INTEGER NOT NULL, live INTEGER NOT NULL
) STRICT;
CREATE INDEX thread_ends_by_thread ON thread_ends (chat, thread, seq);
CREATE INDEX thread_ends_by_turn ON thread_ends (chat, turn) WHERE turn > 0;
CREATE TABLE happenings (
    chat TEXT NOT NULL, happening INTEGER NOT NULL, stream TEXT NOT NULL, seq INTEGER NOT NULL, title TEXT NOT NULL,
    props TEXT NOT NULL, due_us INTEGER NOT NULL, expires_us INTEGER NOT NULL, turn INTEGER NOT NULL,
    swipe INTEGER NOT NULL, live INTEGER NOT NULL, PRIMARY KEY (chat, happening)
) STRICT;
CREATE INDEX happenings_by_turn ON happenings (chat, turn) WHERE turn > 0;
CREATE TABLE happening_states (
    seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, chat TEXT NOT NULL, happening INTEGER NOT NULL,
    state TEXT NOT NULL, former TEXT NOT NULL, truth INTEGER NOT NULL, turn INTEGER NOT NULL, swipe INTEGER NOT NULL,
    live INTEGER NOT NULL
) STRICT;
CREATE INDEX happening_states_by_happening ON happening_states (chat, happening, seq);
CREATE INDEX happening_states_by_turn ON happening_states (chat, turn) WHERE turn > 0;
CREATE TABLE items (
    seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, chat TEXT NOT NULL, owner TEXT NOT NULL, item TEXT NOT NULL,
    held INTEGER NOT NULL, turn INTEGER NOT NULL, swipe INTEGER NOT NULL, scene INTEGER NOT NULL, basis TEXT NOT NULL,
    live INTEGER NOT NULL
) STRICT;
CREATE INDEX items_by_owner ON items (owner, seq);
CREATE INDEX items_by_turn ON items (chat, turn) WHERE turn > 0;
CREATE INDEX items_by_scene ON items (chat, scene) WHERE scene > 0;
CREATE TABLE classifier_failures (
    seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, chat TEXT NOT NULL, job TEXT NOT NULL, raw_text TEXT NOT NULL,
    attempts INTEGER NOT NULL, turn INTEGER NOT NULL
) STRICT;
CREATE INDEX classifier_failures_by_chat ON classifier_failures (chat, seq);
CREATE TABLE chat_files (
    seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, chat TEXT NOT NULL, name TEXT NOT NULL, data BLOB NOT NULL,
    parts INTEGER NOT NULL
) STRICT;
"""

CREATE = CAST + CHATS + EDGES + MEMORIES + STORY

ALL = (
    *("you", "bots", "bot_resets", "bot_cards", "bot_books", "chats", "turns", "alternatives", "scenes", "containers"),
    *("scene_ends", "ends_foreseen"),
    *("activities", "edge_numbers", "edge_facts", "edge_words", "memories", "pins", "groups", "threads"),
    *("thread_ends", "happenings", "happening_states", "items", "classifier_failures", "chat_files"),
)
"""Every table; each has a column ``stream``."""

BY_TURN = (
    *("activities", "edge_numbers", "edge_facts", "edge_words", "memories", "threads", "thread_ends", "happenings"),
    *("happening_states", "items", "ends_foreseen"),
)
"""Tables whose rows may follow from one alternative of a turn."""

BY_SCENE = ("edge_numbers", "edge_facts", "edge_words", "groups", "items")
"""Tables whose rows may follow from a whole scene as it was told by one choice of alternatives.

So do memories, see :func:`game.roleplay.rows.settle_tellings`."""

OPEN_END = (
    "e.open = 1 AND NOT EXISTS (SELECT 1 FROM scene_ends n WHERE n.chat = e.chat AND n.seq > e.seq AND n.turn <> e.turn"
    " AND n.counts)"
)
"""That an end ``e`` follows the words of its turn: nobody has gone on from it, nor has another turn led on."""
