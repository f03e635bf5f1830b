#!/bin/sh
# Switches a flag off in one environment, or on again, with an ADMIN key whose role is EDITOR or more. Needs curl only.
# Ends with 0 when the flag is switched, 1 when the server refused or did not answer, 2 when it was called in a wrong way.
#
#   FLAGSTAFF_KEY=fs_admin_… examples/kill-switch.sh <environment id> <flag key> [off|on]
set -eu

fail() {
  printf '%s\n' "$1" >&2
  exit "${2:-1}"
}

usage='Usage: FLAGSTAFF_KEY=fs_admin_… examples/kill-switch.sh <environment id> <flag key> [off|on]'
[ $# -ge 2 ] && [ $# -le 3 ] || fail "$usage" 2
environment=$1 flag=$2
case ${3:-off} in
  off) enabled=false ;;
  on) enabled=true ;;
  *) fail "$usage" 2 ;;
esac
case $environment$flag in
  *[!A-Za-z0-9._-]*) fail 'Ids and keys have only letters, digits, ".", "-" and "_".' 2 ;;
esac
# Files from Windows end lines with CR, too.
FLAGSTAFF_KEY=$(printf '%s' "${FLAGSTAFF_KEY:-}" | tr -d '\r')
[ -n "$FLAGSTAFF_KEY" ] || fail 'FLAGSTAFF_KEY is not set: it must be an ADMIN key, fs_admin_…' 2

url=${FLAGSTAFF_URL:-http://localhost:${PORT:-4000}}
url=$(printf '%s' "$url" | sed -e 's,^ws,http,' -e 's,/*$,,' -e 's,/graphql$,,')/graphql

# Answers the server's JSON. A refused request is an answer, too: its status alone must not hide the sentence.
ask() {
  curl -sS --max-time 10 "$url" -H 'content-type: application/json' -H "authorization: Bearer $FLAGSTAFF_KEY" \
    -d "{\"query\": \"$1\"}" || fail "No server answers at $url."
}

# The sentences of the errors in an answer.
sentences() {
  printf '%s' "$1" | grep -oE '"message":"([^"\\]|\\.)*"' | sed -e 's/^"message":"//' -e 's/"$//' -e 's/\\"/"/g'
}

# The first id of its kind in an answer: the string after "id".
id() { printf '%s' "$1" | sed -n "s/.*\"id\":\"\($2_[A-Za-z0-9]*\)\".*/\1/p"; }

answer=$(ask "{ environment(id: \\\"$environment\\\") { project { id } } }")
project=$(id "$answer" project)
[ -n "$project" ] || fail "$(sentences "$answer" | grep . || echo "There is no environment $environment, or the key may not see it.")"

answer=$(ask "{ flagByKey(projectId: \\\"$project\\\", key: \\\"$flag\\\") { id } }")
flag_id=$(id "$answer" flag)
[ -n "$flag_id" ] || fail "$(sentences "$answer" | grep . || echo "There is no flag $flag in the project of $environment.")"

input="{ flagId: \\\"$flag_id\\\", environmentId: \\\"$environment\\\", isEnabled: $enabled }"
answer=$(ask "mutation { toggleFlag(input: $input) { configuration { isEnabled } userErrors { message } } }")
case $answer in
  *"\"isEnabled\":$enabled}"*'"userErrors":[]'*) echo "$flag is ${3:-off} in $environment" ;;
  *) fail "$(sentences "$answer" | grep . || echo "The server did not confirm: $answer")" ;;
esac
