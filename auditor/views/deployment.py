"""The container and deployment recipes of a repository, each with what it is a recipe for."""

import re
from collections.abc import Iterable, Iterator

import msgspec

from auditor.facts.container import ContainerFact, Instruction
from auditor.facts.fact import Missing, Unreadable, base_name
from auditor.facts.settings import Setting
from auditor.model import Evidence
from auditor.views.ci import Ci
from auditor.views.code import Code
from auditor.views.layout import layout
from auditor.views.reading import Reading
from auditor.views.words import shortened

_INFRASTRUCTURE = re.compile(
    r"(?:^|/)(?:postgres|postgis|pgvector|mysql|mariadb|mongo|redis|rabbitmq|kafka|cp-\w+|zookeeper|elasticsearch|opensearch|kibana|grafana"
    r"|prometheus|alertmanager|minio|mc|mlflow|neo4j|qdrant|chroma|weaviate|milvus|etcd|pgadmin\d?|adminer|phpmyadmin|mailhog|jaeger"
    r"|localstack|memcached|influxdb|timescaledb|cassandra|loki|tempo|portainer|traefik|nginx|ollama|selenium|statsd-exporter"
    r"|clickhouse-server|dynamodb-local|redisinsight|mongo-express|vault|consul|sonarqube|metabase|superset)(?:[-:@]|$)",
    re.IGNORECASE,
)
_BASE_RUNS = re.compile(
    r"nginx|httpd|lambda|airflow|streamlit|tensorflow/serving|tritonserver|jupyter|caddy|tomcat|php", re.IGNORECASE
)
_NOTEBOOK = re.compile(r"\bjupyter(?:[- ]?(?:lab|notebook))?\b|^\[?\s*\"?(?:pytest|tox|nox)\b", re.IGNORECASE)
_SHELL = re.compile(r"^\[?\s*\"?(?:/bin/)?(?:ba|z)?sh\"?\s*\]?$|^\[?\s*\"?(?:tail|sleep)\b", re.IGNORECASE)
_WORKLOADS = frozenset(
    {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "Rollout", "InferenceService", "RayService",
     "SeldonDeployment", "DeploymentConfig", "Application", "HelmRelease", "Kustomization"}
)  # fmt: skip
_RESOURCES = re.compile(
    r"run_|_service|container|lambda|function|_instance|app_service|web_app|sagemaker|vertex|kubernetes|deployment|cluster"
    r"|beanstalk|app_runner|app_engine|droplet|ecs|eks|gke|aks|helm_release|batch|glue_job|emr|databricks_job|module",
    re.IGNORECASE,
)
_STORES = re.compile(
    r"sql|mongo|documentdb|dynamodb|cosmosdb|rds_|_db_|_database"
    r"|redis|elasticache|storage|_bucket|_dns|_network|_service_account",
    re.IGNORECASE,
)
_HOST_FILES = {
    "app.yaml": "runtime", "app.yml": "runtime", "serverless.yml": "functions", "serverless.yaml": "functions",
    "template.yaml": "Resources", "template.yml": "Resources", "firebase.json": "hosting",
}  # fmt: skip
_SERVERS = re.compile(
    r"\.wsgi$|(?:^|/)(?:nginx|supervisord?|gunicorn)[\w.-]*\.(?:conf|ini|py)$|\.service$", re.IGNORECASE
)
_FOLDERS = re.compile(
    r"(?:^|/)\.(?:ebextensions|elasticbeanstalk|platform)/|(?:^|/)(?:wsgi_pythonanywhere|passenger_wsgi)\.py$"
)
_DEVCONTAINER = re.compile(r"^(?:\.devcontainer/(?:[^/]+/)?)?\.?devcontainer\.json$")


class Recipe(msgspec.Struct, frozen=True):
    """One recipe. `role`: app, infrastructure, environment, stub or devcontainer; `says` tells why."""

    path: str
    kind: str
    role: str
    says: str
    line: int | None = None

    @property
    def place(self) -> Evidence:
        """Where it is."""
        return Evidence(self.path, self.line, excerpt=self.says)


