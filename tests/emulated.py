"""An accelerator of two devices, emulated: `emulated:0` and `emulated:1`.

It proves on any machine what the CPU alone cannot: that code moves its data, and
reports the right device. It proves nothing of a GPU's numbers, speed or memory, and no
run on it counts as a run on a GPU.

How: PyTorch's spare backend, PrivateUse1. A storage there is empty and carries a real
one of the CPU. What PyTorch does not make from other operations comes to `_run`, which
lets the CPU do it. For C++ all these tensors are on device 0, for Python on the device
that is written into their storage.
"""

import contextlib
from collections import Counter
from types import SimpleNamespace

import torch
from torch import Tensor, nn
from torch._C import _acc
from torch.utils._pytree import tree_iter, tree_map_only
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

NAME = "emulated"
COUNT = 2
CPU = torch.device("cpu")
CPU_KERNEL = torch._C.DispatchKeySet(torch._C.DispatchKey.CPU)
COMPOSITE = ("CompositeExplicitAutograd", "CompositeExplicitAutogradNonFunctional")
AUTOCAST = torch._C.DispatchKeySet(torch._C.DispatchKey.AutocastPrivateUse1)
# What autocast computes in its own type, and what in float32: as on CUDA, but few.
LOWER = ["linear", "matmul", "mm", "bmm", "addmm", "conv1d", "conv2d"]
FLOAT32 = ["mse_loss", "l1_loss", "cross_entropy_loss", "softmax.int", "log_softmax.int"]
FLOAT32 += ["layer_norm", "norm.Scalar"]
# The operations that may take tensors of several devices.
CROSSING = {"copy_", "_copy_from", "_foreach_copy_", "_index_put_impl_"}
CROSSING |= {"index", "index_put_", "_unsafe_index"}

allocations = Counter()  # how many storages each device has given
_library = torch.library.Library("_", "IMPL")
_aten_library = torch.library.Library("aten", "IMPL")
_device_in_cpp = Tensor.device
_to_in_cpp = Tensor.to
_apply_of_modules = nn.Module._apply
_storage_device_in_cpp = torch.UntypedStorage.device
_storage_to_in_cpp = torch.UntypedStorage.to


class _Hooks(_acc.PrivateUse1Hooks):
    def is_built(self) -> bool:
        return True

    def is_available(self) -> bool:
        return True

    def has_primary_context(self, index: int) -> bool:
        return True


class _Guard(_acc.DeviceGuard):
    def type_(self):
        return torch._C._autograd.DeviceType.PrivateUse1


class _Module:
    """`torch.emulated`: what PyTorch asks a backend in Python."""

    is_available = is_initialized = staticmethod(lambda: True)
    _is_in_bad_fork = staticmethod(lambda: False)
    device_count = staticmethod(lambda: COUNT)
    current_device = staticmethod(lambda: 0)
    device = staticmethod(lambda index: contextlib.nullcontext())
    synchronize = empty_cache = staticmethod(lambda device=None: None)
    memory_stats = staticmethod(lambda index: {"allocation.all.allocated": allocations[index]})
    # Draws come from the CPU's generator, which PyTorch seeds beside this.
    manual_seed_all = staticmethod(lambda seed: None)
    get_amp_supported_dtype = staticmethod(lambda: [torch.float16, torch.bfloat16])
    get_device_properties = staticmethod(
        lambda device=None: SimpleNamespace(name="emulated", total_memory=2**30)
    )


def install() -> None:
    """Give this process the emulated accelerator. There is no way back."""
    _setup_privateuseone_for_python_backend(NAME, _Module, _Hooks(), _Guard())
    _library.fallback(_run, "PrivateUse1")
    # What PyTorch would make from others, or from its out= form: there the index of the
    # device gets lost.
    for name in torch._C._dispatch_get_all_op_names():
        if name.startswith("aten::") and any(
            torch._C._dispatch_has_kernel_for_dispatch_key(name, key) for key in COMPOSITE
        ):
            _implement(name.removeprefix("aten::"), _run)
    for name in ("source_Storage", "source_Storage_storage_offset", "source_Tensor"):
        _implement(f"set_.{name}", _share)
    _library.fallback(torch.library.fallthrough_kernel, "AutocastPrivateUse1")
    for name in LOWER:
        _autocast(name, lambda: torch.get_autocast_dtype(NAME))
    for name in FLOAT32:
        _autocast(name, lambda: torch.float32)
    Tensor.device = property(device_of)
    Tensor.to = _to
    torch.UntypedStorage.device = property(_device_of_storage)
    torch.UntypedStorage.clone = _clone_storage
    torch.UntypedStorage.to = _storage_to
    # There is nothing to wait for and nothing to give back.
    torch.accelerator.synchronize = torch.accelerator.empty_cache = _Module.synchronize
    nn.Module._apply = _apply


