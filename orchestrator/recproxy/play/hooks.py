"""The hooks of a profile, loaded into its proxy: each one guarded, so that what it raises fails one request.

Loaded in the forked process, and only where a profile names some: from what is installed beside recproxy, or from the
project's own folders, which are looked through first while a hook is loaded and last from then on.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any

from recproxy.config.profile import HookNames
from recproxy.control.shown_paths import shown_path
from recproxy.errors import HookError
from recproxy.hooks import Compare, Interaction, Redact, Request, Respond, Response, Sign
from recproxy.http import NOT_RECORDED
from recproxy.lazy.dataclass import dataclass
from recproxy.recording import WILD
from recproxy.redaction.rules import RedactionRules, Unsafe

if TYPE_CHECKING:
    from recproxy.redaction.earlier_values import EarlierValues

__all__ = ["NO_HOOKS", "Hooks", "load_hooks"]

#: Characters of a hook's own message that are shown: it may contain a whole body.
_LONGEST = 200
_GIVES: dict[str, tuple[type, ...]] = {
    "compare": (Request,),
    "respond": (Response, type(None)),
    "redact": (Interaction,),
    "sign": (Request,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """The hooks of one profile, None where there is none. Each raises HookError, and nothing else."""

    compare: Compare | None = None
    respond: Respond | None = None
    redact: Redact | None = None
    sign: Sign | None = None

    def hide(self, interaction: Interaction) -> Interaction:
        """An interaction that the rules have redacted, with what the hook takes out. Raises HookError."""
        if self.redact is None:
            return interaction
        hidden = self.redact(interaction)
        request, response = hidden.request, hidden.response
        if response.body != interaction.response.body:
            response = replace(response, chunks=())
        return replace(
            interaction,
            request=replace(request, wild=interaction.request.wild),
            response=replace(response, wild=interaction.response.wild),
        )

    def show(self, request: Request, rules: RedactionRules, earlier: EarlierValues | None = None) -> Request:
        """A live request as it may be shown: redacted by the rules and the hook, or without all that it says.

        `earlier` are the values that scopes of the run have shown.
        """
        from recproxy.redaction.scope import redact_request  # noqa: PLC0415 - a replay without a miss shows none

        clean = redact_request(request, rules, earlier)
        if self.redact is None:
            return clean
        asked = Interaction(request=replace(clean, wild=WILD), response=Response(status=NOT_RECORDED))
        try:
            return replace(self.redact(asked).request, wild=None)
        except HookError:
            scheme, mark, rest = clean.url.partition("://")
            return Request(method=clean.method, url=f"{scheme}{mark}{rest.partition('/')[0]}/XXX", wild=None)


_SOME = Interaction(request=Request(method="GET", url="/"), response=Response(status=200))
#: Of a profile that names none.
NO_HOOKS = Hooks()


def load_hooks(profile: str, names: HookNames, rules: RedactionRules) -> Hooks:
    """The hooks of a profile; `rules` redact what an exception says.

    Raises:
        HookError: one cannot be loaded, or is no function; the message says where it is named.
    """
    loaded = {kind: _load(kind, target, names, rules) for kind, target in names.named().items()}
    return Hooks(**{kind: _guarded(profile, kind, function, rules) for kind, function in loaded.items()})


def _load(kind: str, target: str, names: HookNames, rules: RedactionRules) -> Callable[..., Any]:
    module, _, name = target.partition(":")
    named = f"{shown_path(names.places.get(kind, 'profile'))}: hooks.{kind} {target!r}"
    try:
        function = getattr(_imported(module, names.folders), name, None)
    except (Exception, SystemExit) as problem:  # noqa: BLE001 - whatever a module raises is its own
        where = _line(problem.__traceback__, None)
        if isinstance(problem, SyntaxError) and problem.filename:
            where = f"{problem.filename}:{problem.lineno}"
        at = f" at {where}" if where and not isinstance(problem, ModuleNotFoundError) else ""
        raise HookError(f"{named} cannot be imported{at}: {_message_of(problem, rules)}") from None
    if not callable(function):
        raise HookError(f"{named}: module {module!r} has no function {name!r}")
    if inspect.iscoroutinefunction(function):
        raise HookError(f"{named} is a coroutine: a hook is a plain function")
    loaded: Callable[..., Any] = function
    return loaded


def _imported(module: str, folders: Sequence[str]) -> object:
    sys.path[:0] = folders
    importlib.invalidate_caches()
    try:
        return importlib.import_module(module)
    finally:
        for folder in folders:
            sys.path.remove(folder)
        sys.path.extend(folder for folder in folders if folder not in sys.path)


def _guarded(profile: str, kind: str, function: Callable[..., Any], rules: RedactionRules) -> Callable[..., Any]:
    code = getattr(function, "__code__", None)
    file = code.co_filename if code is not None else None

    def hook(*values: Any) -> Any:
        try:
            given = function(*values)
        except (Exception, SystemExit) as problem:  # noqa: BLE001 - it fails its request, not the proxy
            where = _line(problem.__traceback__, file) or function
            said = _message_of(problem, _with_secrets_of(values, rules))
            raise HookError(f"hook {kind} of profile {profile!r} raised at {where}: {said}") from None
        if not isinstance(given, _GIVES[kind]):
            wanted = _GIVES[kind][0].__name__
            where = f"{file}:{code.co_firstlineno}" if code is not None else function
            raise HookError(
                f"hook {kind} of profile {profile!r}, {where}, returned {type(given).__name__}, not {wanted}"
            )
        return given

    return hook


def _line(traceback: TracebackType | None, file: str | None) -> str:
    """Where it was raised: the innermost line in the hook's file, else the innermost of all, ours left out."""
    places: list[tuple[str, int]] = []
    while traceback is not None:
        places.append((traceback.tb_frame.f_code.co_filename, traceback.tb_lineno))
        traceback = traceback.tb_next
    outside = [place for place in places if place[0] != __file__ and not place[0].startswith("<")]
    own = [place for place in outside if place[0] == file]
    return "{}:{}".format(*(own or outside)[-1]) if outside else ""


def _message_of(problem: BaseException, rules: RedactionRules) -> str:
    """An exception in one line, redacted and then cut: half a secret is none that the rules know."""
    from recproxy.redaction.scope import redact_text  # noqa: PLC0415 - few hooks fail

    text = redact_text(" ".join(str(problem).split()), rules)
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__


def _with_secrets_of(values: Sequence[object], rules: RedactionRules) -> RedactionRules:
    """Rules that also know what is secret in a hook's arguments: in an exception it stands without its name."""
    from recproxy.redaction.pipeline import redact  # noqa: PLC0415 - few hooks fail

    found: list[bytes] = []
    for value in values:
        asked = value if isinstance(value, Interaction) else _SOME
        if isinstance(value, Request):
            asked = replace(_SOME, request=value)
        elif isinstance(value, Response):
            asked = replace(_SOME, response=value)
        with contextlib.suppress(Unsafe):  # then nothing is shown of the body, which no repr holds
            found += (each.value for each in redact(asked, rules).findings)
    return replace(rules, values=(*rules.values, *found))
