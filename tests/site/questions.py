"""The questions that people ask in public, as questions.<language>.yml lists them."""

import functools
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Question:
    """`types` is what goes into the search; `answers` are sections, as "page" or "page#id".
    `raises`, where there is any, is a program that raises the error that is typed."""

    asks: str
    types: str
    link: str
    answers: tuple[str, ...]
    raises: str = ""


@functools.cache
def questions(language: str) -> tuple[Question, ...]:
    file = Path(__file__).with_name(f"questions.{language}.yml")
    rows = yaml.safe_load(file.read_text(encoding="utf-8"))
    return tuple(Question(**row | {"answers": tuple(row["answers"])}) for row in rows)
