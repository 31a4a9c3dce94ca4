#!/bin/sh
# Writes the images' own locks: parts of deploy/lock/run.txt, each pin and hash as it stands there. After `make lock`.
set -eu
cd "$(dirname "$0")/../.."
part() { # NAME, then what it is made of
  name=$1
  shift
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
    --no-emit-package torch --no-emit-package torchvision --override deploy/lock/torch.override \
    -c deploy/lock/run.txt "$@" -o "deploy/docker/$name.txt"
}
part bot --extra slack pyproject.toml
part service --extra inference pyproject.toml deploy/lock/torch.in
echo av | part video -
echo setuptools | part build -
