"""Jam: friends on one network play a song together, each their own part (requirements 001, J and N).

The way through the room, for who builds on it::

    node = ...                                         # an engine.net.face.Network, hosted or joined
    session = Session(node, profile.log, profile.writer, name="Mika", role="player", hosting=True)
    session.begin()                                    # hears and keeps on a thread of its own
    session.events()                                   # once a step: what happened; session.band knows of it
    session.do(OfferSong(offer_of(entry, aside).offer))    # intents: game.jam.decide; a UserError says why not
    session.do(HoldSong(song))                             # when find_song / fetch_files has it whole
    session.do(TakePart("all", chart_hash, 7)); session.do(SayReady()); session.do(Start(session.now_us(), bound_us))
    charts = Charts(charts_in(offer, folder))              # game.jam.seats, game.jam.songs
    take = BandTake(session, take_id, charts)              # once session.band.running is there
    take.press(lane, down, song_us); take.step(song_us)    # one's own hands; then everyone's score, combo, ghosts
    take.switch("bass", chart_hash)                        # at the next bar that leaves a count-in
    take.end("finished"); take.results()
    replay_take(read_band(log, session_id), take_id, charts)   # on any machine, at any time: the same results

What is in which file:

====================  ===============================================================================================
events.py             what can happen; which of it is said to others (SENT) and which only kept here (LOCAL)
state.py              Band: what is true, a fold that does not depend on how members' words mix; Member, Take
conducting.py         which of what conductors said counts; edges.py: one player's edges in one take
decide.py             intents, and the events they lead to or the sentence that says why not
inbox.py              what a peer says, checked (pydantic); records and moments packed and unpacked
session.py            Session: the face for game logic over any network; happenings.py: what it gives
placing.py            hits to their takes, and those that wait for one
keeping.py            the jam's stream in the player's log, nothing twice
seats.py              session time to song time, bars to switch at, the chart of one player's way through a take
performer.py          another player, judged from their edges; final(): anyone's result from all edges
band.py               BandTake: everyone judged from their edges while they play; ghosts, band score, results
replaying.py          jams out of any machine's log, judged anew
songs.py              a song as an offer, whether one holds it, where a received one goes
parts.py relay.py     the parts of a chart, on any number of keys; sound_groups.py: parts by key sounds
machine.py            Machine: membership, session, songs going round and cohesion in one, for scenes and commands
free.py loops.py      the free jam: what sounds when; instruments.py synthesis.py drum_kit.py scales.py: its voices
free.py free_band.py  a free jam as one listener hears it, kept in step with the band; free_replay.py: heard again
instruments.py        its voices (synthesis.py, drum_kit.py), in key (scales.py); loops.py: recorded, kept, repeated
snapping.py           others' hits to the beat, as each listener likes
cohesion/             who plays together, and what each player needs, learned from their hits
conduits/             relays for crowds, on real sockets and simulated
crowd_stage.py        what the conductor says to a crowd that listens; crowd_words.py: in which words
crowd_listener.py     one in the crowd: asks for a ticket, hears, keeps (crowd_events.py); crowd_clock.py: its clock
crowd_past.py         what was heard in a crowd, out of the log
====================  ===============================================================================================

Instants: ``session_us`` is session time, ``song_us`` song time; :mod:`game.jam.seats` goes from one to the other in
whole numbers, so that every machine judges the same edges.
"""
