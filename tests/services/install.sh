#!/bin/bash
# Installs what the tests need beside Python, where it is missing: as root on Debian by apt-get; elsewhere it tells what
# is missing and which tests will be left out. Quick when everything is there.
set -euo pipefail

missing=()
told=()
need() {  # need <present?> <Debian package> <what is left out without it>
  if ! eval "$1"; then
    missing+=("$2")
    told+=("  $2: without it $3")
  fi
}

need 'compgen -G "/usr/lib/postgresql/*/bin/postgres" >/dev/null' postgresql-15 'the tests use PostgreSQL from a wheel'
need 'command -v redis-server >/dev/null' redis-server 'tests with Redis are left out'
need 'command -v java >/dev/null' default-jdk-headless 'tests with Kafka are left out'
need 'command -v mvn >/dev/null' maven 'Kafka cannot be fetched, tests with it are left out'
need 'command -v chromium >/dev/null' chromium 'tests in a browser are left out'

if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  echo "Installing for the tests: ${missing[*]} …"
  export DEBIAN_FRONTEND=noninteractive
  export RUNLEVEL=1 # no service is started: the tests start their own
  log=$(mktemp)
  if apt-get update >"$log" 2>&1 && apt-get install --yes "${missing[@]}" >>"$log" 2>&1; then
    echo "Installed."
    exit 0
  fi
  tail -20 "$log"
  echo "apt-get could not install them (whole log: $log)."
fi

echo "Missing for the tests:"
printf '%s\n' "${told[@]}"
echo "On Debian: sudo apt-get install ${missing[*]}"
if [ "${CI:-}" = "true" ]; then
  echo "With CI=true no test may be left out."
  exit 1
fi
