"""Golden cases: a source, what is asked for, and what has to hold of the result. `coexai eval` runs them, results are kept as them.

Pure: no database. `cases` is the format, `files` reads and writes it, `checks` and `notes` judge, `runner` runs cases with providers,
`telling` prints.
"""
