"""The shared looks, as class strings made of the design tokens. No other module names a colour.

Roles only (`bg-surface`, `text-ink-2`, `border-line`), so dark mode needs no prefix. The few looks that utilities cannot
express (the marker underline of a claim, the lit pair) are classes of `assets/app.css`: `cl`, `sp`, `claim-row`.
"""

from __future__ import annotations

from typing import Any, Final

from components.vars import Text, concat

# --- text ---
MUTE: Final = "text-ink-3"
SUB: Final = "text-ink-2"
STRONG: Final = "font-semibold text-ink"
XS: Final = "text-xs"
META: Final = "text-xs text-ink-3"
LINK: Final = "font-medium text-link hover:underline underline-offset-2 rounded-xs"
MONO: Final = "font-mono text-[0.923em] tracking-[-0.01em]"
H1: Final = "font-display text-xl font-semibold tracking-[-0.012em] text-ink text-balance"
H2: Final = "text-md leading-5 font-semibold text-ink"
HELLO: Final = "font-display text-2xl font-semibold tracking-[-0.02em] text-ink text-balance"
BIG: Final = "font-display text-2xl font-semibold tracking-[-0.02em] tabular text-ink"
EYEBROW: Final = "flex items-center gap-1.5 text-xs font-medium text-ink-3"
PROSE: Final = "text-md leading-6 [&_p+p]:mt-2.5 break-words"
TRUNC: Final = "truncate min-w-0"
SR: Final = "sr-only"

# --- boxes ---
PANEL: Final = "min-w-0 rounded-lg border border-line bg-surface shadow-flat"
PANEL_HEAD: Final = "flex min-h-11 items-center gap-2 border-b border-line px-4"
PANEL_BODY: Final = "p-4"
PANEL_FOOT: Final = "flex min-h-11 items-center gap-3 border-t border-line px-4 py-2 text-ink-3"
WELL: Final = "rounded-md bg-sunken p-5"
POP: Final = "rounded-md bg-raised p-1 shadow-pop ring-1 ring-line"
ROW: Final = "flex items-center gap-2"
BETWEEN: Final = "flex items-center justify-between gap-2"
STACK: Final = "grid gap-2"
COLUMN: Final = "grid grid-cols-[minmax(0,1fr)] content-start gap-5 max-md:gap-4"
COLUMNS: Final = "grid items-start gap-5 max-md:gap-4 grid-cols-[minmax(0,1fr)_20rem] max-[1080px]:grid-cols-[minmax(0,1fr)] *:min-w-0"
COLUMNS_EVEN: Final = (
    "grid items-start gap-5 max-md:gap-4 grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)] max-[1080px]:grid-cols-[minmax(0,1fr)] *:min-w-0"
)
SPLIT: Final = (
    "grid grid-cols-4 max-[1080px]:grid-cols-2 *:min-w-0 *:p-4 *:border-line *:not-first:border-l "
    "max-[1080px]:*:nth-3:border-l-0 max-[1080px]:*:nth-[n+3]:border-t"
)
LIST_ROW: Final = "flex items-center gap-3 border-b border-line px-4 py-2.5 last:border-b-0"
ROW_LINK: Final = "inring hover:bg-hover transition-colors duration-[var(--d-fast)]"
PAGE: Final = (
    "mx-auto grid w-full max-w-[calc(var(--w-page)+3rem)] grid-cols-[minmax(0,1fr)] content-start gap-5 p-6 max-md:gap-4 max-md:p-4"
)
# The panels of a page of settings: as wide as forms are read well.
FORM_PAGE: Final = "grid max-w-[760px] grid-cols-[minmax(0,1fr)] content-start gap-5 max-md:gap-4"
PAGE_WIDE: Final = "grid w-full grid-cols-[minmax(0,1fr)] content-start gap-5 p-6 max-md:gap-4 max-md:p-4"
KV: Final = (
    "grid grid-cols-[auto_1fr] gap-y-[7px] [&_dt]:text-ink-3 [&_dd]:pl-4 [&_dd]:text-right [&_dd]:tabular [&_dd]:break-words [&_dd]:min-w-0"
)
KBD: Final = (
    "inline-block rounded-xs border border-line bg-sunken px-[5px] py-[3px] font-sans text-[11px] leading-none font-medium text-ink-3"
)

# --- the evidence pair (see assets/app.css and assets/app.js) ---
CLAIM: Final = "cl"
CLAIM_UNLINKED: Final = "cl cl-no"
CLAIM_KEPT: Final = "cl cl-kept"
SPAN: Final = "sp"
CLAIM_ROW: Final = "claim-row"

