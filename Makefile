# `make check` is what CI runs: format, lint, types, tests, and the coach's own figures against the accepted ones.
.PHONY: check accept
check:
	uv run ruff format --check .
	uv run ruff check .
	uv run mypy
	uv run pytest
	uv run coach eval --gate

# Makes today's figures the accepted ones and writes README's; with the public sets where they lie beside the checkout.
PUBLIC := $(wildcard ../shared/evals)
accept:
	uv run coach eval --accept
ifneq ($(PUBLIC),)
	uv run coach eval --data $(PUBLIC) --accept
	uv run scripts/write_figures.py
endif
