"""Which languages there are, as mkdocs.yml says it, and what must agree with it."""

import shutil
from pathlib import Path

import pytest
from mkdocs.utils.yaml import yaml_load

from cheatsheet.source import SourceError
from cheatsheet.words.languages import read_languages
from cheatsheet.words.settings import read_settings

ROOT = Path(__file__).parents[2]
ENTRY = "    - {name: Français, lang: fr, link: fr/, code: fr, offer: Aussi, close: Non}\n"
FRENCH = "INHERIT: mkdocs.yml\ndocs_dir: docs/fr\n"


@pytest.fixture
def project(tmp_path) -> Path:
    for config in ("mkdocs.yml", "mkdocs.zh.yml"):
        shutil.copy(ROOT / config, tmp_path)
    return tmp_path


def add(project: Path, entry: str = ENTRY, config: str | None = FRENCH) -> int:
    """Add a language; return the line of its entry."""
    path = project / "mkdocs.yml"
    head, mark, tail = path.read_text(encoding="utf-8").partition("close: 关闭}\n")
    path.write_text(head + mark + entry + tail, encoding="utf-8")
    if config is not None:
        (project / "mkdocs.fr.yml").write_text(config, encoding="utf-8")
    return (head + mark).count("\n") + 1


def test_the_languages():
    english, chinese = read_languages(ROOT)
    assert (english.lang, english.code, english.docs) == ("en", "", "docs/en")
    assert (chinese.lang, chinese.code, chinese.docs) == ("zh-Hans", "zh", "docs/zh")
    assert chinese.catalog == "snippets/locales/zh.po"
    assert chinese.reviewed == "docs/reviewed.zh.json"


def test_a_third_language(project):
    add(project)
    french = read_languages(project)[2]
    assert (french.name, french.config) == ("Français", "mkdocs.fr.yml")
    assert (french.docs, french.lang) == ("docs/fr", "fr")


@pytest.mark.parametrize("config", ["mkdocs.yml", "mkdocs.zh.yml"])
def test_settings_are_those_that_mkdocs_reads(config, monkeypatch):
    monkeypatch.setenv("SITE_URL", "https://example.org/")
    with (ROOT / config).open("rb") as file:
        wanted = yaml_load(file)
    assert read_settings(ROOT, config) == wanted
    assert wanted["site_url"] == "https://example.org/"


FAULTS = {
    "no close": (ENTRY.replace(", close: Non", ""), FRENCH, "close"),
    "empty name": (ENTRY.replace("Français", '""'), FRENCH, "the key 'name' is missing, empty"),
    "link": (ENTRY.replace("link: fr/", "link: french/"), FRENCH, "link"),
    "no code": (ENTRY.replace("code: fr", 'code: ""'), FRENCH, "code"),
    "no mapping": ("    - French\n", FRENCH, "this is no mapping"),
    "no config": (ENTRY, None, "this language needs a mkdocs.fr.yml"),
    "docs_dir": (
        ENTRY,
        "INHERIT: mkdocs.yml\n",
        "and `docs_dir: docs/fr`; write it.",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_entry_that_is_not_whole(project, fault):
    entry, config, words = FAULTS[fault]
    line = add(project, entry, config)
    with pytest.raises(SourceError) as caught:
        read_languages(project)
    assert str(caught.value).startswith(f"mkdocs.yml:{line}: ")
    assert words in str(caught.value)


def test_a_config_without_an_entry(project):
    (project / "mkdocs.fr.yml").write_text(FRENCH, encoding="utf-8")
    with pytest.raises(SourceError, match=r"mkdocs\.yml:\d+: no entry .* mkdocs.fr.yml"):
        read_languages(project)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [\n", "mkdocs.yml:2: not YAML: "),
        ("- a\n", "mkdocs.yml:1: extra.languages is no list"),
        ("extra: {}\n", "mkdocs.yml:1: extra.languages is no list"),
        (None, "mkdocs.yml:1: cannot be read"),
    ],
)
def test_settings_that_cannot_be_read(project, text, words):
    path = project / "mkdocs.yml"
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        read_languages(project)
    assert str(caught.value).startswith(words)


def test_a_config_that_inherits_what_is_not_there(project):
    add(project, config="INHERIT: no.yml\ndocs_dir: docs/fr\n")
    with pytest.raises(SourceError, match=r"^no\.yml:1: cannot be read"):
        read_languages(project)
    (project / "mkdocs.fr.yml").write_text("- a\n")
    with pytest.raises(SourceError, match=r"^mkdocs\.fr\.yml:1: this is no mapping"):
        read_languages(project)
