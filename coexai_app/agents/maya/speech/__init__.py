"""Spoken words as material for texts: who said what when, cleaned, cut into topics, ranked. Articles and summaries come of it."""
