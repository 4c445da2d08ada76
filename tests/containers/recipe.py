"""What Dockerfile and docker-compose.yml say of one container, read for those who start it without an engine."""

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def stages(text):
    """The Dockerfile's instructions by stage, as (word, rest), each on one line."""
    found, stage = {}, None
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.M)
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            stage = found.setdefault(rest.split(" AS ")[1], [])
        if word:
            stage.append((word, rest))
    return found


@dataclass(frozen=True)
class Image:
    target: str
    prepared_as: str  # the argument of prepare_image
    copies: dict  # a path in the image: a file of the build
    environment: dict
    user: str
    entrypoint: list
    command: list
    health: list
    labels: dict


def image(target):
    instructions = stages((ROOT / "Dockerfile").read_text())[target]

    def rests(word):
        return [rest for said, rest in instructions if said == word]

    def pairs(word):
        return dict(pair.split("=", 1) for rest in rests(word) for pair in shlex.split(rest))

    def words(word):
        return json.loads(rests(word)[-1]) if rests(word) else []

    [run] = rests("RUN")
    copies = (re.fullmatch(r"--from=build /source/(\S+) (\S+)", rest).groups() for rest in rests("COPY"))
    return Image(
        target=target,
        prepared_as=re.search(r"/run/prepare_image (\w+)$", run)[1],
        copies={into: source for source, into in copies},
        environment=pairs("ENV"),
        user=rests("USER")[-1],
        entrypoint=words("ENTRYPOINT"),
        command=words("CMD"),
        health=json.loads(rests("HEALTHCHECK")[-1].split(" CMD ")[1]),
        labels=pairs("LABEL"),
    )


def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def service(name):
    return compose()["services"][name]


def image_of(name):
    return image(service(name)["build"]["target"])


def command_of(name):
    settings = image_of(name)
    return [*settings.entrypoint, *service(name).get("command", settings.command)]
