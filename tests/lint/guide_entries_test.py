"""The operator's guide keeps up with what it is about."""

import re

from tree import ROOT

OPS = ROOT / "common" / "ops"
GUIDE = (OPS / "GUIDE.md").read_text()
HEADINGS = re.findall(r"^#+ (.+)$", GUIDE, re.M)


def anchor(heading):
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_each_alert_has_its_entry_and_each_entry_its_alert():
    alerts = set(re.findall(r"^\s+- alert: (\w+)$", (OPS / "alerts.yml").read_text(), re.M))
    entries = {heading for heading in HEADINGS if re.fullmatch(r"Webhooks[A-Z]\w+", heading)}
    assert alerts and entries == alerts


def test_links_lead_somewhere():
    anchors = {anchor(heading) for heading in HEADINGS}
    for target in re.findall(r"\]\(([^)]+)\)", GUIDE):
        if target.startswith("#"):
            assert target[1:] in anchors, target
        else:
            path, _, fragment = target.partition("#")
            found = OPS / path
            assert found.exists(), target
            headings = re.findall(r"^#+ (.+)$", found.read_text(), re.M)
            assert not fragment or fragment in map(anchor, headings), target
    assert "common/ops/GUIDE.md" in (ROOT / "README.md").read_text()


def test_what_it_names_is_there():
    for path in re.findall(r"`((?:common|schema|tests)/[\w./-]+)`", GUIDE):
        assert (ROOT / path).exists(), path
    sources = "".join(path.read_text() for folder in ("api", "worker") for path in (ROOT / folder).rglob("*.cpp"))
    for metric in set(re.findall(r"`(webhooks_\w+)`", GUIDE)):
        assert metric in sources, metric
    for event in set(re.findall(r"`((?:api|worker|event|webhook|delivery)\.[a-z_]+)", GUIDE)):
        assert f'"{event}"' in sources, event
