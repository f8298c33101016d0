#!/usr/bin/env bash
# The end-to-end test: a whole MessageBoard of its own on a free port, driven in headless Chromium.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
Usage: scripts/e2e.sh [--help]

Starts MessageBoard on a free port with a state folder of its own, runs
tests/e2e against its page in headless Chromium (CHROMIUM names another binary
than /usr/bin/chromium), and stops it again.
EOF
}

script=scripts/e2e.sh
# shellcheck source=scripts/lib/options.sh
source scripts/lib/options.sh
(($# == 0)) || other_option "$1"

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
MESSAGEBOARD_STATE=$(mktemp -d)
export MESSAGEBOARD_STATE
stop() {
  ./deploy-all.sh --local --stop || true
  rm -rf "$MESSAGEBOARD_STATE"
}
trap stop EXIT

npm --prefix tests/e2e ci
./deploy-all.sh --local --detach --port "$port"
export BASE_URL=http://127.0.0.1:$port ADMIN_PASSWORD_FILE=$MESSAGEBOARD_STATE/admin-password
# One after the other: trace.test.mjs takes a cluster down.
node --test --test-concurrency=1 --test-reporter=tap tests/e2e/*.test.mjs
