"""Opens an Office file (a ZIP of XML parts) with bounded memory. The Word reader and the sniffer call it."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from typing import TYPE_CHECKING

from coexai_app.errors import InvalidInput, TooLarge
from coexai_app.extract.limits import LIMITS, label, megabytes

if TYPE_CHECKING:
    from lxml.etree import _Element

# What zipfile raises for damaged, truncated or exotically packed entries.
_READ_ERRORS = (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError, RuntimeError)
_OFFICE_DOCUMENT = "/officeDocument"
_ENCRYPTED_FLAG = 0x1


def local(tag: object) -> str:
    """The name of an element or attribute without its namespace, so that transitional and strict files read alike; "" for comments."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: _Element, name: str) -> str:
    """The attribute with this local name, or ""."""
    for key, value in element.attrib.items():
        if local(key) == name:
            return str(value)
    return ""


def child(element: _Element | None, *path: str) -> _Element | None:
    """The first descendant along the local names of `path`."""
    for name in path:
        element = None if element is None else next((e for e in element if local(e.tag) == name), None)
    return element


class Package:
    """The parts of an Office file. The sizes in its directory are checked before anything is inflated, and hold while it is."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            entries = self._zip.infolist()
        except _READ_ERRORS as error:
            raise self.damaged() from error
        if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
            raise InvalidInput(f"{label(name, 'The file')} has a password. Remove it and add the file again.")
        self.names = [entry.filename for entry in entries]
        self._check(entries)

    def damaged(self) -> InvalidInput:
        return InvalidInput(
            f"{label(self.name, 'The file')} is damaged and cannot be read. Open it in Word, save it again and add the new file."
        )

    def _check(self, entries: list[zipfile.ZipInfo]) -> None:
        called = label(self.name, "The file")
        if len(entries) > LIMITS.docx_entries:
            raise InvalidInput(f"{called} has {len(entries):,} parts inside; the limit is {LIMITS.docx_entries:,}. It was not opened.")
        total = sum(entry.file_size for entry in entries)
        if total > LIMITS.docx_total_bytes:
            raise InvalidInput(
                f"{called} unpacks to {megabytes(total)}; the limit is {megabytes(LIMITS.docx_total_bytes)}. It was not opened."
            )
        for entry in entries:
            if entry.file_size > LIMITS.docx_ratio_free_bytes and entry.file_size > LIMITS.docx_ratio * max(entry.compress_size, 1):
                raise InvalidInput(
                    f"{called} unpacks to more than {LIMITS.docx_ratio} times its size, as hostile files do. It was not opened."
                )

    def xml(self, path: str) -> _Element | None:
        """The root of an XML part, or None when there is no such part. Entities and the network are never touched.

        Raises `InvalidInput` for damaged XML and for XML that declares a document type, and `TooLarge` for an oversized part.
        """
        from lxml import etree

        try:
            entry = self._zip.getinfo(path)
        except KeyError:
            return None
        if entry.file_size > LIMITS.docx_part_bytes:
            called = label(self.name, "The file")
            raise TooLarge(
                f"{called} holds {megabytes(entry.file_size)} of markup, more than {megabytes(LIMITS.docx_part_bytes)}. Split it.",
                limit=LIMITS.docx_part_bytes,
                size=entry.file_size,
            )
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(self._zip.read(entry), parser)
        except (etree.XMLSyntaxError, *_READ_ERRORS) as error:
            raise self.damaged() from error
        if root.getroottree().docinfo.internalDTD is not None:
            raise InvalidInput(f"{label(self.name, 'The file')} declares XML entities, which Word never does. It was not read.")
        return root

    def main_part(self) -> str:
        """The path of the main document, by the package's relations."""
        root = self.xml("_rels/.rels")
        for relation in root if root is not None else ():
            if attribute(relation, "Type").endswith(_OFFICE_DOCUMENT):
                return posixpath.normpath(attribute(relation, "Target").lstrip("/"))
        return "word/document.xml"

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relation id → (last word of its type, target) for a part; targets of internal relations are paths in the package."""
        folder, _, file = part.rpartition("/")
        root = self.xml(f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels")
        found: dict[str, tuple[str, str]] = {}
        for relation in root if root is not None else ():
            target = attribute(relation, "Target")
            if attribute(relation, "TargetMode") != "External":
                target = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[attribute(relation, "Id")] = (attribute(relation, "Type").rpartition("/")[2], target)
        return found
