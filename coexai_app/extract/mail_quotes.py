"""What in an e-mail is not its writer's own: quoted replies, signatures, the headers of what was forwarded. `mail` calls it.

Marks as mail programs write them: ">" (RFC 3676), "-- " (RFC 3676, 4.3), "On … wrote:", Outlook's block of headers, and the classes that
Gmail, Thunderbird, Apple Mail, Outlook, Yahoo and Proton give their quotes. A forwarded text is what the mail is about, so it stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_FORWARD: Final = re.compile(r"^\s*(?:fwd?|fw|wg|tr|rv|enc|i|doorst|vs|vb)\s*:", re.IGNORECASE)
_PREFIX: Final = re.compile(r"^\s*(?:(?:re|aw|antw|sv|ref|rif|fwd?|fw|wg|tr|rv|enc|doorst)(?:\s?\[\d+\])?\s*:\s*)+", re.IGNORECASE)
# "On Tue, 3 Mar 2026 at 10:12, Ann <ann@example.com> wrote:" and its like; a line or up to three.
_WROTE: Final = re.compile(
    r"^(?:on|am|le|el|il|em|op|den|dnia|в|at)\b.{6,300}\b(?:wrote|writes|schrieb|geschrieben|a écrit|écrit|escribió|ha scritto|escreveu|"
    r"schreef|skrev|napisał(?:\(a\))?|написал(?:а)?|пишет)\b.{0,120}:\s*$|"
    r"^.{2,120}<[^<>\s]+@[^<>\s]+>\s*(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef)[^:]{0,80}:\s*$",
    re.IGNORECASE,
)
_WROTE_STARTS: Final = re.compile(r"^(?:on|am|le|el|il|em|op|den)\s.{0,60}\d", re.IGNORECASE)
_ORIGINAL: Final = re.compile(
    r"^[-_\s]{2,}(?:original message|original appointment|ursprüngliche nachricht|original-?nachricht|message d['’]origine|"
    r"mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht)[-_\s]{2,}$",
    re.IGNORECASE,
)
_FORWARDED: Final = re.compile(
    r"^(?:[-_\s]{2,}(?:forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado|messaggio inoltrato|"
    r"mensagem encaminhada|doorgestuurd bericht)[-_\s]{2,}|begin forwarded message:|anfang der weitergeleiteten nachricht:)$",
    re.IGNORECASE,
)
_FROM: Final = re.compile(r"^\W{0,3}(?:from|von|de|da|van)\W{0,3}:\s*\S", re.IGNORECASE)
_HEADER: Final = re.compile(
    r"^\W{0,3}(?:from|sent|date|to|cc|subject|von|gesendet|datum|an|betreff|de|envoyé|à|objet|enviado(?: el)?|para|asunto|da|inviato|a|"
    r"oggetto|data|assunto|van|verzonden|aan|onderwerp|reply-to)\W{0,3}:",
    re.IGNORECASE,
)
_SENT_FROM: Final = re.compile(
    r"^(?:sent from (?:my|a|an|the|mail|outlook|yahoo|proton)\b.{0,60}|get outlook for .{0,40}|von meinem .{1,40} gesendet|"
    r"gesendet (?:von|mit) .{1,60}|envoyé (?:de|depuis) mon .{1,40}|enviado desde mi .{1,40}|inviato da .{1,40}|"
    r"enviado do meu .{1,40}|verzonden (?:vanaf|met) .{1,40})$",
    re.IGNORECASE,
)
_SIGNATURE: Final = re.compile(r"^--\s*$")
_SIGNATURE_LINES: Final = 15
_QUOTED: Final = re.compile(r"^\s{0,2}(?:>|\|\s>)")
_QUOTE_CLASSES: Final = frozenset(
    {
        "gmail_quote",
        "gmail_quote_container",
        "yahoo_quoted",
        "protonmail_quote",
        "zmail_extra",
        "moz-cite-prefix",
        "gmail_attr",
        "tutanota_quote",
    }
)
_SIGNATURE_CLASSES: Final = frozenset({"gmail_signature", "moz-signature", "protonmail_signature_block", "gmail_signature_prefix"})
_SIGNATURE_IDS: Final = frozenset({"signature", "applemailsignature"})
# From here on everything is an earlier mail.
_REST_IDS: Final = frozenset({"divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container", "oriMsgHtmlSeperator".lower()})


def is_forward(subject: str) -> bool:
    return bool(_FORWARD.match(subject))


def bare_subject(subject: str) -> str:
    """A subject without "Re:" and "Fwd:"."""
    return _PREFIX.sub("", subject).strip()


def own_words(body: str, *, forward: bool) -> str:
    """The lines of a plain body that its writer wrote, or forwarded."""
    lines = [line.rstrip() if not _SIGNATURE.match(line) else line for line in body.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    kept: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number].strip()
        if _FORWARDED.match(line) or (forward and _ORIGINAL.match(line)):
            forward = True
            number = _past_headers(lines, number + 1)
            continue
        if _ends_own(lines, number, forward=forward):
            break
        if headers := _headers(lines, number):
            if not forward:
                break
            number += headers
            continue
        if attribution := _attribution(lines, number):
            if not forward and not _is_quoted_next(lines, number + attribution):
                break
            number += attribution
            continue
        if not _QUOTED.match(lines[number]) and not _SENT_FROM.match(line):
            kept.append(lines[number])
        number += 1
    return "\n".join(kept)


def own_blocks(texts: Sequence[str], *, forward: bool) -> list[int]:
    """The same for the blocks of an HTML body: the numbers of those that stay."""
    kept: list[int] = []
    for number, block in enumerate(texts):
        lines = block.split("\n")
        first = lines[0].strip()
        folded = " ".join(block.split())
        if _FORWARDED.match(first):
            forward = True
            continue
        is_headers = bool(_FROM.match(first)) and sum(bool(_HEADER.match(line)) for line in lines) >= 3
        if forward and (is_headers or _ORIGINAL.match(first)):
            continue
        if is_headers or _ORIGINAL.match(first) or _WROTE.match(folded) or _is_signature(texts, number):
            if forward and not _is_signature(texts, number):
                continue
            break
        if not _SENT_FROM.match(folded):
            kept.append(number)
    return kept


def prune(root: HtmlElement, *, forward: bool) -> None:
    """Takes the quotes and signatures that mail programs mark out of a body, in place."""
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None:
            continue
        classes = frozenset((element.get("class") or "").lower().split())
        id_ = (element.get("id") or "").lower()
        cited = element.tag == "blockquote" and (element.get("type") or "").lower() == "cite"
        if classes & _SIGNATURE_CLASSES or id_ in _SIGNATURE_IDS:
            element.drop_tree()
        elif not forward and id_ in _REST_IDS:
            for after in list(element.itersiblings()):
                after.drop_tree()
            element.drop_tree()
        elif (forward and "gmail_attr" in classes) or (not forward and (cited or classes & _QUOTE_CLASSES)):
            element.drop_tree()


def unflowed(body: str, *, delete_space: bool) -> str:
    """Lines that end with a space go on in the next one (RFC 3676, 4.1); the signature's mark does not."""
    found: list[str] = []
    going_on = False
    for line in body.replace("\r\n", "\n").split("\n"):
        stuffed = line[1:] if line.startswith(" ") else line
        soft = stuffed.endswith(" ") and stuffed != "-- " and not stuffed.startswith(">")
        if going_on and not stuffed.startswith(">") and stuffed != "-- ":
            found[-1] += stuffed
        else:
            found.append(stuffed)
        going_on = soft
        if soft and delete_space:
            found[-1] = found[-1][:-1]
    return "\n".join(found)