class Deployment(msgspec.Struct, frozen=True):
    """All recipes, the Dockerfiles' instructions by path, and the files that nobody, or only we, can't read."""

    recipes: tuple[Recipe, ...]
    dockerfiles: tuple[tuple[str, tuple[Instruction, ...]], ...]
    ci: Ci
    code: bool
    ignored: bool
    resources: tuple[tuple[str, Setting], ...] = ()
    unreadable: tuple[tuple[str, Unreadable], ...] = ()
    unread: tuple[str, ...] = ()

    @classmethod
    def of(cls, reading: Reading) -> "Deployment":
        """Collect them; there may be none."""
        own = layout(reading)
        found = {path: fact for path, fact in reading.of(ContainerFact).items() if own.is_own(path)}
        readable = {path: fact for path, fact in found.items() if isinstance(fact, ContainerFact)}
        ci = reading.view(Ci)
        dockerfiles = tuple((path, fact.instructions) for path, fact in readable.items() if fact.kind == "dockerfile")
        images = [_dockerfile(path, instructions) for path, instructions in dockerfiles if instructions]
        bare = bool(images) and all(recipe.role == "environment" for recipe in images)
        others = ((path, fact) for path, fact in readable.items() if fact.kind != "dockerfile")
        recipes = [*images, *filter(None, (_recipe(path, fact, bare=bare) for path, fact in others))]
        recipes += [
            Recipe(p, "devcontainer", "devcontainer", "a development container")
            for p in own.paths()
            if _DEVCONTAINER.search(p)
        ]
        recipes += [Recipe(p, "server", "stub", "configures a server only") for p in own.paths() if _SERVERS.search(p)][
            :1
        ]
        recipes += [Recipe(p, "host", "app", "configures its host") for p in own.paths() if _FOLDERS.search(p)][:1]
        return cls(
            recipes=tuple(sorted(recipes, key=lambda recipe: (recipe.path.count("/"), recipe.path))),
            dockerfiles=dockerfiles,
            ci=ci if isinstance(ci, Ci) else Ci.of(reading),
            code=reading.view(Code) is not None,
            ignored=any(base_name(path) == ".dockerignore" for path in own.paths()),
            resources=tuple((p, s) for p, fact in readable.items() if fact.kind == "terraform" for s in fact.settings),
            unreadable=tuple((p, f) for p, f in found.items() if isinstance(f, Unreadable) and _is_telling(p)),
            unread=tuple(p for p, f in found.items() if isinstance(f, Missing) and _is_telling(p)),
        )

    def of_role(self, role: str) -> tuple[Recipe, ...]:
        """Return the recipes of one role."""
        return tuple(recipe for recipe in self.recipes if recipe.role == role)


def _is_telling(path: str) -> bool:
    return not base_name(path).startswith("readme")


def _recipe(path: str, fact: ContainerFact, *, bare: bool) -> Recipe | None:
    match fact.kind:
        case "compose":
            return _compose(path, fact.settings, bare=bare)
        case "procfile":
            lines = [each for each in fact.settings if each.value]
            role = "app" if lines else "stub"
            return Recipe(path, "Procfile", role, shortened(lines[0].value, 80) if lines else "it starts nothing", 1)
        case "terraform":
            return _terraform(path, fact.settings)
        case "plain":
            return Recipe(path, "host", "app" if fact.settings else "stub", "configures its host")
        case "space":
            sdk = next((each for each in fact.settings if each.path == "sdk"), None)
            return (
                Recipe(path, "Space", "app", f"a Hugging Face Space: sdk {sdk.value[:40]}", sdk.line) if sdk else None
            )
        case _:
            return _host(path, fact.settings)


def _dockerfile(path: str, instructions: tuple[Instruction, ...]) -> Recipe:
    if ".devcontainer/" in path:
        return Recipe(path, "Dockerfile", "devcontainer", "a development container")
    names = {each.name for each in instructions}
    base = next((each for each in reversed(instructions) if each.name == "FROM"), None)
    if base is None or len(instructions) < 2:  # noqa: PLR2004 - FROM alone builds nothing
        return Recipe(path, "Dockerfile", "stub", "it builds nothing")
    starts = [each for each in instructions if each.name in ("CMD", "ENTRYPOINT")]
    fetched = any(
        "git clone" in each.text or "pip install ." in each.text for each in instructions if each.name == "RUN"
    )
    if not (names & {"COPY", "ADD"} or fetched):
        return Recipe(path, "Dockerfile", "environment", "it copies no code into the image", base.line)
    if not starts and not _BASE_RUNS.search(base.text):
        return Recipe(path, "Dockerfile", "environment", "it starts nothing: no CMD or ENTRYPOINT", base.line)
    if starts and (_SHELL.search(starts[-1].text) or _NOTEBOOK.search(starts[-1].text)):
        return Recipe(
            path, "Dockerfile", "environment", f"it only starts {shortened(starts[-1].text, 60)}", starts[-1].line
        )
    last = starts[-1] if starts else base
    return Recipe(path, "Dockerfile", "app", f"{last.name} {shortened(last.text, 80)}", last.line)


