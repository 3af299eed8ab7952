"""Blocks inside blocks, and replacing layers wherever they are nested."""

from collections.abc import Callable

from torch import nn


def block1() -> nn.Sequential:
    """Return two linear layers, each followed by a ReLU.

    Shapes: `(batch, 4)`, inside `(batch, 8)`, and `(batch, 4)` again.
    """
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4), nn.ReLU())


def block2() -> nn.Sequential:
    """Return four blocks in a row, named `block 0` to `block 3`.

    Shapes: `(batch, 4)` in, `(batch, 4)` out.
    """
    net = nn.Sequential()
    for i in range(4):
        net.add_module(f"block {i}", block1())
    return net


def replace_modules(
    net: nn.Module,
    old_type: type[nn.Module],
    factory: Callable[[nn.Module], nn.Module],
) -> list[str]:
    """Replace every module of a type inside `net`, in place; return their paths.

    `factory` gets the old module and returns the new one, which takes over its
    training mode. A module used at several places becomes one new module there.

    Raises:
        ValueError: `net` itself is of that type; nothing holds it, so nothing
            could hold its replacement.
    """
    if isinstance(net, old_type):
        raise ValueError(
            f"net is itself a {type(net).__name__}: it cannot be replaced inside "
            "itself, use net = factory(net)"
        )
    new_modules: dict[nn.Module, nn.Module] = {}
    paths: list[str] = []
    # A list, since the tree changes during the loop; duplicates, since a shared
    # module must be replaced at each of its places.
    for path, module in list(net.named_modules(remove_duplicate=False)):
        # What is inside a replaced module left the net, or lives in its wrapper.
        inside = any(path.startswith(f"{done}.") for done in paths)
        if isinstance(module, old_type) and not inside:
            if module not in new_modules:
                new_modules[module] = factory(module).train(module.training)
            net.set_submodule(path, new_modules[module])
            paths.append(path)
    return paths
