#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""What Doxygen reads instead of a file of this project. Lines keep their numbers, so that warnings name the right ones.

A header: everything in namespace itk belongs to the group of its module, all functions that macros make of one name
share the comment before them, and a filter refers to its page. A page: links between pages become Doxygen's, names of
classes become links, the picture of the modules is drawn.

    python3 filter.py [--dot] FILE        --dot: Graphviz is there
"""

import functools
import pathlib
import re
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
CLASS = re.compile(
    r"^(?:class|struct)\s+(?:ITK_\w+\s+|ITKTorch\w+_EXPORT\s+)*(\w+)(?:\s+final)?\s*(?::|$)", re.MULTILINE
)
COMMENT = r"/\*\*(?:(?!\*/)[\s\S])*\*/"
ACCESSORS = re.compile(rf"^  ({COMMENT}\n  itk(\w+)Macro\((\w+)\b.*;((?:\n  itk\w+Macro\(\3\b.*;)*))$", re.MULTILINE)
SEVERAL = re.compile("Boolean|DecoratedOutput|TorchParameter$|Result|Metric")


def share_comment(match):
    accessors, macro, _, others = match.groups()
    return f"  /** @{{ */ {accessors} /** @}} */" if others or SEVERAL.search(macro) else match[0]


def filter_header(path, text):
    group = f"ITKTorch{path.relative_to(SOURCE / 'Modules').parts[0]}"
    text = text.replace("\nnamespace itk\n{", f"\nnamespace itk {{ /** \\addtogroup {group}\n@{{ */", 1)
    text = text.replace("\n} // namespace itk", "\n/** @} */ } // namespace itk", 1)
    name = path.stem.removeprefix("itk")
    page = SOURCE / "Documentation" / "Filters" / f"{name}.md"
    if page.is_file():
        uses = f'\\g<1>\\\\sa \\\\ref {label(page)} "How it is used"'
        text = re.sub(rf"(\\class {name}\b(?:(?!\*/)[\s\S])*?)\\ingroup \w+", uses, text, count=1)
    return ACCESSORS.sub(share_comment, text)


@functools.cache
def classes():
    return {name for header in SOURCE.glob("Modules/*/include/*.h") for name in CLASS.findall(header.read_text())}


def label(page, anchor=""):
    name = "-".join(page.relative_to(SOURCE).with_suffix("").parts)
    return f"{name}--{anchor}" if anchor else name


def anchor_of(heading):
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def is_page(path):
    return path.suffix == ".md" and path.is_file()


class Page:
    def __init__(self, path, has_dot):
        self.path = path
        self.has_dot = has_dot
        self.subpages = set()

    def link(self, match):
        image, text, target = match.groups()
        if re.match(r"\w+:", target):
            return match[0]
        target, _, anchor = target.partition("#")
        path = (self.path.parent / target).resolve() if target else self.path
        if image:
            return f"![{text}]({path.name})"
        if not path.exists():
            return f"@ref {target}"  # Doxygen warns of it
        if path.is_dir() and is_page(path / "README.md"):
            path = path / "README.md"
        text = text.replace("`", "").replace('"', "")
        if is_page(path):
            return f'@{self.reference(path, anchor)} "{text}"'
        if path.suffix == ".h":
            return f'@ref {path.name} "{text}"'
        if path.suffix == ".cxx":
            return f'@ref {path.relative_to(SOURCE / "Examples")} "{text}"'
        return text

    def reference(self, path, anchor):
        if path == SOURCE / "README.md":
            return "ref index"
        if not anchor and self.path == SOURCE / "README.md" and path not in self.subpages:
            self.subpages.add(path)
            return f"subpage {label(path)}"
        return f"ref {label(path, anchor)}"

    def code(self, match):
        code = match[1]
        return f'@ref itk::{code} "{code}"' if code in classes() else f"``{code}``"

    def prose(self, line):
        heading = re.match(r"(#+) (.*)", line)
        if heading:
            name = label(self.path, "" if heading[1] == "#" else anchor_of(heading[2]))
            return f"{line.replace('`', '')} {{#{name}}}"
        module = re.match(r"\| `(\w+)` \|", line)
        if module and self.path.name == "Architecture.md":
            line = f'| @ref ITKTorch{module[1]} "{module[1]}" |{line[module.end() :]}'
        line = re.sub(r"(!?)\[([^\]]+)\]\(([^) ]+)\)", self.link, line)
        return re.sub(r"(?<!`)`([^`]+)`(?!`)", self.code, line)

    def filter(self, text):
        lines = []
        fence = None
        for line in text.split("\n"):
            if fence is None and line.startswith("```"):
                fence = line[3:].strip()
                if fence == "mermaid" and self.has_dot:
                    line = "@dot"
            elif fence is not None and line.startswith("```"):
                line = "} @enddot" if fence == "mermaid" and self.has_dot else line
                fence = None
            elif fence == "mermaid" and self.has_dot:
                graph = 'digraph { rankdir=BT; node [shape=box, fontname="Helvetica", fontsize=10];'
                line = graph if line.startswith("graph ") else line.replace("-->", "->")
            elif fence is None:
                line = self.prose(line)
            lines.append(line)
        return "\n".join(lines)


def main():
    path = pathlib.Path(sys.argv[-1]).resolve()
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".h":
        text = filter_header(path, text)
    elif path.suffix == ".md":
        text = Page(path, "--dot" in sys.argv).filter(text)
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