# --- tables of looks: a variant or a tone, to its classes ---
BUTTON: Final = (
    "inline-flex items-center justify-center gap-1.5 rounded-sm border font-medium whitespace-nowrap select-none "
    "transition-colors duration-[var(--d-fast)] cursor-pointer aria-busy:cursor-progress "
    "disabled:cursor-not-allowed disabled:border-line disabled:bg-sunken disabled:text-ink-3 disabled:shadow-none"
)
BUTTON_VARIANTS: Final = {
    "pri": "border-transparent bg-primary text-on-primary hover:bg-primary-hover",
    "sec": "border-line-strong bg-surface text-ink shadow-flat hover:bg-hover",
    "gho": "border-transparent text-ink-2 hover:bg-hover hover:text-ink "
    "disabled:border-transparent! disabled:bg-transparent! disabled:opacity-50",
    "dan": "border-bad-line bg-surface text-bad-fg hover:bg-bad-bg",
    "mark": "border-transparent bg-(--marker-400) text-(--marker-900) hover:bg-(--marker-300) font-semibold",
}
BUTTON_SIZES: Final = {
    "sm": "h-7 px-[9px] text-xs max-md:min-h-8",
    "md": "h-8 px-3 text-sm max-md:h-11",
    "lg": "h-10 px-4 text-md max-md:h-11",
}
BUTTON_ICON_SIZES: Final = {"sm": "size-7 max-md:size-9", "md": "size-8 max-md:size-11", "lg": "size-10 max-md:size-11"}

# A tone is a class `tone-<name>` of app.css that sets --tone-bg, --tone-fg, --tone-line and --tone-solid; these looks read them, so a
# tone that comes from a var costs the browser one joined string.
TONES: Final = ("idle", "info", "ok", "warn", "bad", "solid", "out", "mark", "dash")
CHIP: Final = (
    "inline-flex h-5 max-w-full items-center gap-[5px] rounded-xs pr-[7px] pl-1.5 text-xs leading-none font-medium whitespace-nowrap "
    "bg-(--tone-bg) text-(--tone-fg) shadow-[var(--tone-edge)] outline-1 -outline-offset-1 outline-dashed outline-(--tone-dash)"
)
NOTE: Final = (
    "flex gap-2.5 rounded-md border px-3 py-2.5 text-sm break-words "
    "border-(--tone-line) bg-[var(--tone-note,var(--tone-bg))] text-(--tone-fg)"
)
COUNTER: Final = "rounded-full px-1.5 text-2xs tabular font-medium bg-(--tone-bg) text-(--tone-fg)"
DOT: Final = "inline-block size-[7px] flex-none rounded-full bg-(--tone-solid)"
NODE: Final = "grid size-5 flex-none place-items-center rounded-full bg-(--tone-bg) text-(--tone-fg)"
BAR_FILL: Final = "block h-full rounded-[3px] bg-(--tone-bar)"
TONE_TEXT: Final = "text-(--tone-text)"

# --- fields ---
LABEL: Final = "flex items-baseline gap-1.5 text-sm font-medium text-ink"
OPTIONAL: Final = "text-xs font-normal text-ink-3"
HELP: Final = "text-xs text-ink-3"
ERROR: Final = "flex items-start gap-[5px] text-xs text-bad-fg"
INPUT: Final = (
    "w-full min-w-0 rounded-sm border border-field-line bg-surface px-2.5 text-md text-ink max-md:text-lg "
    "placeholder:text-ink-3 aria-invalid:border-bad-solid disabled:bg-sunken disabled:text-ink-3"
)
INPUT_SIZES: Final = {"md": "h-8 max-md:h-11", "lg": "h-10 max-md:h-11"}
TEXTAREA: Final = f"{INPUT} block min-h-20 resize-y py-2 leading-[1.375rem]"
SEGMENTED: Final = "inline-flex w-fit max-w-full flex-wrap gap-0.5 rounded-sm border border-line-strong bg-sunken p-0.5"
SEGMENT: Final = (
    "inline-flex h-[26px] max-md:h-10 cursor-pointer items-center gap-1.5 rounded-xs px-2.5 font-medium text-ink-2 "
    "has-checked:bg-surface has-checked:text-ink has-checked:shadow-[0_0_0_1px_var(--line),0_1px_1px_rgb(36_31_27/0.06)] "
    "has-focus-visible:shadow-[var(--ring)] aria-pressed:bg-surface aria-pressed:text-ink aria-pressed:shadow-[0_0_0_1px_var(--line)]"
)
CARD_OPTION: Final = (
    "flex min-h-9 max-md:min-h-11 cursor-pointer items-center gap-2.5 rounded-sm border border-line-strong px-2.5 py-[7px] font-medium "
    "has-checked:border-primary has-checked:bg-selected has-checked:shadow-[inset_0_0_0_1px_var(--primary)] "
    "has-focus-visible:shadow-[var(--ring)]"
)
CHECKBOX: Final = "check"

# --- tables ---
TABLE: Final = "w-full border-collapse text-sm"
TH: Final = "border-b border-line px-3 py-2 text-left text-xs font-medium whitespace-nowrap text-ink-3 first:pl-4 last:pr-4"
TD: Final = "border-b border-line px-3 py-[9px] align-middle first:pl-4 last:pr-4"
TR: Final = "hover:bg-hover [&:last-child>td]:border-b-0"
NUM: Final = "text-right tabular"


def tone(name: Text) -> Any:
    """The class that gives a look its tone: one of `TONES`, or a var that holds one."""
    return concat("tone-", name)