def _compose(path: str, settings: tuple[Setting, ...], *, bare: bool) -> Recipe:
    """Look for a service that is the app. Where images are `bare` of it, its service has to say what it starts."""
    if ".devcontainer/" in path:
        return Recipe(path, "compose", "devcontainer", "a development container")
    built_here = {_service(each.path) for each in settings if "/build" in each.path}
    services = sorted(dict.fromkeys(_service(each.path) for each in settings), key=lambda name: name not in built_here)
    for service in filter(None, services):
        own = [each for each in settings if _service(each.path) == service]
        built = next((each for each in own if "/build" in each.path), None)
        image = next((each for each in own if each.path.endswith("/image")), None)
        mounts = any("/volumes" in each.path and each.value.startswith(("./", ".:", "../")) for each in own)
        if built and bare and not any(_starts(each) for each in own):
            return Recipe(path, "compose", "environment", f"{service} starts nothing in what it builds", built.line)
        if built:
            return Recipe(path, "compose", "app", f"{service}: build {shortened(built.value, 60)}", built.line)
        if image and not _INFRASTRUCTURE.search(image.value) and (mounts or "/" in image.value):
            return Recipe(path, "compose", "app", f"{service}: image {shortened(image.value, 60)}", image.line)
    named = shortened(", ".join(filter(None, services)), 100)
    role = "infrastructure" if named else "stub"
    return Recipe(path, "compose", role, f"only {named}" if named else "it starts nothing")


def _starts(setting: Setting) -> bool:
    return bool({"command", "entrypoint"} & set(setting.path.split("/"))) and not _SHELL.search(setting.value)


def _service(path: str) -> str:
    """Return the service that a setting of a compose file belongs to; the oldest files have no `services`."""
    keys = path.split("/")
    if keys[0] == "services":
        return keys[1] if len(keys) > 2 else ""  # noqa: PLR2004 - services/<name>/<key>
    return "" if keys[0] in ("version", "volumes", "networks", "x-airflow-common", "name", "secrets") else keys[0]


def _terraform(path: str, settings: tuple[Setting, ...]) -> Recipe | None:
    if not settings:
        return None
    running = next((e for e in settings if _RESOURCES.search(e.value) and not _STORES.search(e.value)), None)
    shown = running or settings[0]
    return Recipe(path, "Terraform", "app" if running else "infrastructure", shown.value, shown.line)


def _host(path: str, settings: tuple[Setting, ...]) -> Recipe | None:
    name = base_name(path)
    if not settings:
        return None
    tops = {each.path.partition("/")[0] for each in settings}
    if {"kind", "apiVersion"} <= tops:
        return _kubernetes(path, settings)
    if name == "chart.yaml":
        return Recipe(path, "Helm", "app", "a Helm chart")
    if name in _HOST_FILES:
        return Recipe(path, "host", "app", f"{_HOST_FILES[name]} for its host") if _HOST_FILES[name] in tops else None
    if name == "app.json":
        heroku = tops & {"buildpacks", "stack", "formation", "addons", "keywords"}
        return Recipe(path, "host", "app", "configures its host") if heroku and "expo" not in tops else None
    if name in ("deployment.yml", "deployment.yaml") or "/" in path:
        return Recipe(path, "Ansible", "app", "a playbook") if tops & {"*"} and _plays(settings) else None
    return Recipe(path, "host", "app", "configures its host")


def _plays(settings: Iterable[Setting]) -> bool:
    return any(each.path == "*/hosts" for each in settings)


def _kubernetes(path: str, settings: tuple[Setting, ...]) -> Recipe:
    kinds = list(_kinds(settings))
    images = [each for each in settings if each.path.endswith("/image")]
    workload = next((each for each in kinds if each.value in _WORKLOADS), None)
    if workload is None:
        return Recipe(path, "Kubernetes", "infrastructure", shortened(", ".join(each.value for each in kinds), 80))
    if images and all(_INFRASTRUCTURE.search(each.value) for each in images):
        return Recipe(path, "Kubernetes", "infrastructure", f"only {shortened(images[0].value, 60)}", images[0].line)
    return Recipe(path, "Kubernetes", "app", f"a {workload.value}", workload.line)


def _kinds(settings: Iterable[Setting]) -> Iterator[Setting]:
    return (each for each in settings if each.path == "kind")
