"""What sections of consentry.yaml are made of: their base, and the kinds of values in them."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$")


class Section(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


def _web_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        named = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        named = False
    if not named:
        raise ValueError("must start with https:// (or http://) and name a host")
    if parts.username or parts.password:
        raise ValueError("must hold no user name or password")
    if parts.query or parts.fragment:
        raise ValueError("must have no ? or #")
    return text.rstrip("/")


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise ValueError("must be a language code such as en, nl or pt-BR (BCP 47)")
    return text


WebUrl = Annotated[str, Field(max_length=2000), AfterValidator(_web_url)]
Language = Annotated[
    str, Field(json_schema_extra={"pattern": _LANGUAGE.pattern}), AfterValidator(_language)
]
Port = Annotated[int, Field(ge=0, le=65535)]
Host = Annotated[str, Field(min_length=1, max_length=253)]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""
Term = Annotated[str, Field(min_length=1, max_length=64)]
Address = Annotated[str, Field(min_length=1, max_length=500)]
