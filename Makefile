# `make check` is what CI runs: format, lint, types, tests.
.PHONY: check
check:
	uv run ruff format --check .
	uv run ruff check .
	uv run mypy
	uv run pytest
