"""``atelier styles new`` and ``withdraw`` as a person types them."""

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from styles import pack
from tests.hostile import encoded, photo
from tests.styles.making import write_pack

LEAVE = ("--subject", "Ada, who paints", "--rights", "own work")


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATELIER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ATELIER_STYLES", str(tmp_path / "extra"))
    monkeypatch.setenv("ATELIER_DEVICE", "cpu")
    write_pack(tmp_path / "extra", "any", "arbitrary")
    for number in range(3):
        Path(f"{number}.jpg").write_bytes(encoded(photo()))


def atelier(*words: str) -> Result:
    return CliRunner().invoke(main, ["styles", *words])


def refused(*words: str) -> str:
    done = atelier(*words)
    assert done.exit_code == 2, done.output
    return done.stderr.splitlines()[-1].removeprefix("Error: ")


def consent(style: str) -> dict[str, object]:
    values: dict[str, object] = json.loads(atelier("show", style, "--json").stdout)["consent"]
    return values


def test_from_pictures_to_a_style_to_nothing(tmp_path: Path) -> None:
    done = atelier("new", "ada", "0.jpg", "1.jpg", *LEAVE)
    assert (done.exit_code, done.stdout) == (0, "ada: made of 2 pictures\n"), done.output
    sentence = "The style “ada” is made of pictures of Ada, who paints (own work), to be used everywhere, without end."
    assert sentence in done.stderr.splitlines()
    folder = tmp_path / "data" / "styles" / "ada"
    assert consent("ada") == {
        "subject": "Ada, who paints",
        "granted_by": "operator",
        "rights": "own work",
        "scope": ["*"],
        "expires": "9999-12-31",
        "document_sha256": hashlib.sha256(sentence.encode()).hexdigest(),
    }
    assert "consent" in atelier("show", "ada").stdout
    listed = {card["id"]: card["consent"] for card in json.loads(atelier("list", "--json").stdout)}
    assert listed["ada"] == consent("ada")
    assert listed["any"] is None
    assert atelier("verify", "ada").stdout == "ada: sound\n"
    assert "takes it back" in refused("remove", "ada")
    assert atelier("export", "ada").exit_code == 0

    for _ in range(2):
        assert atelier("withdraw", "ada").stdout == "ada: withdrawn\n"

    assert not folder.exists()
    assert "ada" not in atelier("list").stdout
    assert "was withdrawn" in refused("import", "ada.zip")
    assert "choose another name" in refused("new", "ada", "0.jpg", *LEAVE)


def test_what_was_agreed_to_may_be_a_file(tmp_path: Path) -> None:
    Path("contract.pdf").write_bytes(b"%PDF word for word")
    more = ("--title", "Ada's", "--scope", "telegram:-5", "--scope", "discord:7", "--expires", "2999-12-31")
    done = atelier("new", "ada", "0.jpg", *LEAVE, *more, "--document", "contract.pdf")
    assert done.exit_code == 0, done.output
    card = pack.read(tmp_path / "data" / "styles" / "ada")
    assert card.consent is not None
    assert (card.title["en"], card.consent.scope) == ("Ada's", ("telegram:-5", "discord:7"))
    assert card.consent.expires == "2999-12-31"
    assert card.consent.document_sha256 == hashlib.sha256(b"%PDF word for word").hexdigest()


def test_what_cannot_be_is_said_in_a_sentence(tmp_path: Path) -> None:
    Path("no.jpg").write_text("no picture")
    assert "Missing option '--subject'" in refused("new", "ada", "0.jpg", "--rights", "licence")
    assert "--expires must be a day" in refused("new", "ada", "0.jpg", *LEAVE, "--expires", "2999-02-31")
    assert "Picture 2 of 2 cannot be used" in refused("new", "ada", "0.jpg", "no.jpg", *LEAVE)
    assert "`id` must match" in refused("new", "Ada!", "0.jpg", *LEAVE)
    assert "is no creator's" in refused("withdraw", "any")
    assert "There is no style “nobody”" in refused("withdraw", "nobody")
    assert not (tmp_path / "data" / "styles" / "ada").exists()
