"""What is wrong with calling a thing by a name of PyTorch, as the torch that is installed says."""

import inspect
import re

import torch

from cheatsheet.forms import names

SHORT = {"nn": "torch.nn", "F": "torch.nn.functional", "optim": "torch.optim"}
SAID = re.compile(r"This \w+ is (now )?deprecated|\.\. deprecated::")


def wrong(name: str) -> str:
    """Why a page should not use a name of PyTorch, with the cure; "" where it may."""
    first, *parts = name.split(".")
    owner, last = ".".join([SHORT.get(first, first), *parts[:-1]]), parts[-1]
    if any(re.match(r"_(?!_)", part) for part in parts):
        return "is not public; use a name that is."
    found = getattr(names.find(owner), last, None)  # not the module of the same name
    found = names.find(f"{owner}.{last}") if found is None else found
    if found is None and not hasattr(names.find(owner), last):
        if _set_by_init(owner, last):
            return ""
        return f"is not in torch {torch.__version__}; use what took its place."
    # torch marks the heir of a function as well, by the same words.
    advice = getattr(found, "__deprecated__", "")
    deprecated = advice and f"`{last}`" not in advice
    if deprecated or SAID.search(" ".join((getattr(found, "__doc__", None) or "").split())):
        return f"is deprecated; {advice or 'use what its documentation names instead.'}"
    return ""


def _set_by_init(owner: str, last: str) -> bool:
    try:
        return f"self.{last}" in inspect.getsource(names.find(owner))
    except (TypeError, OSError):
        return False
