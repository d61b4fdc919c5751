#!/usr/bin/env bash
# Usage: test_wheel.sh WHEEL SDIST FOLDER [VERSION…]
# Installs the same wheel into a fresh environment of each CPython found and tries it there: the smoke test on all, the tests of
# the package on the VERSIONs given. Tests that measure time are left out: time grows with the core, which is the same for all.
# The tests come from the sdist, where no compiled module lies that could be taken for the wheel's.
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
    "$environment/bin/pytest" tests --numprocesses=auto --dist=worksteal -m 'not alone' || failed+=("$version, side by side")
    "$environment/bin/pytest" tests -m 'alone and not timing' || failed+=("$version, alone")
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
        "${pip[@]}" "${wheel}[cli]" --group "$folder/source/pyproject.toml:test"
        run_tests
    fi
done

if [ "${#failed[@]}" != 0 ]; then
    printf 'failed on CPython %s\n' "${failed[@]}"
    exit 1
fi