def device_of(tensor: Tensor) -> torch.device:
    """The device of any tensor, with the right index."""
    if not _is_here(tensor):
        return _device_in_cpp.__get__(tensor)
    return torch.device(NAME, tensor.untyped_storage().index)


def _is_here(tensor: Tensor) -> bool:
    return _kind(tensor) == NAME


def _implement(name: str, kernel) -> None:
    packet, _, overload = name.partition(".")
    op = getattr(getattr(torch.ops.aten, packet), overload or "default")
    if any(r.alias_info and not r.alias_info.is_write for r in op._schema.returns):
        return  # a view has the storage of its base, and so its device

    def implementation(*args, **kwargs):
        return kernel(op, *args, **kwargs)

    _aten_library.impl(op, implementation, "PrivateUse1")


def _autocast(name: str, dtype) -> None:
    """Let autocast give an operation its tensors of floats in another type."""
    packet, _, overload = name.partition(".")
    op = getattr(getattr(torch.ops.aten, packet), overload or "default")

    def implementation(*args, **kwargs):
        def cast(tensor: Tensor) -> Tensor:
            floats = tensor.is_floating_point() and tensor.dtype != torch.float64
            return tensor.to(dtype()) if floats else tensor

        with torch._C._ExcludeDispatchKeyGuard(AUTOCAST):
            args, kwargs = tree_map_only(Tensor, cast, (args, kwargs))
            return op(*args, **kwargs)

    _aten_library.impl(op, implementation, "AutocastPrivateUse1")


def _run(op, *args, **kwargs):
    """Let the CPU run an operation, and give the results the right device."""
    given = [t for t in tree_iter((args, kwargs)) if isinstance(t, Tensor)]
    home = _common_device(op, given)
    target = kwargs.get("device")
    target = home if target is None else torch.device(target)
    if kwargs.get("device") is not None:
        kwargs = kwargs | {"device": CPU if target.type == NAME else target}
        kwargs.pop("pin_memory", None)
    pairs = [(tensor, on_cpu(tensor)) for tensor in given if _is_here(tensor)]
    twin = {id(tensor): cpu for tensor, cpu in pairs}
    args, kwargs = tree_map_only(
        Tensor, lambda tensor: twin.get(id(tensor), tensor), (args, kwargs)
    )
    results = op(*args, **kwargs)
    for tensor, cpu in pairs:  # in place and out=: the sizes may be others now
        if tensor.shape != cpu.shape or tensor.stride() != cpu.stride():
            _fit(tensor, cpu, device_of(tensor).index)

    def give_device(result: Tensor) -> Tensor:
        if target.type != NAME:
            return result
        for tensor, cpu in pairs:
            if result is cpu:
                return tensor
        for tensor, cpu in pairs:
            if result.untyped_storage()._cdata == cpu.untyped_storage()._cdata:
                return torch.ops.aten.as_strided.default.redispatch(
                    CPU_KERNEL,
                    tensor,
                    result.shape,
                    result.stride(),
                    result.storage_offset(),
                )
        return _adopt(result, target.index or 0)

    return tree_map_only(Tensor, give_device, results)


def _common_device(op, tensors: list[Tensor]) -> torch.device:
    """The device of an operation's tensors.

    Raises:
        RuntimeError: they are on several, in the words that CUDA has for it.
    """
    name = op._schema.name.removeprefix("aten::")
    devices = {device_of(t): None for t in tensors if _is_here(t) or t.dim() > 0}
    devices = list(devices) or [device_of(t) for t in tensors[:1]] or [CPU]
    if len(devices) > 1 and name not in CROSSING and name != "_to_copy":
        raise RuntimeError(
            "Expected all tensors to be on the same device, but found at least two "
            f"devices, {devices[0]} and {devices[1]}! (when checking in method {name})"
        )
    if name in ("copy_", "_foreach_copy_"):
        return device_of(tensors[0])
    return next((one for one in devices if one.type == NAME), devices[0])


