#!/usr/bin/env bash
# Usage: test_wheel.sh WHEEL SDIST FOLDER [VERSION…]
# Installs the same wheel into a fresh environment of each CPython found and tries it there: the smoke test on all, the tests of
# the package on the VERSIONs given. Tests that measure time are left out: time grows with the core, which is the same for all.
# The tests come from the sdist, where no compiled module lies that could be taken for the wheel's.
# MEASURED=VERSION: one of them on which the lines that are reached are measured, too, by sys.monitoring, which 3.12 and later have.
set -euo pipefail

wheel=$(realpath "$1") sdist=$(realpath "$2") folder=$3
shift 3
suite=" $* "
root=$(realpath "$(dirname "$0")/..")

# `python -m` would put the sources before the environment.
export PYTHONSAFEPATH=1
unset PYTHONPATH

rm -rf "$folder"
mkdir -p "$folder/source"
tar -xzf "$sdist" -C "$folder/source" --strip-components=1
found=$("${PYTHON:-python3}" "$root/tools/find_pythons.py")

failed=()

# As the targets of make do: side by side, then those that need the machine to themselves. What fails on one CPython does not keep
# the others from being tried.
run_tests() {
    pushd "$folder/source" >/dev/null
    local run=("$environment/bin/python")
    if [ "$version" = "${MEASURED:-}" ]; then
        run=("$environment/bin/coverage" run)
        export COVERAGE_CORE=sysmon
    fi
    # Those that fork among busy threads run without what measures: it has locks of its own, and a child may inherit one that is locked.
    "${run[@]}" -m pytest tests --numprocesses=auto --dist=worksteal -m 'not alone and not timing' || failed+=("$version, side by side")
    "${run[@]}" -m pytest tests --ignore=tests/test_fork.py -m 'alone and not timing' || failed+=("$version, alone")
    "$environment/bin/python" -m pytest tests/test_fork.py || failed+=("$version, forks")
    if [ "$version" = "${MEASURED:-}" ]; then
        "$environment/bin/coverage" combine --quiet
        "$environment/bin/coverage" report || failed+=("$version, coverage")
    fi
    popd >/dev/null
}

for version in 3.11 3.12 3.13 3.14 3.15; do
    python=$(awk -F '\t' -v wanted="$version." 'index($1, wanted) == 1 {print $2}' <<<"$found")
    if [ -z "$python" ]; then
        echo "skipped: CPython $version is not installed"
        continue
    fi
    echo "== $(basename "$wheel") on CPython $version"
    environment=$(realpath "$folder")/$version
    "$python" -m venv "$environment"
    pip=("$environment/bin/python" -m pip install --quiet --disable-pip-version-check)
    "${pip[@]}" "$wheel"
    "$environment/bin/python" "$folder/source/tools/smoke_test.py"
    if [[ $suite == *" $version "* ]]; then
        "${pip[@]}" 'pip>=25.1' # the first that knows groups
        "${pip[@]}" "${wheel}[cli]" --group "$folder/source/pyproject.toml:test" --group "$folder/source/pyproject.toml:coverage"
        run_tests
    fi
done

if [ "${#failed[@]}" != 0 ]; then
    printf 'failed on CPython %s\n' "${failed[@]}"
    exit 1
fi
