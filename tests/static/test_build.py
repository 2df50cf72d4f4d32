"""The bundle is built when its sources changed and left alone when they did not."""

from pathlib import Path

import pytest

from static import bundle


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A front end of one file, with the real build script; packages come from the real node_modules."""
    here = tmp_path / "static"
    (here / "src/widget").mkdir(parents=True)
    (here / "src/widget/loader.ts").write_text("document.title = WIDGET_SCRIPT;")
    for name in (*bundle.INPUTS, "package.json"):
        (here / name).write_bytes((bundle.HERE / name).read_bytes())
    with bundle.alone("bundle"):
        bundle.install_packages()
    (here / "node_modules").symlink_to(bundle.HERE / "node_modules")
    for name, path in {
        "HERE": here,
        "SOURCE": here / "src",
        "DIST": here / "dist",
        "STAMP": here / "dist/.stamp",
    }.items():
        monkeypatch.setattr(bundle, name, path)
    return here


def test_built_once_and_again_only_after_a_change(checkout: Path) -> None:
    assert bundle.build() is True
    first = (checkout / "dist/manifest.json").read_bytes()
    assert (checkout / "dist/widget.js.gz").exists()
    assert bundle.build() is False
    (checkout / "src/widget/loader.ts").write_text("document.title = 'another';")
    assert bundle.is_stale()
    assert bundle.build() is True
    assert (checkout / "dist/manifest.json").read_bytes() != first
    assert not (checkout / "dist.new").exists()


def test_tests_are_no_part_of_the_bundle(checkout: Path) -> None:
    before = bundle.stamp()
    (checkout / "src/widget/loader.test.ts").write_text("")
    assert bundle.stamp() == before


def test_what_does_not_build_leaves_the_former_bundle(checkout: Path) -> None:
    bundle.build()
    (checkout / "src/widget/loader.ts").write_text("const = ;")
    with pytest.raises(Exception, match=r"dist\.new"):
        bundle.build()
    assert (checkout / "dist/widget.js").exists()
