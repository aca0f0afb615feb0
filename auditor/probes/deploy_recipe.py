"""Questions about recipes: is there one for the app itself, and does it reach a cloud."""

import re
from collections.abc import Iterator

import msgspec

from auditor.facts.container import Instruction
from auditor.facts.credentials import is_placeholder
from auditor.model import Confidence, Evidence, Verdict, met, not_applicable, partly, unknown, unmet
from auditor.views.ci import Command
from auditor.views.deployment import Deployment, Recipe
from auditor.views.front import Front
from auditor.views.packaging import Packaging

_SHOWN = 4
_LATEST = re.compile(r"^(?:--platform=\S+\s+)?[^\s:@]+(?::latest)?(?:\s|$)", re.IGNORECASE)
_SECRET = re.compile(r"(?:PASSWORD|SECRET|TOKEN|API_?KEY)(?:_KEY)?\s*[= ]\s*[\"']?([^\s${}\"']{4,200})", re.IGNORECASE)
_WHY = {
    "environment": "Only an environment is built, not the app",
    "infrastructure": "Only what the app needs is described, not the app",
    "devcontainer": "There is only a development container",
    "stub": "The recipe starts nothing",
}


class Cloud(msgspec.Struct, frozen=True):
    """Imports that use a cloud, and patterns of commands that deploy to one."""

    imports: tuple[str, ...]
    deploys: tuple[str, ...]


class Signs(msgspec.Struct, frozen=True):
    """The part of the table of serving that is about clouds."""

    cloud: Cloud


def container(deployment: Deployment, *, signs: Signs) -> Verdict:
    """Say whether there is a recipe for the app itself."""
    if not deployment.code:
        return not_applicable("There is no code here.")
    apps = deployment.of_role("app")
    if apps:
        places = [recipe.place for recipe in _one_a_kind(apps)]
        kinds = ", ".join(dict.fromkeys(recipe.kind if recipe.kind != "host" else recipe.path for recipe in apps))
        return met(f"It can be deployed by {kinds}.{_practice(deployment)}", *places[:_SHOWN])
    if command := _deploying(deployment, signs.cloud.deploys):
        return met("A CI file deploys it.", command.where, confidence=Confidence.MEDIUM)
    for role, why in _WHY.items():
        if recipes := deployment.of_role(role):
            first = recipes[0]
            fix = f"Let {first.path} hold the app: copy the code, and start it."
            return partly(f"{why}: {first.says}.", first.place, score=0.4, fix=fix)
    return _without(deployment)


def cloud(deployment: Deployment, packaging: Packaging, front: Front, *, signs: Signs) -> Verdict:
    """Say whether a managed service, object storage, infrastructure as code or orchestration is really used."""
    if not deployment.code:
        return not_applicable("There is no code here.")
    used = [each.place for each in packaging.imports if _is_of(each.module, signs.cloud.imports)]
    used += [
        source.at(each.line, f"import {each.module}")
        for source in front.sources
        for each in source.fact.imports
        if each.optional and _is_of(each.module, signs.cloud.imports)
    ]
    if used:
        return met(f"Code uses a cloud or an orchestrator: {used[0].excerpt.removeprefix('import ')}.", *used[:_SHOWN])
    recipes = [recipe for recipe in deployment.recipes if recipe.kind in ("Terraform", "Kubernetes", "Helm")]
    if recipes:
        said = ", ".join(dict.fromkeys(recipe.kind for recipe in recipes))
        return met(f"Infrastructure is described in {said}.", *(recipe.place for recipe in recipes[:_SHOWN]))
    if command := _deploying(deployment, signs.cloud.deploys):
        return met("A CI file deploys to a cloud.", command.where, confidence=Confidence.MEDIUM)
    declared = [
        manifest.at(each.line, each.name)
        for manifest in packaging.declaring
        for each in manifest.fact.requirements
        if _is_of(each.name.replace("-", "_"), signs.cloud.imports)
    ]
    if declared:
        said = f"{declared[0].excerpt} is declared, and nothing uses it."
        return partly(said, *declared[:_SHOWN], score=0.2)
    hosted = [recipe for recipe in deployment.of_role("app") if recipe.kind in ("host", "Procfile", "Space")]
    if hosted:
        return partly("It runs on a hosting platform; no cloud service is used.", hosted[0].place, score=0.4)
    looked = Evidence("", excerpt="looked for cloud libraries, Terraform, Kubernetes, deploying CI steps")
    return unmet("No cloud service is used.", looked)


def _deploying(deployment: Deployment, patterns: tuple[str, ...]) -> Command | None:
    shape = re.compile("|".join(f"(?:{each})" for each in patterns) or r"(?!)", re.IGNORECASE)
    return next((each for each in deployment.ci.commands if shape.search(each.text)), None)


def _is_of(module: str, roots: tuple[str, ...]) -> bool:
    return any(module == root or module.startswith(f"{root}.") for root in roots)


def _one_a_kind(recipes: tuple[Recipe, ...]) -> Iterator[Recipe]:
    seen: set[str] = set()
    for recipe in recipes:
        if recipe.kind not in seen:
            seen.add(recipe.kind)
            yield recipe


def _practice(deployment: Deployment) -> str:
    """Say in a sentence what the first Dockerfile does well and what it lacks."""
    if not deployment.dockerfiles:
        return ""
    path, instructions = deployment.dockerfiles[0]
    good: list[str] = []
    bad: list[str] = []
    for said, holds in _habits(instructions, ignored=deployment.ignored).items():
        (good if holds else bad).append(said)
    has = f" {path} has {', '.join(good)}" if good else f" {path} has none of the usual precautions"
    lacks = f"; it lacks {', '.join(bad)}" if bad and good else ""
    return f"{has}{lacks}{_given_away(instructions)}."


def _given_away(instructions: tuple[Instruction, ...]) -> str:
    settings = [each.text for each in instructions if each.name in ("ENV", "ARG")]
    values = [match[1] for each in settings for match in _SECRET.finditer(each)]
    return "; a credential seems to be set in it" if any(not is_placeholder(value) for value in values) else ""


def _habits(instructions: tuple[Instruction, ...], *, ignored: bool) -> dict[str, bool]:
    bases = [each.text for each in instructions if each.name == "FROM"]
    users = [each.text for each in instructions if each.name == "USER"]
    return {
        "a pinned base image": bool(bases) and not any(_LATEST.match(base) for base in bases),
        "a user that is not root": bool(users) and users[-1].split(":")[0].strip() not in ("root", "0"),
        "a .dockerignore": ignored,
    }


def _without(deployment: Deployment) -> Verdict:
    if deployment.unreadable:
        path, why = deployment.unreadable[0]
        return partly(f"{path} can't be read: {why.reason}.", Evidence(path, why.line, excerpt=why.reason), score=0.2)
    if deployment.unread:
        return unknown(f"{deployment.unread[0]} could not be read.")
    looked = (
        "looked for Dockerfile, compose, Procfile, render.yaml, fly.toml, vercel.json, Kubernetes, Terraform and others"
    )
    return unmet("No container or deployment recipe.", Evidence("", excerpt=looked))
