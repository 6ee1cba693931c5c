"""From what a speaker has before them to the prompt that is sent: duplicates out, trimmed by tier, never too long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from game.roleplay.prompts.blocks import Rank, parts_of
from game.roleplay.prompts.config import TOKENS_A_MESSAGE, Budget, Count, count
from game.roleplay.prompts.parts import MUST, NICE, Part, counted, cut, fit, without_duplicates
from game.roleplay.prompts.people import called
from game.roleplay.prompts.trim import stop_strings
from game.roleplay.state import Turn
from game.roleplay.view import Prompt, SpeakerView

EARLIER_TOKENS = 60
"""The most that the line in place of older turns takes."""

_OPENING = "[The scene begins.]"
_SEPARATOR = 1
"""Tokens between one part and the next."""


def assemble(view: SpeakerView, config: Budget, count_tokens: Count = count) -> Prompt:
    """The prompt for the speaker's next line (004 3.2, 6.3).

    What must be in it is reserved first and is cut only where it alone exceeds the hard ceiling.  The rest is trimmed
    to the soft target in the order of 004 3.2, one part after another.  ``count_tokens`` counts the same texts again
    and again; hand in one that remembers.
    """
    parts = counted(without_duplicates(parts_of(view, config)), count_tokens)
    fixed = _overhead(parts, count_tokens) + EARLIER_TOKENS
    parts = _cut_must(parts, config.hard_tokens - fixed, count_tokens, config.hard_tokens)
    soft = min(config.soft_tokens, config.hard_tokens)
    parts = _trimmed(parts, soft - fixed, soft)
    parts = _with_earlier(parts, view, count_tokens)
    sent = [part for part in parts if not part.dropped]
    messages = _messages(sent)
    names = {who: called(who, view.names) for who in view.names}
    return Prompt(
        messages=tuple(messages),
        blocks=tuple(part.block() for part in parts),
        tokens=sum(part.tokens + _SEPARATOR for part in sent) + _overhead(sent, count_tokens),
        soft=soft,
        hard=config.hard_tokens,
        stop=stop_strings(called(view.speaker.id, {view.speaker.id: view.speaker.name}), names.values()),
        speaker=view.speaker.id,
        names=names,
    )


def _overhead(parts: Sequence[Part], count: Count) -> int:
    """What is sent beside the parts: headings, the marks around messages, what opens the dialogue."""
    headings = {part.section for part in parts if part.section and not part.dropped}
    dialogue = sum(part.role != "system" for part in parts if not part.dropped)
    return (
        sum(count(_heading(section)) + 2 * _SEPARATOR for section in headings)
        + (dialogue + 2) * TOKENS_A_MESSAGE
        + count(_OPENING)
    )


def _heading(section: str) -> str:
    return f"## {section}"


def _cut_must(parts: list[Part], room: int, count: Count, hard: int) -> list[Part]:
    """The parts with those of the tier must made to fit into ``room``."""
    room -= sum(_SEPARATOR for part in parts if part.tier == MUST)
    return fit(parts, room, count, f"what must be in the prompt is by itself over the {hard} tokens a prompt may have")


def _trimmed(parts: list[Part], room: int, soft: int) -> list[Part]:
    """The parts with as many left out as it takes to come down to ``room``, the lowest rank first."""
    tokens = sum(part.tokens + _SEPARATOR for part in parts if not part.dropped)
    order = [i for i, part in enumerate(parts) if part.tier != MUST and not part.dropped]
    # Of memories the weakest goes first, and they stand with the strongest first; of all else the oldest.
    order.sort(key=lambda i: (parts[i].rank, -i if parts[i].rank in (Rank.MEMORY, Rank.TOP_MEMORY) else i))
    made = list(parts)
    for i in order:
        if tokens <= room:
            break
        why = f"{parts[i].tier}: over the {soft} tokens that a prompt is trimmed to"
        if parts[i].rank == Rank.OLDER_TURN:
            why += "; one line stands for the turns left out"
        made[i] = parts[i].left_out(why)
        tokens -= parts[i].tokens + _SEPARATOR
    return made


def _with_earlier(parts: list[Part], view: SpeakerView, count: Count) -> list[Part]:
    """The parts with one line in place of the turns that were left out."""
    gone = [part for part in parts if part.rank == Rank.OLDER_TURN and part.dropped]
    numbers = {part.name.partition(",")[0].removeprefix("turn ") for part in gone}
    turns = [turn for turn in view.recent if str(turn.number) in numbers]
    if not turns:
        return parts
    line = cut(_earlier_line(turns, view), 50, count)
    at = next(i for i, part in enumerate(parts) if part is gone[0])
    earlier = Part("older turns in one line", NICE, f"[{line}]", role="user")
    return [*parts[:at], replace(earlier, tokens=count(earlier.text)), *parts[at:]]


def _earlier_line(turns: Sequence[Turn], view: SpeakerView) -> str:
    """What was said in ``turns``, in one line: how many they are, and the weightiest of them, its first words."""
    weightiest = max(turns, key=lambda turn: (turn.said.significance, -turn.number))
    words = " ".join(weightiest.text.split()[:24])
    who = called(weightiest.speaker, view.names)
    return f"Earlier, {len(turns)} {'turn' if len(turns) == 1 else 'turns'} ago and more; {who}: “{words} …”"


def _messages(parts: Sequence[Part]) -> list[tuple[str, str]]:
    """The parts as messages: one for the system, then user and assistant by turns, the user first.

    Many chat templates take nothing else (Mistral's refuses two of a kind in a row).
    """
    system: list[str] = []
    section = ""
    for part in parts:
        if part.role != "system":
            continue
        heading = f"{_heading(part.section)}\n" if part.section and part.section != section else ""
        system.append(("\n" if heading else "") + heading + part.text)
        section = part.section
    messages = [("system", "\n".join(system))]
    for part in parts:
        if part.role == "system":
            continue
        role, text = messages[-1]
        if role == "system" and part.role == "assistant":
            messages.append(("user", _OPENING))
        elif role == part.role:
            messages[-1] = (role, f"{text}\n\n{part.text}")
            continue
        messages.append((part.role, part.text))
    return messages
