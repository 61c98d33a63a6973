#!/bin/sh
# Installs what tests of outside services need, where this machine lets us. Whatever is absent afterwards is skipped by
# the tests with its reason (and fails with CI=true).
set -u
can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }
missing=""
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing="$missing chromium"
command -v java >/dev/null || missing="$missing default-jre-headless"
[ -z "$missing" ] && exit 0
if can_install; then
  echo "installing for the tests:$missing"
  apt-get update -qq >/dev/null 2>&1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null 2>&1 || echo "could not install:$missing"
else
  echo "not installed, so some tests will be skipped:$missing"
fi
