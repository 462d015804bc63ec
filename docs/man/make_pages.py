#!/usr/bin/python3
"""make_pages.py [--check] ROOT: writes what the manual pages have from other documents: all of tlswhy-causes(7) out of
docs/causes.md, and the facts of tlswhy-rules(5) out of docs/rules.md.

With --check nothing is written; exits 1 where a page is not what would be written.
"""
import os
import re
import sys
import textwrap

HEAD = r'''.\" Made from docs/causes.md by docs/man/make_pages.py: change that instead.
.Dd November 22, 2026
.Dt TLSWHY-CAUSES 7
.Os
.Sh NAME
.Nm tlswhy-causes
.Nd why TLS handshakes fail, as
.Xr tlswhyd 8
says it
.Sh DESCRIPTION
'''
TAIL = r'''.Sh SEE ALSO
.Xr openssl-s_client 1 ,
.Xr tlswhy-rules 5 ,
.Xr tlswhyd.conf 5 ,
.Xr tlswhyd 8
'''
LABELS = {"Means": "Means", "Known": "How it is known", "Do": "What to do", "Others print": "What others print"}
PUNCTUATION = ".,:;()"


def literal(text):
    """TEXT as it stands, for a line of roff."""
    return text.replace("\\", r"\e")


def sentences(text):
    """Each sentence on lines of its own, as mdoc wants them, none of them longer than 80 bytes."""
    for sentence in re.split(r"(?<=[.!?])\s+(?=[^a-z\s])", text.strip()):
        yield from textwrap.wrap(sentence, 78, break_long_words=False, break_on_hyphens=False)


def plain(text):
    for line in sentences(literal(text)):
        yield (r"\&" + line) if line[:1] in ".'" else line


def quoted(code, opening, behind):
    """A literal text, with the punctuation around it."""
    code = literal(code).replace("-", r"\-").replace('"', r"\(dq")
    before = f".Pf {opening} Ql" if opening else ".Ql"
    return f'{before} "\\&{code}"' + "".join(f" {mark}" for mark in behind)


def paragraph(text):
    """Markdown's `code`, and the text between; **strong** and *stressed* words become plain."""
    texts = re.split(r"`([^`]+)`", re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", text))
    codes = texts[1::2]
    texts = [re.sub(r"\*+([^*\s]+(?: [^*\s]+)*)\*+", r"\1", part) for part in texts[::2]]
    opening = ""
    for position, before in enumerate(texts):
        if position > 0:
            marks = re.match(rf"[{re.escape(PUNCTUATION)}]*(?=\s|$)", before)
            behind = marks.group(0) if marks else ""
            before = before[len(behind):]
            glued = re.match(r"\S+", before) if not behind else None  # `code`s
            yield quoted(codes[position - 1], opening, behind) + (f" Ns \\&{glued.group(0)}" if glued else "")
            before = before[glued.end():] if glued else before
        opening = "(" if before.endswith("(") and position + 1 < len(texts) else ""
        yield from plain(before[:len(before) - len(opening)])


def lines_of(document):
    in_list = False
    for block in re.split(r"\n\n+", document.split("\n", 1)[1].strip()):
        if block.startswith("## "):
            if in_list:
                yield ".El"
            in_list = False
            yield f".Ss {literal(block[3:])}"
        elif block.startswith("### "):
            if not in_list:
                yield ".Bl -tag -width 4n"
            in_list = True
            yield f".It Sy {block[4:].strip('`')}"
        elif block.startswith("- **"):
            for item in block.split("\n- "):
                label, text = re.match(r"(?:- )?\*\*([^:]+):\*\* (.*)", item, flags=re.DOTALL).groups()
                yield ".Pp"
                yield f".Em {LABELS[label]} :"
                yield from paragraph(text.replace("\n", " "))
        else:
            if in_list:
                yield ".El"
            in_list = False
            yield ".Pp"
            yield from paragraph(block.replace("\n", " "))
    if in_list:
        yield ".El"


def page_of(document):
    lines = list(lines_of(document))
    kept = [line for before, line in zip([".Pp"] + lines, lines) if not (line == ".Pp" and before.startswith((".Pp", ".Ss", ".It")))]
    return HEAD + "\n".join(kept) + "\n" + TAIL


def facts_of(document):
    """The facts, family by family, as a list each."""
    for family, table in re.findall(r"^### (\w+)\n\n((?:\|.*\n)+)", document.split("<!-- facts: begin -->")[1], flags=re.MULTILINE):
        yield f".Ss {family}"
        yield ".Bl -tag -width 4n"
        for name, kind, says in re.findall(r"^\| `([^`]+)` \| ([A-Z]+) \| (.*) \|$", table, flags=re.MULTILINE):
            yield f".It Sy {name} Pq {kind}"
            yield from paragraph(says.split("<br>")[0].replace("\\|", "|"))
        yield ".El"


def rules_page_of(page, document):
    begin, end = '.\\" facts: begin\n', '.\\" facts: end\n'
    before, rest = page.split(begin)
    return before + begin + "\n".join(facts_of(document)) + "\n" + end + rest.split(end)[1]


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def main():
    root = sys.argv[-1]
    man = os.path.join(root, "docs", "man")
    pages = {"tlswhy-causes.7": page_of(read(root, "docs", "causes.md")),
             "tlswhy-rules.5": rules_page_of(read(man, "tlswhy-rules.5"), read(root, "docs", "rules.md"))}
    stale = [name for name, page in pages.items() if not os.path.exists(os.path.join(man, name)) or read(man, name) != page]
    if "--check" in sys.argv:
        for name in stale:
            print(f"docs/man/{name} does not say what docs/causes.md and docs/rules.md say: run docs/man/make_pages.py .")
        return 1 if stale else 0
    for name in stale:
        with open(os.path.join(man, name), "w", encoding="utf-8") as file:
            file.write(pages[name])
    return 0


if __name__ == "__main__":
    sys.exit(main())
