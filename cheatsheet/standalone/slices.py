"""Which earlier statements of a page a block needs: those that make what it uses, and
those that change it.

A backward slice. Names that hold parts of one another, such as a layer and its net, or
an optimizer and the net that it trains, are taken as one: what changes the one may
change the other. A name that is bound anew is another name. Printing is left out, and
what is drawn at random comes with its seed.
"""

from collections.abc import Iterable, Iterator, Sequence

from cheatsheet.standalone.effects import GLOBALS, Names, effects_of, names_of
from cheatsheet.standalone.prints import without_prints
from cheatsheet.standalone.statements import ANY_FILE, Statement, calls, name_of

Version = tuple[str, int]  # a name, and the number of the statement that bound it


def slices(
    fences: list[Sequence[Statement]],
    raising: list[bool],
    definitions: list[Statement],
) -> Iterator[tuple[list[tuple[Statement, str]], set[str]]]:
    """For each fence of a page in turn, what stands before it and is needed by it.

    Args:
        fences: their statements.
        raising: which of them are meant to raise.
        definitions: the functions and classes that the page imports from snippets.

    Yields:
        a list of `(Statement, source)`, in the order of the page, imports left out; and
        the names that the whole reads.
    """
    names = names_of([*definitions, *(s for fence in fences for s in fence)])
    # What raises has done nothing that a reader should do again.
    pairs = zip(fences, raising, strict=True)
    earlier = [fence[:-1] if raises else fence for fence, raises in pairs]
    seeded = _seeded(earlier, names)
    history = History(names)
    for own, done in zip(fences, earlier, strict=True):
        needed = [history.statements[n] for n in history.needed_by(own, seeded)]
        sources = [(one, without_prints(one, names)) for one in needed]
        kept = [(one, source) for one, source in sources if source]
        yield kept, set().union(*(s.reads for s, _ in kept), *(s.reads for s in own))
        for statement in done:
            history.add(statement)


class History:
    """What has run so far: the versions of names, statement by statement, and which of
    them hold parts of one another."""

    def __init__(self, names: Names):
        self.names = names
        self.statements: list[Statement] = []
        self.current: dict[str, int] = {}
        self.groups: dict[Version, set[Version]] = {}
        self._uses: list[set[Version]] = []
        self._touches: list[set[Version]] = []

    def add(self, statement: Statement) -> None:
        """Take note of the statement that runs next."""
        number, does = len(self.statements), effects_of(statement, self.names)
        kept = statement.binds - statement.replaces
        self._uses.append(self._versions(self._with_calls(statement.reads | kept)))
        flow = self._versions(does.flow)
        # What it reads and changes, perhaps to bind it anew, and what it binds and changes.
        touched = self._versions(does.touched & statement.reads)
        self.current |= dict.fromkeys(statement.binds, number)
        self._touches.append(touched | self._versions(does.touched))
        self._unite(flow | {(name, number) for name in statement.binds})
        for link in does.links:
            self._unite(self._versions(link))
        self.statements.append(statement)

    def needed_by(self, own: Sequence[Statement], seeded: list[set[int]]) -> list[int]:
        """The numbers of the statements that must run before `own`."""
        needed = self._versions(self._with_calls(_read(own))) | {(GLOBALS, -1)}
        chosen: set[int] = set()
        for number in range(len(self.statements) - 1, -1, -1):
            statement = self.statements[number]
            if statement.is_import:
                continue
            does = self._whole(self._touches[number])
            does |= {(name, number) for name in statement.binds}
            if number in chosen or does & needed:
                chosen |= {number} | seeded[number]
                needed |= self._uses[number]
        return sorted(chosen)

    def _with_calls(self, names: Iterable[str]) -> set[str]:
        """The names, and what functions among them read when they are called."""
        found: set[str] = set()
        left = set(names)
        while left:
            found |= left
            bound = {self.current[name] for name in left if name in self.current}
            functions = [n for n in bound if self.statements[n].is_definition]
            left = {r for n in functions for r in self.statements[n].reads} - found
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


def _read(statements: Sequence[Statement]) -> set[str]:
    """What a fence reads of what stands before it."""
    reads: set[str] = set()
    bound: frozenset[str] = frozenset()
    for statement in statements:
        reads |= statement.reads - bound
        bound |= statement.replaces
    return reads


def _seeded(fences: list[Sequence[Statement]], names: Names) -> list[set[int]]:
    """For each statement, what must come with it so that it draws the same numbers."""
    found: list[set[int]] = []
    for fence in fences:
        since: set[int] = set()
        for statement in fence:
            number = len(found)
            draws = not statement.is_definition and names.draws(statement.node)
            if any(name_of(one.func) == "manual_seed" for one in calls(statement.node)):
                since = {number}
                draws = False
            found.append(set(since) if draws else set())
            if since and draws:
                since.add(number)
    return found
