"""What a slice declares of itself, in its `feature.py`; everything that asks about slices reads it there."""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from fastapi import APIRouter
from sqlalchemy import ColumnElement

from pazpaz.core.base.config import Settings
from pazpaz.core.db.entity import Entity
from pazpaz.core.work.handlers import Handler, Sweep


@dataclass(frozen=True, eq=False)
class Exported:
    """One pair of files of an export: the entity's own fields, then `more` columns of its table; of rows `only`."""

    name: str
    entity: Entity[Any]
    more: tuple[str, ...] = ()
    only: ColumnElement[bool] | None = None

    @cached_property
    def fields(self) -> tuple[str, ...]:
        return (*(item.name for item in fields(self.entity.row)), *self.more)


@dataclass(frozen=True, eq=False, kw_only=True)
class Feature:
    """A slice as the application sees it.

    `pages` are for people and stay outside of the API's description. Of `exported`, what refers stands before
    what it refers to.
    """

    name: str
    settings: type[Settings] = Settings
    routers: tuple[APIRouter, ...] = ()
    pages: tuple[APIRouter, ...] = ()
    handlers: tuple[Handler, ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    exported: tuple[Exported, ...] = ()
