"""Which earlier statements of a page a block needs: those that make what it uses, and
those that change it.

A backward slice. Names that hold parts of one another, such as an optimizer and the net that it
trains, are taken as one. A name that is bound anew is another name. Printing is left out, and
what is drawn at random comes with its seed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cheatsheet.standalone.effects import GLOBALS, Names, effects_of, names_of
from cheatsheet.standalone.prints import without_prints
from cheatsheet.standalone.statements import ANY_FILE, Statement, calls, name_of

Version = tuple[str, int]  # a name, and the number of the statement that bound it


def slices(
    fences: list[Sequence[Statement]], raising: list[bool], definitions: list[Statement]
) -> Iterator[list[Statement]]:
    """For each fence of a page in turn, the statements before it that it needs, without imports
    and prints; `raising` says which fences are meant to, `definitions` what snippets give.
    """
    names = names_of([*definitions, *(one for fence in fences for one in fence)])
    history = History(names)
    for fence, raises in zip(fences, raising, strict=True):
        silent = [without_prints(one, names) for one in history.needed_by(fence)]
        yield [statement for statement in silent if statement.source]
        # What raises has done nothing that a reader should do again.
        history.add(fence[:-1] if raises else fence)


@dataclass(frozen=True)
class Step:
    """A statement that has run, and the versions of names that it has to do with."""

    statement: Statement
    uses: set[Version]
    binds: set[Version]
    touches: set[Version]
    seeds: set[int]  # the numbers of the steps without which it draws other numbers


class History:
    """What has run so far, step by step, and which versions of names hold parts of one
    another."""

    def __init__(self, names: Names):
        self.names = names
        self.steps: list[Step] = []
        self.current: dict[str, int] = {}
        self.groups: dict[Version, set[Version]] = {}

    def add(self, fence: Sequence[Statement]) -> None:
        """Take note of the fence that runs next."""
        since: set[int] = set()  # its last seed, and what has drawn from that
        for statement in fence:
            number, seeds = len(self.steps), set()
            if any(name_of(one.func) == "manual_seed" for one in calls(statement.node)):
                since = {number}
            elif since and not statement.is_definition and self.names.draws(statement.node):
                seeds = set(since)
                since.add(number)
            self._add(statement, seeds)

    def _add(self, statement: Statement, seeds: set[int]) -> None:
        number, does = len(self.steps), effects_of(statement, self.names)
        kept = statement.binds - statement.replaces
        uses = self._versions(self._with_calls(statement.reads | kept))
        flow = self._versions(does.flow)
        # What it reads and changes, perhaps to bind it anew, and what it binds and changes.
        touches = self._versions(does.touched & statement.reads)
        self.current |= dict.fromkeys(statement.binds, number)
        touches |= self._versions(does.touched)
        binds = {(name, number) for name in statement.binds}
        self._unite(flow | binds)
        for link in does.links:
            self._unite(self._versions(link))
        self.steps.append(Step(statement, uses, binds, touches, seeds))

    def needed_by(self, fence: Sequence[Statement]) -> list[Statement]:
        """The statements that must run before a fence, imports left out."""
        reads: set[str] = set()
        bound: set[str] = set()
        for statement in fence:
            reads |= statement.reads - bound
            bound |= statement.replaces
        needed = self._versions(self._with_calls(reads)) | {(GLOBALS, -1)}
        chosen: set[int] = set()
        for number, step in reversed([*enumerate(self.steps)]):
            if step.statement.is_import:
                continue
            if number in chosen or (self._whole(step.touches) | step.binds) & needed:
                chosen |= {number} | step.seeds
                needed |= step.uses
        return [self.steps[number].statement for number in sorted(chosen)]

    def _with_calls(self, names: Iterable[str]) -> set[str]:
        """The names, and what functions among them read when they are called."""
        found: set[str] = set()
        left = set(names)
        while left:
            found |= left
            bound = [self.steps[self.current[n]].statement for n in left & self.current.keys()]
            left = set().union(*(one.reads for one in bound if one.is_definition)) - found
        return found

    def _versions(self, names: Iterable[str]) -> set[Version]:
        names = set(names)
        if ANY_FILE in names:
            names |= {name for name in self.current if name.startswith("<file")}
        if any(name.startswith("<file") for name in names):
            names.add(ANY_FILE)
        return {(name, self.current.get(name, -1)) for name in names}

    def _unite(self, versions: set[Version]) -> None:
        # Without files, and without names that no statement binds: those of a
        # comprehension.
        held = {one for one in versions if one[0][0] != "<" and one[1] >= 0}
        whole = self._whole(held)
        for one in whole:
            self.groups[one] = whole

    def _whole(self, versions: set[Version]) -> set[Version]:
        """The versions, and all that hold parts of them or are parts of them."""
        return versions.union(*(self.groups.get(one, ()) for one in versions))
