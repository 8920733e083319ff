"""What Maya's long texts share, articles, podcast summaries and newsletters: the output in blocks, its files, its rules, its verdict."""
