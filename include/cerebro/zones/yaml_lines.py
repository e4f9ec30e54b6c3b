"""Reads YAML and remembers the line of every value, so that an error can name it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


class Lines:
    """The lines of a YAML document's values, counted from 1."""

    def __init__(self, root: yaml.Node | None) -> None:
        self._root = root

    def of(self, *location: str | int) -> int:
        """Return the line of the value there, or of the innermost value around it that there is."""
        node, line = self._root, 1
        for part in location:
            found = None
            if isinstance(node, yaml.MappingNode):
                found = next(((key, value) for key, value in node.value if key.value == part), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                found = (node.value[part], node.value[part])
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        return line


def read_yaml(path: Path, text: str, error_class: type[ValueError]) -> tuple[Any, Lines]:
    """Return the content of a YAML document, and the lines of its values.

    Args:
        path: the file's path, for messages.
        text: the document.
        error_class: what to raise if it is not YAML, or if a key stands twice in one mapping.
    """
    try:
        root = yaml.compose(text, yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise error_class(f"{path}:{line}: it is not YAML: {error.problem}. Correct it.") from error
    except yaml.YAMLError as error:
        raise error_class(f"{path}:1: it is not YAML: {error}. Correct it.") from error
    _refuse_repeated_keys(path, root, error_class)
    return content, Lines(root)


def _refuse_repeated_keys(path: Path, node: yaml.Node | None, error_class: type[ValueError]) -> None:
    """Raise for a key that stands twice: YAML would silently take the last."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(path, item, error_class)
    elif isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                line = key.start_mark.line + 1
                raise error_class(f"{path}:{line}: {key.value} stands twice in one mapping. Remove one of them.")
            seen.add(key.value)
            _refuse_repeated_keys(path, value, error_class)
