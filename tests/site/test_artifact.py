"""A site that was built before is taken, or refused with the cure."""

import pytest

from tests.site import artifact


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "index.html").touch()
    monkeypatch.setenv("SITE_FOLDER", str(tmp_path))
    monkeypatch.setenv("SITE_URL", "https://owner.github.io/cheatsheet/")
    return tmp_path


def test_a_built_site_is_taken_at_its_address(folder):
    built = artifact.find()
    assert (built.folder, built.path) == (folder, "/cheatsheet")
    assert "MAP owner.github.io 127.0.0.1:1234" in built.flags(1234)[0]


def test_without_the_variable_a_site_is_built(folder, monkeypatch):
    monkeypatch.setenv("SITE_FOLDER", "")
    assert artifact.find() is None


def test_a_folder_without_a_site_is_refused(folder):
    (folder / "index.html").unlink()
    with pytest.raises(ValueError, match=r"there is no index\.html; build the site"):
        artifact.find()


@pytest.mark.parametrize("url", ["", "owner.github.io/", "https://owner.github.io"])
def test_an_address_that_is_none_is_refused(folder, monkeypatch, url):
    monkeypatch.setenv("SITE_URL", url)
    with pytest.raises(ValueError, match="set it to the address"):
        artifact.find()
