"""What devices and people know and wrote, kept apart from the server: the law it is judged by.

Every text that was acknowledged, or sent in an item that is valid, can be read somewhere: in a note, a
revision, a conflict or an amendment. The one exception is folding: an online save that the same person
writes over on the same device within five minutes.
"""

import copy
from dataclasses import dataclass, field
from typing import Any

FIELDS = ("subjective", "objective", "assessment", "plan")
Texts = dict[str, str | None]


@dataclass
class Draft:
    """A note as a device has it."""

    client_session_id: str
    appointment_id: str
    texts: Texts
    base_version: int | None = None


@dataclass
class Sent:
    """An item, and what the device had seen when it wrote it."""

    item: dict[str, Any]
    seen: frozenset[str]


@dataclass
class Device:
    """Somebody's phone or laptop: its sign-in, its clock, its notes, and what is to be sent."""

    name: str
    token: str
    clock_days: float = 0.0
    drafts: list[Draft] = field(default_factory=list)
    outbox: list[Sent] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def saw(self, texts: Texts) -> None:
        """The device knows these words."""
        self.seen |= words(texts)

    def queue(self, draft: Draft, moments: dict[str, str], *, whole: bool) -> None:
        """What the draft says now is to be sent: every field, or only those with text."""
        names = FIELDS if whole else [name for name in FIELDS if draft.texts[name] is not None]
        item: dict[str, Any] = {
            "client_session_id": draft.client_session_id,
            "appointment_id": draft.appointment_id,
            **moments,
            **{name: draft.texts[name] for name in names},
        }
        if draft.base_version is not None:
            item["base_version"] = draft.base_version
        self.outbox.append(Sent(item, frozenset(self.seen)))

    def learn(self, item: dict[str, Any], result: dict[str, Any]) -> None:
        """Take over what an answer says of the note that the item was about."""
        for draft in self.drafts:
            if draft.client_session_id != result["client_session_id"] or result["version"] is None:
                continue
            if result["text"] is not None:
                self.saw(result["text"])
                for name in FIELDS:
                    if draft.texts[name] == item.get(name):
                        draft.texts[name] = result["text"][name]
            draft.base_version = result["version"]


@dataclass
class Window:
    """The saves of one device that fold into one: the words they wrote, and the last of them."""

    device: str
    words: set[str]


@dataclass
class Model:
    """What must be readable, what may have been folded away, and what finalized notes say."""

    must: set[str] = field(default_factory=set)
    windows: dict[str, Window] = field(default_factory=dict)
    texts: dict[str, Texts] = field(default_factory=dict)  # of notes, as the referee saw them last
    final: dict[str, Texts] = field(default_factory=dict)
    every: list[Sent] = field(default_factory=list)
    attached: set[str] = field(default_factory=set)
    sent: int = 0

    def saved_online(self, device: Device, note_id: str, after: Texts) -> None:
        """Somebody saved a note online: what their own window wrote may fold, and nothing else."""
        before = words(self.texts.get(note_id, {}))
        now, window = words(after), self.windows.get(note_id)
        self.texts[note_id] = after
        self.must |= now
        if before == now:
            return
        if window is not None and window.device == device.name:
            self.must -= (before - now) & window.words
            window.words |= now - before
        else:
            self.windows[note_id] = Window(device.name, now - before)

    def written(self, note_id: str, after: Texts) -> None:
        """A note was written by sync or by a decision: nothing folds into that."""
        if self.texts.get(note_id) != after:
            self.windows.pop(note_id, None)
        self.texts[note_id] = after
        self.must |= words(after)

    def snapshot(self) -> "Model":
        """For comparing."""
        return copy.deepcopy(self)


def words(texts: Texts) -> set[str]:
    """What the fields say; each text of these histories occurs once."""
    return {texts[name] for name in FIELDS if texts.get(name)}  # type: ignore[misc]


def unseen_overwritten(before: Texts, after: Texts, batch: list[Sent]) -> list[str]:
    """Words that a batch wrote over although the device that wrote had not seen them."""
    own = {word for sent in batch for word in words(sent.item)}
    found = []
    for name in FIELDS:
        old, new = before.get(name), after.get(name)
        if not old or old == new or old in own:
            continue
        writers = [sent for sent in batch if name in sent.item and (sent.item[name] or None) == (new or None)]
        if not any(old in sent.seen for sent in writers):
            found.append(f"{name}: {old} was written over by {new}")
    return found
