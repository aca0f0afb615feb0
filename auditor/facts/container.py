"""What a container or deployment recipe says: a Dockerfile's instructions, or a configuration's flat settings."""

import re
from collections.abc import Iterator

from auditor.facts.fact import Fact, Missing, Parser, Unreadable, base_name
from auditor.facts.settings import Setting, from_json, from_yaml
from auditor.facts.text import decode, is_binary

_DOCKERFILE = re.compile(r"(?:dockerfile|containerfile)(?:[._-][\w.-]+)?|[\w.-]+\.(?:dockerfile|containerfile)")
_COMPOSE = re.compile(r"(?:docker-)?compose(?:[._-][\w.-]+)?\.ya?ml")
_HOSTS = frozenset(
    {"render.yaml", "render.yml", "app.yaml", "app.yml", "cog.yaml", "bentofile.yaml", "serverless.yml",
     "serverless.yaml", "template.yaml", "template.yml", "samconfig.yaml", "chart.yaml", "skaffold.yaml",
     "kustomization.yaml", "databricks.yml", "copilot.yml", "apprunner.yaml", "amplify.yml", "firebase.json",
     "vercel.json", "app.json", "railway.json", "dockerrun.aws.json", "now.json", "host.json", "score.yaml",
     "koyeb.yaml", "bentofile.yml", "truss.yaml", "captain-definition", "appspec.yml", "deployment.yml"}
)  # fmt: skip
_PLAIN = frozenset({"fly.toml", "railway.toml", "netlify.toml", "nixpacks.toml", "wrangler.toml", "samconfig.toml"})
_KUBERNETES = re.compile(
    r"(?:^|/)(?:k8s|kube|kubernetes|manifests?|helm|charts?|deploy(?:ment)?s?|infra(?:structure)?|ops|argocd|kserve)"
    r"/(?:[^/]+/){0,4}[^/]+\.ya?ml$|(?:^|/)(?:[\w-]*deployment|[\w-]*k8s[\w-]*|[\w-]*service|ingress)\.ya?ml$",
    re.IGNORECASE,
)
_ANSIBLE = re.compile(r"(?:^|/)(?:playbook|site)\.ya?ml$", re.IGNORECASE)
_RESOURCE = re.compile(r'^\s*(?:resource|module|provider)\s+"([\w-]{1,100})"', re.MULTILINE)
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)[\"']?")
_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\n(.{1,4000}?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_LENGTH = 200_000
_MOST = 500


class Instruction(Fact, frozen=True):
    """One instruction of a Dockerfile, its continuation lines joined; `name` in capitals."""

    name: str
    text: str
    line: int


class ContainerFact(Fact, frozen=True):
    """One recipe. `kind`: dockerfile, procfile, compose, terraform, settings, plain or space (a README's front matter).

    `settings` are what a YAML or JSON file says, a Procfile's lines, or Terraform's resource types.
    """

    kind: str
    instructions: tuple[Instruction, ...] = ()
    settings: tuple[Setting, ...] = ()


def parse_dockerfile(data: bytes) -> Fact:
    """Read a Dockerfile."""
    if is_binary(data):
        return Unreadable("it is not text")
    return ContainerFact("dockerfile", tuple(_instructions(decode(data)[:_LENGTH]))[:_MOST])


def parse_procfile(data: bytes) -> Fact:
    """Read a Procfile: a process type and its command on each line."""
    lines = enumerate(decode(data)[:_LENGTH].split("\n"), 1)
    pairs = ((number, line.partition(":")) for number, line in lines if not line.lstrip().startswith("#"))
    return ContainerFact(
        "procfile",
        settings=tuple(Setting(name.strip(), text.strip()[:1000], n) for n, (name, colon, text) in pairs if colon)[
            :_MOST
        ],
    )


def parse_compose(data: bytes) -> Fact:
    """Read a compose file."""
    return _of("compose", from_yaml(data))


def parse_settings(data: bytes) -> Fact:
    """Read a host's configuration in YAML or JSON."""
    return _of("settings", from_json(data) if data.lstrip()[:1] in (b"{", b"[") else from_yaml(data))


def parse_terraform(data: bytes) -> Fact:
    """Read which resources and providers a Terraform file names."""
    text = decode(data)[:_LENGTH]
    return ContainerFact(
        "terraform",
        settings=tuple(
            Setting("resource", match[1], text.count("\n", 0, match.start(1)) + 1)
            for match in list(_RESOURCE.finditer(text))[:_MOST]
        ),
    )


def parse_plain(data: bytes) -> Fact:
    """Keep the settings of a host's TOML file as lines: which there are is all that is asked."""
    lines = enumerate(decode(data)[:_LENGTH].split("\n"), 1)
    kept = (Setting("", line.strip()[:300], n) for n, line in lines if line.strip() and not line.startswith("#"))
    return ContainerFact("plain", settings=tuple(kept)[:_MOST])


def parse_space(data: bytes) -> Fact:
    """Read the front matter by which a README configures a Hugging Face Space."""
    found = _FRONT_MATTER.match(decode(data[:8000]))
    return _of("space", from_yaml(found[1].encode()) if found else ())


def _of(kind: str, settings: tuple[Setting, ...] | Unreadable | Missing) -> Fact:
    if isinstance(settings, Unreadable | Missing):
        return settings
    return ContainerFact(kind, settings=settings[: 4 * _MOST])


def _instructions(text: str) -> Iterator[Instruction]:
    held, start, until = "", 0, ""
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if until:
            until = "" if line == until else until
            continue
        if not line or line.startswith("#"):
            continue
        start = start if held else number
        held = f"{held} {line}".strip()
        if held.endswith(("\\", "`")):
            held = held[:-1].rstrip()
            continue
        name, _, rest = held.partition(" ")
        if found := _HEREDOC.search(rest):
            until = found[1]
        yield Instruction(name.upper()[:40], rest.strip()[:4000], start)
        held = ""


def _is_host(path: str) -> bool:
    name = base_name(path)
    if _COMPOSE.fullmatch(name) or path.startswith(".github/"):
        return False
    if name in _HOSTS:
        return path.count("/") <= 3  # noqa: PLR2004 - deeper ones are a library's examples
    return bool(_KUBERNETES.search(path) or _ANSIBLE.search(path))


def _is_readme(path: str) -> bool:
    return path.count("/") <= 1 and base_name(path) == "readme.md"


PARSERS = (
    Parser(
        "dockerfile", ContainerFact, parse_dockerfile, lambda path: _DOCKERFILE.fullmatch(base_name(path)) is not None
    ),
    Parser("procfile", ContainerFact, parse_procfile, lambda path: base_name(path) in ("procfile", "procfile.txt")),
    Parser("compose", ContainerFact, parse_compose, lambda path: _COMPOSE.fullmatch(base_name(path)) is not None),
    Parser("terraform", ContainerFact, parse_terraform, lambda path: path.endswith((".tf", ".bicep"))),
    Parser("host", ContainerFact, parse_settings, _is_host),
    Parser("host-plain", ContainerFact, parse_plain, lambda path: base_name(path) in _PLAIN),
    Parser("space", ContainerFact, parse_space, _is_readme),
)
