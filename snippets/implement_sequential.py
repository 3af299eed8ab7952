"""A Sequential that passes several inputs along."""

from typing import Any

from torch import nn


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
