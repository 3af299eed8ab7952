"""Which earlier statements of a page a block needs: those that make or change what it uses.

A backward slice. Names that hold parts of one another, such as a layer and its net, or an
optimizer and the net that it trains, are taken as one: what changes the one may change the
other. A name that is bound anew is another name. Printing is left out, and what is drawn
at random comes with its seed.
"""

import ast

from fences.blocks import Block
from standalone.statements import GLOBALS, Names, Statement, names_of, split_statements

Version = tuple[str, int]  # a name, and the number of the statement that bound it


def slice_page(blocks: list[Block], index: int, definitions: list[ast.stmt]):
    """What stands before block `index` and is needed by it.

    `definitions` are the functions and classes that the page imports from snippets.

    Returns:
        a list of `(Statement, source)`, in the order of the page, imports left out; and
        the names that the whole reads.
    """
    fences = [
        split_statements(block.source, block.line) for block in blocks[: index + 1]
    ]
    earlier = [statement for fence in fences[:-1] for statement in fence]
    own = fences[-1]
    names = names_of([s.node for s in [*earlier, *own]], definitions)
    chosen = _choose(earlier, own, names, _seeded(fences[:-1]))
    kept = [(earlier[number], _without_prints(earlier[number])) for number in chosen]
    kept = [(statement, source) for statement, source in kept if source]
    reads = set().union(*(s.reads for s, _ in kept), *(s.reads for s in own))
    return kept, reads


def _choose(
    earlier: list[Statement], own: list[Statement], names: Names, seeded
) -> list[int]:
    current: dict[str, int] = {}
    uses: list[set[Version]] = []
    touches: list[set[Version]] = []
    groups: dict[Version, set[Version]] = {}
    for number, statement in enumerate(earlier):
        before = dict(current)
        current |= dict.fromkeys(statement.binds, number)
        kept = statement.binds - statement.replaces
        uses.append({(name, before.get(name, -1)) for name in statement.reads | kept})
        flow, touched = _effects(statement, names)
        touches.append({(name, current.get(name, -1)) for name in touched})
        if not statement.is_import and not isinstance(statement.node, ast.ClassDef):
            held = {(name, before.get(name, -1)) for name in flow}
            held |= {(name, number) for name in statement.binds}
            held |= touches[-1] - {(GLOBALS, -1)}
            _unite(groups, {one for one in held if not one[0].startswith("<")})
    needed = {(GLOBALS, -1)}
    bound: frozenset[str] = frozenset()
    for statement in own:
        read = statement.reads - bound
        needed |= {(name, current.get(name, -1)) for name in read}
        bound |= statement.replaces
    chosen: set[int] = set()
    for number in range(len(earlier) - 1, -1, -1):
        statement = earlier[number]
        if statement.is_import:
            continue
        touched = touches[number].union(
            *(groups.get(one, ()) for one in touches[number])
        )
        bound = {(name, number) for name in statement.binds}
        if number in chosen or (touched | bound) & needed:
            chosen |= {number} | seeded[number]
            needed |= uses[number]
            if isinstance(statement.node, ast.FunctionDef):  # reads them when called
                needed |= {(name, current.get(name, -1)) for name in statement.reads}
    return sorted(chosen)


def _effects(statement: Statement, names: Names) -> tuple[set[str], set[str]]:
    """Of which names the statement's names may hold a part, and which it may change."""
    node = statement.node
    if statement.is_import or isinstance(node, ast.ClassDef):
        return set(), set()
    if isinstance(node, ast.FunctionDef):
        inside = ast.Module(node.body, type_ignores=[])
        changed = (names.touched(inside) | names.called(inside)) & statement.reads
        return changed, set()
    touched = names.touched(node)
    if not (isinstance(node, ast.Expr) and statement.last):
        touched |= names.called(node) if isinstance(node, ast.Expr) else set()
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        return (names.flow(node.value) if node.value else set()), touched
    if statement.binds:  # a loop, a with: what it binds may be part of all it reads
        return names.flow(node), touched
    return set(), touched


def _unite(groups: dict[Version, set[Version]], versions: set[Version]) -> None:
    whole = set(versions).union(*(groups.get(one, ()) for one in versions))
    for one in whole:
        groups[one] = whole


def _seeded(fences: list[list[Statement]]) -> dict[int, set[int]]:
    """For each statement, what must come with it so that it draws the same numbers."""
    found: dict[int, set[int]] = {}
    number = 0
    for fence in fences:
        since: set[int] = set()
        for statement in fence:
            if statement.seeds:
                since = {number}
            found[number] = set(since)
            if since and not statement.is_import and not statement.is_definition:
                since.add(number)
            number += 1
    return found


def _without_prints(statement: Statement) -> str:
    """The source of a statement, its calls of `print` left out."""
    prints = [
        node
        for node in ast.walk(statement.node)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "print"
    ]
    if statement.node in prints:
        return ""
    lines: list[str | None] = list(statement.source.split("\n"))
    offset = statement.node.end_lineno - len(lines)
    bodies = [
        body
        for node in ast.walk(statement.node)
        for body in (getattr(node, "body", None), getattr(node, "orelse", None))
        if isinstance(body, list) and body
    ]
    for node in prints:
        start, end = node.lineno - offset - 1, node.end_lineno - offset
        alone = any(node in body and all(x in prints for x in body) for body in bodies)
        indent = lines[start][: len(lines[start]) - len(lines[start].lstrip())]
        lines[start] = indent + "pass" if alone else None
        lines[start + 1 : end] = [None] * (end - start - 1)
    return "\n".join(line for line in lines if line is not None)
