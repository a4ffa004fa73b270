"""Our dataclasses as plain lists, texts and numbers, and back: what is read can be wrong, but it is never executed.

Bytes go into a list beside it. A field is written only where it differs from its default. Everything is checked against
the field's type when it comes back, since the other end has been handling strangers' bytes.
"""

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

Encoder = Callable[[Any, list[bytes]], Any]
Decoder = Callable[[Any, list[bytes]], Any]


class MalformedFrame(Exception):
    """The other end sent something that is not one of our values."""


def _as_it_is(value: Any, _blobs: list[bytes]) -> Any:
    return value


@cache
def encoder(kind: Any) -> Encoder:
    """Turns a value of this type into something JSON can hold, and appends its bytes to a list."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if is_dataclass(kind):
        return _dataclass_encoder(typing.cast(type, kind))
    if origin is tuple:
        each = encoder(arguments[0])
        return lambda value, blobs: [each(item, blobs) for item in value]
    if origin in (types.UnionType, typing.Union):
        if type(None) in arguments:
            inner = encoder(_without_none(arguments))
            return lambda value, blobs: None if value is None else inner(value, blobs)
        encoders = {each: encoder(each) for each in arguments}
        return lambda value, blobs: [type(value).__name__, encoders[type(value)](value, blobs)]
    if origin in (dict, Mapping):
        return lambda value, _blobs: dict(value)
    if kind is bytes:
        return _put_aside
    if kind is datetime:
        return lambda value, _blobs: value.isoformat()
    if kind in (str, int, bool) or origin is Literal:
        return _as_it_is
    raise TypeError(f"{kind} does not go over the pipe")


def _put_aside(value: bytes, blobs: list[bytes]) -> int:
    blobs.append(value)
    return len(blobs) - 1


def _dataclass_encoder(kind: type) -> Encoder:
    hints = typing.get_type_hints(kind)
    parts = [(field.name, _default(field), encoder(hints[field.name])) for field in fields(kind)]

    def encode(value: Any, blobs: list[bytes]) -> dict[str, Any]:
        return {
            name: encode_field(given, blobs)
            for name, default, encode_field in parts
            if (given := getattr(value, name)) != default
        }

    return encode


def _default(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


@cache
def decoder(kind: Any) -> Decoder:
    """Turns what an encoder made back into a value of this type; raises ValueError or TypeError where it is not one."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if is_dataclass(kind):
        return _dataclass_decoder(typing.cast(type, kind))
    if origin is tuple:
        each = decoder(arguments[0])
        return lambda plain, blobs: tuple([each(item, blobs) for item in _checked(plain, list)])
    if origin in (types.UnionType, typing.Union):
        if type(None) in arguments:
            inner = decoder(_without_none(arguments))
            return lambda plain, blobs: None if plain is None else inner(plain, blobs)
        return _union_decoder({each.__name__: decoder(each) for each in arguments})
    if origin in (dict, Mapping):
        return _texts
    if origin is Literal:
        return lambda plain, _blobs: arguments[arguments.index(plain)]
    if kind is bytes:
        return lambda plain, blobs: blobs[_checked(plain, int)]
    if kind is datetime:
        return lambda plain, _blobs: datetime.fromisoformat(plain)
    if kind in (str, int, bool):
        return lambda plain, _blobs: _checked(plain, kind)
    raise TypeError(f"{kind} does not go over the pipe")


def _checked(plain: Any, kind: type) -> Any:
    if type(plain) is not kind:
        raise TypeError(f"{type(plain).__name__} where {kind.__name__} belongs")
    return plain


def _texts(plain: Any, _blobs: list[bytes]) -> dict[str, str]:
    return {name: _checked(value, str) for name, value in _checked(plain, dict).items()}


def _union_decoder(decoders: dict[str, Decoder]) -> Decoder:
    def decode(plain: Any, blobs: list[bytes]) -> Any:
        name, value = plain
        return decoders[name](value, blobs)

    return decode


def _dataclass_decoder(kind: type) -> Decoder:
    hints = typing.get_type_hints(kind)
    parts = {field.name: decoder(hints[field.name]) for field in fields(kind)}

    def decode(plain: Any, blobs: list[bytes]) -> Any:
        return kind(**{name: parts[name](value, blobs) for name, value in _checked(plain, dict).items()})

    return decode


def _without_none(arguments: tuple[Any, ...]) -> Any:
    rest = [each for each in arguments if each is not type(None)]
    if len(rest) != 1:
        raise TypeError("an optional value has one other type")
    return rest[0]
