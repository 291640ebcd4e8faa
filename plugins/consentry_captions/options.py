"""What a self-hoster may set about captions."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Options(BaseModel):
    """``plugins: captions:`` in the configuration. The model is chosen under ``speech:``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Annotated[str, Field(pattern=r"^(auto|[a-z]{2,3})$")] = "auto"
    """What is spoken (ISO 639), or ``auto``: the call's, else heard per participant."""
    partials: bool = True
    """Whether words show while somebody speaks, or only when the sentence is over."""
    partial_interval: Annotated[float, Field(ge=0.3, le=5)] = 0.8
    """Seconds of speech between two partial captions."""
    hotwords: bool = True
    """Whether the call's vocabulary helps to spell names and product words."""
