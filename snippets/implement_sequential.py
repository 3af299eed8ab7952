"""A Sequential of our own, and one that passes several inputs along."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn


class MySequential(nn.Module):
    """Run modules in order, each on the result of the one before.

    Named and saved as `nn.Sequential` does it: "0", "1", … Without modules, it
    returns its input.

    Raises:
        TypeError: an argument is not a module.
    """

    def __init__(self, *args: nn.Module) -> None:
        super().__init__()
        for i, module in enumerate(args):
            if not isinstance(module, nn.Module):
                raise TypeError(
                    f"argument {i} is not a module: {module!r}. Pass layers one by "
                    "one (*layers for a list), and instances (nn.ReLU(), not nn.ReLU)"
                )
            self.add_module(str(i), module)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        for module in self:
            X = module(X)
        return X

    def __iter__(self) -> Iterator[nn.Module]:
        # Not children(): it gives a module that stands at two places only once.
        return iter(self._modules.values())

    def __len__(self) -> int:
        return len(self._modules)

    def __getitem__(self, index: int) -> nn.Module:
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} is out of range: len(net) is {len(self)}")
        return list(self)[index]


class UnpackSequential(nn.Sequential):
    """A Sequential whose modules may take and return several values.

    Takes any number of inputs. A tuple that a module returns becomes the arguments
    of the next one.
    """

    def forward(self, *values: Any) -> Any:
        for module in self:
            result = module(*values)
            values = result if isinstance(result, tuple) else (result,)
        return values[0] if len(values) == 1 else values
