"""The GraphQL documents that ask for an account. Text only; `tests/loopback` holds them against GitHub's schema."""

_DISPENSABLE = {
    "deployments": """
  deployments(first: 5, orderBy: {field: CREATED_AT, direction: DESC}) {
    nodes { environment latestStatus { state environmentUrl } }
  }""",
    "languages": """
  languages(first: 10, orderBy: {field: SIZE, direction: DESC}) { edges { size node { name } } }""",
    "repositoryTopics": """
  repositoryTopics(first: 20) { nodes { topic { name } } }""",
    "releases": """
  releases { totalCount }""",
}
_COMMITS = """
        history(first: 100) {
          totalCount
          nodes { oid authoredDate committedDate messageHeadline author { name email } }
        }"""
DISPENSABLE = frozenset(_DISPENSABLE)
"""Fields that a page is asked for without when the host refuses them."""

_REPOSITORIES = """
    repositories(first: $size, after: $cursor, ownerAffiliations: OWNER, privacy: $privacy,
                 orderBy: {field: PUSHED_AT, direction: DESC}) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { ...repository }
    }"""
_FIRST_PAGE = f"""
query Account($login: String!, $size: Int!, $cursor: String, $privacy: RepositoryPrivacy) {{
  repositoryOwner(login: $login) {{
    __typename login url
    ... on User {{ name bio websiteUrl socialAccounts(first: 10) {{ nodes {{ url }} }} }}
    ... on Organization {{ name description websiteUrl }}
    ... on ProfileOwner {{
      pinnedItems(first: 6, types: REPOSITORY) {{ nodes {{ ... on Repository {{ nameWithOwner }} }} }}
    }}{_REPOSITORIES}
  }}
  profileReadme: repository(owner: $login, name: $login) {{
    object(expression: "HEAD:README.md") {{ ... on Blob {{ text }} }}
  }}
  organisationReadme: repository(owner: $login, name: ".github") {{
    object(expression: "HEAD:profile/README.md") {{ ... on Blob {{ text }} }}
  }}
}}"""
_NEXT_PAGE = f"""
query Repositories($login: String!, $size: Int!, $cursor: String, $privacy: RepositoryPrivacy) {{
  repositoryOwner(login: $login) {{{_REPOSITORIES}
  }}
}}"""
_ONE = """
query Repository($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { ...repository }
}"""
_REPOSITORY = """
fragment repository on Repository {
  id nameWithOwner url description homepageUrl stargazerCount diskUsage createdAt pushedAt
  isFork isArchived isDisabled isEmpty isLocked isPrivate isTemplate
  parent { nameWithOwner }
  licenseInfo { spdxId name }
  primaryLanguage { name }
  defaultBranchRef {
    name
    target {
      oid
      ... on Commit {
        statusCheckRollup { state }%s
      }
    }
  }"""
IDS = 100
"""How many ids GitHub takes in one list."""


def first_page(without: frozenset[str] = frozenset()) -> str:
    """Return the document that asks for the account itself and its first repositories."""
    return _FIRST_PAGE + _fragment(without)


def next_page(without: frozenset[str] = frozenset()) -> str:
    """Return the document that asks for more repositories."""
    return _NEXT_PAGE + _fragment(without)


def one(without: frozenset[str] = frozenset()) -> str:
    """Return the document that asks for one repository."""
    return _ONE + _fragment(without)


def again(lists: int, without: frozenset[str] = frozenset(), *, commits: bool) -> str:
    """Return the document that asks for repositories by their ids, in so many lists `ids0`, `ids1`, ..."""
    names = [f"ids{number}" for number in range(lists)]
    declared = ", ".join(f"${name}: [ID!]!" for name in names)
    asked = "\n".join(f"  {name}: nodes(ids: ${name}) {{ id ...repository }}" for name in names)
    return f"\nquery Again({declared}) {{\n{asked}\n}}" + _fragment(without, commits=commits)


def _fragment(without: frozenset[str], *, commits: bool = True) -> str:
    parts = (part for name, part in _DISPENSABLE.items() if name not in without)
    return f"{_REPOSITORY % (_COMMITS if commits else '')}{''.join(parts)}\n}}"
