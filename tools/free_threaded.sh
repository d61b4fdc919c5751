#!/usr/bin/env bash
# Usage: free_threaded.sh SDIST FOLDER [PYTHON]
# Builds the package for a free-threaded CPython and runs its tests there with the GIL off. Without PYTHON, which only works in the
# root of in_unstable.sh, CPython is compiled in FOLDER from Debian's source package, once.
set -euo pipefail

sdist=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
python=${3:-}
source=python3.14 # the packages that the tests need have more wheels for it than for 3.15

export DEBIAN_FRONTEND=noninteractive

# Without optimisation by profile, which takes an hour.
build_python() {
    apt-get -qq install --no-install-recommends gcc libc6-dev make pkg-config libffi-dev libssl-dev zlib1g-dev libzstd-dev \
        libbz2-dev liblzma-dev
    cd "$folder/fetched/$source"-*/
    # venv takes pip from where Debian has it, as its source packages may be without.
    ./configure --quiet --disable-gil --disable-test-modules --without-ensurepip \
        --with-wheel-pkg-dir=/usr/share/python-wheels --prefix="$folder/python"
    make --quiet "-j$(nproc)"
    make --quiet install
}

fetch_source() {
    sed 's/^deb /deb-src /' /etc/apt/sources.list >/etc/apt/sources.list.d/sources.list
    # A mirror may lag behind, which debootstrap does not mind either; what is signed is checked all the same.
    apt-get -qq -o Acquire::Check-Valid-Until=false update
    apt-get -qq install --no-install-recommends dpkg-dev
    rm -rf "$folder/fetched"
    mkdir "$folder/fetched"
    cd "$folder/fetched"
    apt-get -qq source "$source"
}

if [ -z "$python" ]; then
    python=$folder/python/bin/${source}t
    if [ ! -x "$python" ]; then
        # A subshell of its own: bash does not stop at an error within a condition.
        status=0
        (set -e; fetch_source) >"$folder/fetch.log" 2>&1 & wait $! || status=$?
        if [ $status != 0 ]; then
            first=$(sed -nE '/^E: /{s#[a-z]+://[^ ]*/##; s# *\[IP.*##; p; q}' "$folder/fetch.log")
            echo "skipped: the source package of $source cannot be fetched: $first"
            exit 0
        fi
        (set -e; build_python) >"$folder/build.log" 2>&1 & wait $! || { tail -n 50 "$folder/build.log"; exit 1; }
    fi
fi
"$python" -c 'import sysconfig; assert sysconfig.get_config_var("Py_GIL_DISABLED"), "this CPython is not free-threaded"'

# `python -m` would put the sources before the environment.
export PYTHONSAFEPATH=1
unset PYTHONPATH

tried=$folder/tried
rm -rf "$tried"
mkdir -p "$tried/source"
tar -xzf "$sdist" -C "$tried/source" --strip-components=1
"$python" -m venv "$tried/environment"
PATH=$tried/environment/bin:$PATH
pip=(python -m pip --quiet --disable-pip-version-check)

# What the tests are held against may have no wheel yet for such a CPython: its tests are skipped then.
requirements() {
    python -c 'import sys, tomllib
project = tomllib.load(open(sys.argv[1], "rb"))
print(*project["dependency-groups"]["test"], *project["project"]["optional-dependencies"]["cli"], sep="\n")' "$1"
}

"${pip[@]}" wheel --no-deps --wheel-dir "$tried" "$sdist"
"${pip[@]}" install "$tried"/*.whl
while read -r requirement; do
    "${pip[@]}" install --only-binary :all: "$requirement" 2>"$tried/pip.log" ||
        echo "skipped: tests that need ${requirement%%[<>=;]*}, which has no wheel for $(python -V) without the GIL"
done < <(requirements "$tried/source/pyproject.toml")

echo "== $(cd "$tried" && echo ./*.whl) on $(python -VV)"
# The extension declares that it does not need the GIL: otherwise its import turns it on, with a warning.
python -W error -c 'import sys, text_processor; assert not sys._is_gil_enabled(), "importing the package turned the GIL on"'
python "$tried/source/tools/smoke_test.py"
# It stays off whatever the packages beside ours declare.
export PYTHON_GIL=0
failed=()
cd "$tried/source"
pytest tests --numprocesses=auto --dist=worksteal -m 'not alone' || failed+=("side by side")
pytest tests -m alone || failed+=("alone")
if [ "${#failed[@]}" != 0 ]; then
    printf 'failed: tests that run %s\n' "${failed[@]}"
    exit 1
fi
