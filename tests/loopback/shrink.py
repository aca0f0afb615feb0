"""Make the two schema files beside this one from GitHub's own, keeping only what the auditor asks for.

python tests/loopback/shrink.py <schema.graphql of @octokit/graphql-schema> <api.github.com.json of @octokit/openapi>
"""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    UnionTypeDefinitionNode,
    Visitor,
    build_ast_schema,
    parse,
    print_ast,
    visit,
)

from auditor.sources import documents

Node = TypeVar("Node", bound=Any)
_HERE = Path(__file__).parent
_REST = ("minimal-repository", "full-repository", "public-user", "content-file", "basic-error")


class _Uses(Visitor):
    """Collects the fields and types that the auditor's documents name."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.fields: set[tuple[str, str]] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self.types.get_parent_type()
        if parent is not None:
            self.fields.add((parent.name, node.name.value))


def graphql_schema(text: str) -> str:
    """Return the part of a schema that the auditor's documents use."""
    tree = parse(text)
    schema = build_ast_schema(tree, assume_valid=True)
    types = TypeInfo(schema)
    uses = _Uses(types)
    asked = (documents.first_page(), documents.next_page(), documents.one(), documents.again(1, commits=True))
    for document in asked:
        visit(parse(document), TypeInfoVisitor(types, uses))
    definitions = {node.name.value: node for node in tree.definitions if isinstance(node, TypeDefinitionNode)}
    wanted, kept = ["Query", "User", "Organization", "Repository", "Commit", "Blob", "GitActor"], {}
    while wanted:
        name = wanted.pop()
        if name not in definitions or name in kept:
            continue
        kept[name] = _cut(definitions[name], uses.fields, definitions)
        wanted += re.findall(r"\w+", re.sub(r'"[^"]*"', "", print_ast(kept[name])))
    nodes = [kept[name] for name in sorted(kept)]
    return print_ast(DocumentNode(definitions=tuple(nodes))) + "\n"


def _cut(node: TypeDefinitionNode, used: set[tuple[str, str]], every: dict[str, Any]) -> TypeDefinitionNode:
    """Drop what is not used, and every description and directive."""
    name = node.name.value
    if isinstance(node, UnionTypeDefinitionNode):
        kept = tuple(each for each in node.types or () if each.name.value in ("Repository", "Gist"))
        return replace(_bare(node), types=kept)
    if isinstance(node, EnumTypeDefinitionNode):
        return replace(_bare(node), values=tuple(_bare(each) for each in node.values or ()))
    if isinstance(node, InputObjectTypeDefinitionNode):
        return replace(_bare(node), fields=tuple(_bare(each) for each in node.fields or ()))
    if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        parents = {each.name.value for each in node.interfaces or ()}
        keep = {field for kind, field in used if kind in parents | {name}}
        fields = [each for each in node.fields or () if each.name.value in keep] or list(every[name].fields)[:1]
        told = tuple(
            replace(_bare(each), arguments=tuple(_bare(argument) for argument in each.arguments or ()))
            for each in fields
        )
        faces = tuple(face for face in node.interfaces or () if any(kind == face.name.value for kind, _ in used))
        return replace(_bare(node), fields=told, interfaces=faces)
    return _bare(node)


def _bare(node: Node) -> Node:
    return replace(node, description=None, directives=())


def rest_schema(text: str) -> str:
    """Return the components of an OpenAPI description that the REST answers are made of, as JSON Schema."""
    every = json.loads(text)["components"]["schemas"]
    wanted, kept = list(_REST), {}
    while wanted:
        name = wanted.pop()
        if name not in kept:
            kept[name] = _plain(every[name])
            wanted += re.findall(r'"#/\$defs/([\w-]+)"', json.dumps(kept[name]))
    return json.dumps({"$defs": dict(sorted(kept.items()))}, indent=1, ensure_ascii=False) + "\n"


def _plain(part: Any) -> Any:
    """Turn OpenAPI's words into JSON Schema's, without examples and descriptions."""
    if isinstance(part, list):
        return [_plain(each) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return {"$ref": part["$ref"].replace("#/components/schemas/", "#/$defs/")}
    out = {
        key: {name: _plain(value) for name, value in each.items()} if key == "properties" else _plain(each)
        for key, each in part.items()
        if key not in ("example", "examples", "description", "title", "format", "nullable", "deprecated")
        and not key.startswith("x-")
    }
    return {"anyOf": [out, {"type": "null"}]} if part.get("nullable") else out


if __name__ == "__main__":
    (_HERE / "schema.graphql").write_text(graphql_schema(Path(sys.argv[1]).read_text(encoding="utf-8")))
    (_HERE / "schema.json").write_text(rest_schema(Path(sys.argv[2]).read_text(encoding="utf-8")))
