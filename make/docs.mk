# The documentation

.PHONY: docs-check bench-docs
docs-check: docs ## Look at every page in headless Chromium: on a phone and a desk, light and dark
	@$(VENV)/bin/python tools/check_pages.py $(BUILD)/docs --browser

bench-docs: build ## The tables and plots of the pages on speed, from the figures in docs/benchmarks
	@$(VENV)/bin/python benchmarks/report.py docs/benchmarks/words.json docs/benchmarks.md
	@$(VENV)/bin/python benchmarks/report.py docs/benchmarks/bpe.json docs/tokenizer-benchmarks.md
	@$(VENV)/bin/python benchmarks/report.py docs/benchmarks/published.json docs/published-benchmarks.md
	@$(VENV)/bin/python benchmarks/report.py docs/benchmarks/cluster.json docs/cluster-benchmarks.md
