"""Spoken words as material for texts: who said what when, cleaned, cut into topics, ranked. Articles and podcast summaries are "
"made of it."""
