"""The shape of `rules/data/ml.toml`: by which names training, measuring, splitting ... are recognised. No judging."""

import msgspec

Names = frozenset[str]


class Training(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What learns."""

    methods: Names
    trainers: Names
    keywords: Names
    calls: Names
    explaining: Names
    judged: Names
    steps: Names
    sure_steps: Names
    transformers: Names
    preparing: tuple[str, ...]
    libraries: Names
    elsewhere: str
    commands: str


class Artefacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a committed model looks like, and what takes it in."""

    paths: str
    reports: str
    pretrained: str
    pickles: str
    predicting: Names
    loads: Names


class Metric(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One metric; `many` is how many it counts for, `title` its name in prose.

    `needs` are modules without which its names mean something else.
    """

    task: str
    calls: Names
    words: Names
    many: int = 1
    needs: Names = frozenset()
    commands: str = ""
    title: str = ""


class Validation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds data back."""

    folds: Names
    searches: Names
    fold_calls: Names
    fold_names: str
    splits: Names
    whole_splits: Names
    unlabelled: str
    held_keywords: Names
    judging: Names
    loading: Names
    part_keywords: Names
    validating: Names
    test_names: str
    tested_names: str
    validation_names: str
    train_names: str


class Rival(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is a baseline for models of these modules, or built by classes of these names."""

    fix: str
    modules: Names = frozenset()
    kinds: str = ""


class Comparison(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What compares."""

    dummies: Names
    words: str
    modules: Names
    grouping: str
    estimators: str
    rivals: tuple[Rival, ...]


class Seeds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What repeats."""

    calls: Names
    keywords: Names
    chance: Names


class Leakage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must not see the test data."""

    fitted: Names
    resampled: Names
    reducing: Names
    methods: Names
    results: Names
    aggregates: Names
    targets: str
    splits: Names
    pipelines: Names
    tuning: Names
    tuners: Names
    watched: Names
    stopping: Names
    held_keywords: Names
    judging: Names
    curves: Names
    chosen: str


class Tracking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What keeps a record of runs, models and data."""

    modules: Names
    keywords: Names
    values: Names
    files: str
    weak_files: str


class Monitoring(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What watches a deployed model."""

    modules: Names
    names: str
    files: str
    serving: Names


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    training: Training
    artefacts: Artefacts
    metrics: dict[str, Metric]
    validation: Validation
    comparison: Comparison
    seeds: Seeds
    leakage: Leakage
    tracking: Tracking
    monitoring: Monitoring
