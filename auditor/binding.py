"""Find a rule's probe and hold the rule's parameters to the probe's signature. No tables read, nothing judged."""

import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast, get_type_hints

import msgspec

from auditor.model import AuditorError, Verdict
from auditor.views.reading import ViewOf

_PROBES = "auditor.probes"
_ENTRY_POINTS = "portfolio_auditor.probes"


class Binding(NamedTuple):
    """What a rule needs to be asked: its probe, the views that the probe wants, its parameters."""

    probe: Callable[..., Verdict]
    views: tuple[ViewOf[object, Any], ...]
    parameters: Mapping[str, Any]


def bind(name: str, reference: str, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Binding:
    """Check a rule's parameters against the signature of the probe that it refers to. Raises AuditorError."""
    probe = _probe(name, reference)
    views, wanted = _signature(name, probe)
    given = {key: _resolved(name, key, value, data) for key, value in parameters.items()}
    if unexpected := sorted(set(given) - set(wanted)):
        takes = ", ".join(wanted) or "none"
        raise AuditorError(f"rule {name}: probe {reference} takes no parameter {unexpected[0]!r}; it takes {takes}")
    required = {key for key, (_, is_required) in wanted.items() if is_required}
    if lacking := sorted(required - set(given)):
        raise AuditorError(f"rule {name}: probe {reference} needs the parameter {lacking[0]!r}")
    fitting = {key: converted(value, wanted[key][0], f"rule {name}, {key}") for key, value in given.items()}
    return Binding(probe, views, fitting)


def _probe(name: str, reference: str) -> Callable[..., Verdict]:
    module, colon, function = reference.partition(":")
    if not colon:
        raise AuditorError(f'rule {name}: the probe is written "module:function", not {reference!r}')
    found = getattr(_module(name, module), function, None)
    if not callable(found):
        raise AuditorError(f"rule {name}: there is no probe {reference!r}")
    return cast("Callable[..., Verdict]", found)


def _module(name: str, module: str) -> object:
    try:
        return importlib.import_module(f"{_PROBES}.{module}")
    except ModuleNotFoundError:
        return _plugin(name, module)


def _plugin(name: str, module: str) -> object:
    from importlib.metadata import entry_points  # noqa: PLC0415 - only for plug-ins, and slow to import

    for entry in entry_points(group=_ENTRY_POINTS, name=module):
        return cast("object", entry.load())
    raise AuditorError(f"rule {name}: no probes {module!r}, neither built in nor from an installed plug-in")


def _signature(
    name: str, probe: Callable[..., Verdict]
) -> tuple[tuple[ViewOf[object, Any], ...], dict[str, tuple[Any, bool]]]:
    hints = get_type_hints(probe)
    views: list[ViewOf[object, Any]] = []
    wanted: dict[str, tuple[Any, bool]] = {}
    for parameter in inspect.signature(probe).parameters.values():
        hint = hints.get(parameter.name)
        if parameter.kind is parameter.KEYWORD_ONLY:
            wanted[parameter.name] = (hint, parameter.default is parameter.empty)
        elif isinstance(hint, type) and callable(getattr(hint, "of", None)):
            views.append(cast("ViewOf[object, Any]", hint))
        else:
            raise AuditorError(f"rule {name}: the probe's parameter {parameter.name!r} is not a view")
    if not views:
        raise AuditorError(f"rule {name}: its probe asks for no view")
    return tuple(views), wanted


def _resolved(name: str, key: str, value: object, data: Mapping[str, Any]) -> object:
    if not (isinstance(value, str) and value.startswith("data:")):
        return value
    table = value.removeprefix("data:")
    if table not in data:
        raise AuditorError(f"rule {name}: {key} names data/{table}.toml, which does not exist")
    return data[table]


def converted(value: object, kind: Any, where: str) -> Any:  # noqa: ANN401 - the probe's annotation decides
    """Read a value as a type. Raises AuditorError, naming `where` it stands."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise AuditorError(f"{where}: {error}{_fields(kind, str(error))}") from None


def _fields(kind: Any, error: str) -> str:  # noqa: ANN401 - any type that a value is read as
    """Name the fields that there are where one is unknown at the top."""
    if "unknown field" not in error or " - at " in error or not hasattr(kind, "__struct_encode_fields__"):
        return ""
    return f"; there are {', '.join(kind.__struct_encode_fields__)}"
