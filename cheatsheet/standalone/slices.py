"""Which earlier statements of a page a block needs: those that make what it uses, and
those that change it.

A backward slice. Names that hold parts of one another, such as a layer and its net, or
an optimizer and the net that it trains, are taken as one: what changes the one may
change the other. A name that is bound anew is another name. Printing is left out, and
what is drawn at random comes with its seed.
"""

import ast
from collections.abc import Iterable, Sequence

from cheatsheet.blocks import Block
from cheatsheet.standalone.effects import GLOBALS, Names, effects_of, names_of
from cheatsheet.standalone.prints import without_prints
from cheatsheet.standalone.statements import ANY_FILE, Statement, calls, name_of, split_statements

Version = tuple[str, int]  # a name, and the number of the statement that bound it


class Slicer:
    """The fences of a page, and for each of them what it needs of those before it.

    `definitions` are the functions and classes that the page imports from snippets.
    """

    def __init__(self, blocks: list[Block], definitions: list[ast.stmt]):
        self.fences = [split_statements(one.source, one.line) for one in blocks]
        everything = [s.node for fence in self.fences for s in fence]
        self.names = names_of(everything, definitions)
        # What raises has done nothing that a reader should do again.
        self.earlier = [
            fence[:-1] if "raises" in block.flags else fence
            for block, fence in zip(blocks, self.fences, strict=True)
        ]
        self.seeded = _seeded(self.earlier, self.names)
        self.effects = [
            effects_of(statement, self.names)
            for fence in self.earlier
            for statement in fence
        ]

    def slice(self, index: int) -> tuple[list[tuple[Statement, str]], set[str]]:
        """What stands before fence `index` and is needed by it.

        Returns:
            a list of `(Statement, source)`, in the order of the page, imports left out;
            and the names that the whole reads.
        """
        earlier = [s for fence in self.earlier[:index] for s in fence]
        own = self.fences[index]
        kept = []
        for number in self._choose(earlier, own):
            if source := without_prints(earlier[number], self.names):
                kept.append((earlier[number], source))
        reads = set().union(*(s.reads for s, _ in kept), *(s.reads for s in own))
        return kept, reads

    def _choose(self, earlier: list[Statement], own: Sequence[Statement]) -> list[int]:
        history = History()
        uses, touches = [], []
        for number, statement in enumerate(earlier):
            does = self.effects[number]
            kept = statement.binds - statement.replaces
            uses.append(history.versions(statement.reads | kept))
            flow = history.versions(does.flow)
            bound = history.bind(number, statement, self.names)
            touches.append(history.versions(does.touched))
            history.unite(flow | bound)
            for link in does.links:
                history.unite(history.versions(link))
        needed = history.versions(_read(own)) | {(GLOBALS, -1)}
        chosen: set[int] = set()
        for number in range(len(earlier) - 1, -1, -1):
            statement = earlier[number]
            bound = {(name, number) for name in statement.binds}
            if statement.is_import:
                continue
            if number in chosen or (history.whole(touches[number]) | bound) & needed:
                chosen |= {number} | self.seeded[number]
                needed |= uses[number]
                if statement.is_definition:  # it reads them when it is called
                    needed |= history.versions(statement.reads)
        return sorted(chosen)


class History:
    """The versions of names, statement by statement, and which hold one another."""

    def __init__(self):
        self.current: dict[str, int] = {}
        self.groups: dict[Version, set[Version]] = {}
        self.plain: set[Version] = set()  # numbers, strings, devices: in no group

    def versions(self, names: Iterable[str]) -> set[Version]:
        names = set(names)
        if ANY_FILE in names:
            names |= {name for name in self.current if name.startswith("<file")}
        return {(name, self.current.get(name, -1)) for name in names}

    def bind(self, number: int, statement: Statement, names: Names) -> set[Version]:
        """Take note of what statement `number` binds; the versions that this makes."""
        bound = {(name, number) for name in statement.binds}
        node = statement.node
        if isinstance(node, ast.Assign) and names.is_plain(node.value, self._plain()):
            self.plain |= bound
        self.current |= dict.fromkeys(statement.binds, number)
        return bound

    def _plain(self) -> set[str]:
        return {
            name
            for name, number in self.current.items()
            if (name, number) in self.plain
        }

    def unite(self, versions: set[Version]) -> None:
        # Without files, and without names that no statement binds: those of a
        # comprehension.
        held = {one for one in versions if one[0][0] != "<" and one[1] >= 0}
        held -= self.plain
        whole = held.union(*(self.groups.get(one, ()) for one in held))
        for one in whole:
            self.groups[one] = whole

    def whole(self, versions: set[Version]) -> set[Version]:
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
