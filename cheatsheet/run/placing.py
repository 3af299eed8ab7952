"""Which fences put tensors on the accelerator, as their code says.

On a run with an accelerator each of them must have memory there: that is what makes a
green run impossible that ran on the CPU.
"""

import ast

# A value that comes from one of these is an accelerator, where there is one.
SOURCES = {"try_gpu", "try_all_gpus", "current_accelerator"}
CUDA_TEST = "torch.cuda.is_available()"  # true on CUDA, false on any other accelerator
MOVES = {"to", "to_empty"}


def places_tensors(sources: list[str], device: str) -> list[bool]:
    """For each fence of a page, in order: does its code put tensors on the device?

    It does where it says `.to(device)`, `device=device` or `with device:`, and `device`
    comes from `try_gpu()` or its like, here or in a fence before.
    """
    if device == "cpu":
        return [False] * len(sources)
    tests = {CUDA_TEST} if device == "cuda" else set()
    devices: set[str] = set()
    found = []
    for source in sources:
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, (ast.Assign, ast.For)):
                value = node.value if isinstance(node, ast.Assign) else node.iter
                targets = (
                    node.targets if isinstance(node, ast.Assign) else [node.target]
                )
                names = {t.id for t in targets if isinstance(t, ast.Name)}
                if _is_device(value, devices, tests):
                    devices |= names
                else:
                    devices -= names
        found.append(any(_places(node, devices, tests) for node in ast.walk(tree)))
    return found


def _places(node: ast.AST, devices: set[str], tests: set[str]) -> bool:
    if isinstance(node, ast.withitem):
        return _is_device(node.context_expr, devices, tests)
    if not isinstance(node, ast.Call):
        return False
    named = [keyword.value for keyword in node.keywords if keyword.arg == "device"]
    if isinstance(node.func, ast.Attribute) and node.func.attr in MOVES:
        named += node.args[:1]
    return any(_is_device(value, devices, tests) for value in named)


def _is_device(value: ast.AST, devices: set[str], tests: set[str]) -> bool:
    """`device`, `try_gpu(1)`, `try_all_gpus()[-1]`, and a choice between them."""
    match value:
        case ast.Name(id=name):
            return name in devices
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name in SOURCES
        case ast.Subscript(value=inner):
            return _is_device(inner, devices, tests)
        case ast.BoolOp(values=values):
            return any(_is_device(one, devices, tests) for one in values)
        case ast.IfExp(test=test, body=body):
            return ast.unparse(test) in tests or _is_device(body, devices, tests)
    return False