def _ends_own(lines: Sequence[str], number: int, *, forward: bool) -> bool:
    line = lines[number]
    if _SIGNATURE.match(line):
        return line == "-- " or sum(bool(rest.strip()) and not _QUOTED.match(rest) for rest in lines[number + 1 :]) <= _SIGNATURE_LINES
    return not forward and bool(_ORIGINAL.match(line.strip()))


def _is_signature(texts: Sequence[str], number: int) -> bool:
    return bool(_SIGNATURE.match(texts[number].split("\n")[0])) and len(texts) - number <= _SIGNATURE_LINES


def _headers(lines: Sequence[str], number: int) -> int:
    """How many lines a block of an earlier mail's headers takes that begins here; 0 for none."""
    if not _FROM.match(lines[number].strip()):
        return 0
    count = 0
    while number + count < len(lines) and count < 12 and _HEADER.match(lines[number + count].strip()):
        count += 1
    return count if count >= 3 else 0


def _past_headers(lines: Sequence[str], number: int) -> int:
    while number < len(lines) and not lines[number].strip():
        number += 1
    while number < len(lines) and _HEADER.match(lines[number].strip()):
        number += 1
    return number


def _attribution(lines: Sequence[str], number: int) -> int:
    """How many lines "On … wrote:" takes that begins here; 0 for none."""
    first = lines[number].strip()
    if not first or len(first) > 300:
        return 0
    if _WROTE.match(first):
        return 1
    if not _WROTE_STARTS.match(first):
        return 0
    for count in (2, 3):
        if _WROTE.match(" ".join(line.strip() for line in lines[number : number + count])):
            return count
    return 0


def _is_quoted_next(lines: Sequence[str], number: int) -> bool:
    after = next((line for line in lines[number : number + 4] if line.strip()), "")
    return bool(_QUOTED.match(after))
