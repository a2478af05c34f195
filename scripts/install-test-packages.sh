#!/usr/bin/env bash
# Installs the Debian packages that the driver tests use. Does nothing where they are there, or where it cannot:
# the tests of a missing driver are then reported as skipped.
set -euo pipefail

packages=(
  mariadb-server-core mariadb-client-core openssl
  python3-pymysql
  unixodbc odbc-mariadb
  libmariadb-java
  libdbd-mariadb-perl libdbd-mysql-perl
  haproxy
  iproute2
)

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  echo "Not Debian: the driver tests use what is installed, the others are skipped" >&2
  exit 0
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
# Any JDK will do.
command -v javac >/dev/null || missing+=(default-jdk-headless)
[ "${#missing[@]}" -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "Not root: these packages are not installed, their tests are skipped: ${missing[*]}" >&2
  exit 0
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
for package in "${missing[@]}"; do
  apt-get install -y -qq --no-install-recommends "$package" ||
    echo "$package could not be installed; its tests are skipped" >&2
done
