#!/bin/sh
# Runs the tests of the vectorizers, scikit-learn's own among them, with other versions of scikit-learn:
# tools/try_sklearn.sh FOLDER VERSION…
# Each version gets an environment in the folder, which is kept. The extension in this checkout is used as it is built.
set -eu
folder=$1
shift
for version in "$@"; do
    environment=$folder/sklearn-$version
    python=$environment/bin/python
    if [ ! -e "$environment/.ready" ]; then
        "${PYTHON:-python3}" -m venv "$environment"
        "$python" -m pip -q install "scikit-learn==$version" cffi hypothesis joblib pandas pytest pytest-timeout
        touch "$environment/.ready"
    fi
    echo "scikit-learn $version"
    SKLEARN_WORKERS=loky PYTHONPATH=. "$python" -W ignore -m pytest -q -p no:cacheprovider tests/test_sklearn.py tests/test_sklearn_parts.py \
        tests/test_sklearn_own.py tests/test_sklearn_work.py tests/test_sklearn_sources.py
done
