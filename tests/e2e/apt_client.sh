#!/bin/sh
# apt with lists, caches and sources of its own: the lists of a repository on loopback, then each of its packages.
# apt_client.sh FOLDER PORT
set -eu
apt=$1/apt
mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/etc" "$apt/got"
chmod -R a+rwX "$apt"
: >"$apt/status"
echo "deb [trusted=yes] http://127.0.0.1:$2/apt ./" >"$apt/etc/sources.list"
with() {
  apt-get -q -o Dir::State::lists="$apt/lists" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt" \
    -o Dir::Etc::sourcelist="$apt/etc/sources.list" -o Dir::Etc::sourceparts=- -o Dir::Etc::preferencesparts=- \
    -o Acquire::http::Proxy=DIRECT -o Acquire::Languages=none "$@"
}
cd "$apt/got"
for _ in 1 2 3; do
  rm -rf "$apt"/lists/* ./*.deb
  with update
  # shellcheck disable=SC2046 # one argument a package
  with download $(seq -f 'sample-%g' 0 19)
  sleep 1
done