def on_cpu(tensor: Tensor) -> Tensor:
    """The tensor of the CPU that holds the values of an emulated one."""
    cpu = torch.empty(0, dtype=tensor.dtype, device=CPU)
    storage = tensor.untyped_storage().payload
    return cpu.set_(storage, tensor.storage_offset(), tensor.shape, tensor.stride())


def _adopt(cpu: Tensor, index: int) -> Tensor:
    """An emulated tensor with the storage of a new one of the CPU."""
    if index >= COUNT:
        raise RuntimeError(f"there is no {NAME}:{index}; this machine has {COUNT}")
    allocations[index] += cpu.untyped_storage().nbytes() > 0
    tensor = _acc.create_empty_tensor((0,), cpu.dtype)
    _fit(tensor, cpu, index)
    return tensor


def _fit(tensor: Tensor, cpu: Tensor, index: int) -> None:
    """Let an emulated tensor be its twin on the CPU: storage, sizes, strides."""
    storage = tensor.untyped_storage()
    payload = cpu.untyped_storage()
    if storage.data_ptr() != payload.data_ptr() or not hasattr(storage, "payload"):
        storage = torch._C._construct_storage_from_data_pointer(
            payload.data_ptr(), torch.device(NAME, 0), payload.nbytes()
        )
        storage.payload, storage.index = payload, index
    op = torch.ops.aten.set_.source_Storage_storage_offset
    _share(op, tensor, storage, cpu.storage_offset(), cpu.shape, cpu.stride())


def _share(op, tensor: Tensor, *args, **kwargs) -> Tensor:
    """`set_`: nothing to compute, only a storage to take over."""
    return op.redispatch(CPU_KERNEL, tensor, *args, **kwargs)


def _to(tensor: Tensor, *args, **kwargs) -> Tensor:
    """`Tensor.to`. From emulated:1 to emulated:0, C++ sees no difference."""
    asked = {name: value for name, value in kwargs.items() if name != "copy"}
    wanted = torch._C._nn._parse_to(*args, **asked)[0] if args or asked else None
    stays = wanted is None or wanted.type != NAME or not _is_here(tensor)
    if not stays and device_of(tensor).index != (wanted.index or 0):
        tensor = _to_in_cpp(tensor, CPU)
    return _to_in_cpp(tensor, *args, **kwargs)


def _apply(module: nn.Module, fn, recurse: bool = True) -> nn.Module:
    """`Module._apply`, which moves a module: as on a GPU, it keeps its parameters.

    For C++ the CPU and this device are too different for that, so they are swapped.
    """
    devices = {_kind(p) for p in module._parameters.values() if p is not None}
    crosses = devices | {_kind(fn(torch.empty(0)))} == {"cpu", NAME}
    before = torch.__future__.get_swap_module_params_on_conversion()
    torch.__future__.set_swap_module_params_on_conversion(crosses)
    try:
        return _apply_of_modules(module, fn, recurse)
    finally:
        torch.__future__.set_swap_module_params_on_conversion(before)


def _kind(tensor: Tensor) -> str:
    return _device_in_cpp.__get__(tensor).type


def _device_of_storage(storage: torch.UntypedStorage) -> torch.device:
    device = _storage_device_in_cpp.__get__(storage)
    return torch.device(NAME, storage.index) if device.type == NAME else device


def _storage_to(storage: torch.UntypedStorage, *, device, non_blocking=False):
    """`UntypedStorage.to`, for `torch.load`: only a tensor brings a storage here."""
    device = torch.device(device)
    if device.type != NAME or storage.device.type == NAME:
        return _storage_to_in_cpp(storage, device=device, non_blocking=non_blocking)
    cpu = torch.empty(0, dtype=torch.uint8).set_(storage).clone()
    return _adopt(cpu, device.index or 0).untyped_storage()


def _clone_storage(storage: torch.UntypedStorage) -> torch.UntypedStorage:
    """`UntypedStorage.clone`, for `copy.deepcopy`."""
    if storage.device.type != NAME:
        return type(storage)(storage.nbytes(), device=storage.device).copy_(storage)
    cpu = torch.empty(0, dtype=torch.uint8).set_(storage.payload).clone()
    return _adopt(cpu, storage.index).untyped_storage()
