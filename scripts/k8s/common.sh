# shellcheck shell=bash disable=SC2034 # variables are shared with those that source it
# What deploy-kubernetes.sh and cleanup.sh share: the two clusters, commands that change or only ask, steps with
# their times, and what is said when one fails. Values of Secrets go through stdin and variables of the shell,
# never on a command line and never into the log.

# Exit code of a run whose failure has been told; the EXIT trap makes 1 of it.
readonly told=70
readonly namespace=messageboard
readonly istio_namespace=istio-system
# deploy-all.sh --observability: what receives telemetry, and on each node what reads logs, which Pod Security keeps apart.
readonly observability_namespace=messageboard-observability
readonly agents_namespace=messageboard-agents
# The one that waits and Secrets are about; a step that is about another has a local of this name.
space=$namespace
readonly part_of=app.kubernetes.io/part-of=messageboard
# Of each answer of an API server; waiting is a loop of short questions.
readonly request_timeout=30s
readonly poll_pause=2

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly root
readonly state=${MESSAGEBOARD_STATE:-$root/.local}/k8s
readonly log=$state/deploy.log

# The role a cluster plays is its index; the name of the kubeconfig context is the user's.
declare -A context=([1]=ctx1 [2]=ctx2)
dry_run=false

# shellcheck source=scripts/lib/options.sh
source "$root/scripts/lib/options.sh"
# shellcheck source=scripts/k8s/hints.sh
source "$root/scripts/k8s/hints.sh"

# --- what is shown -------------------------------------------------------------------------------------------------

# Answers of commands are often captured, so what people see has a descriptor of its own.
exec 3>&1
step_number=0
step_count=0
step_title=
step_started=0
step_began=''
note=
line_is_open=false
told_gist='' told_troubles='' # what progress has said in this step

label() { printf '[%2d/%d] %s' "$step_number" "$step_count" "$step_title"; }

end_line() {
  if [[ $line_is_open == true ]]; then printf '\n' >&3; fi
  line_is_open=false
}

# A line that says what is waited for: on a terminal always the same one, elsewhere a new one when it says something that matters.
progress() { # text
  if [[ $dry_run == true ]]; then return; fi
  if [[ -t 3 ]]; then
    printf '\r\e[K%s … %s' "$(label)" "${1:0:$((76 - ${#step_title} - 10))}" >&3
  elif is_news "$1"; then
    end_line
    printf '        %s\n' "$1" >&3
  fi
}

# What is in brackets comes and goes: the states of a pod that starts, an image that is pulled anew, a program that ends again and
# again. It matters only when it is a trouble that was not told yet.
is_news() { # text
  local rest=$1 gist='' trouble is_new=false
  while [[ $rest =~ ^([^\(]*)\ \(([^\)]*)\)(.*)$ ]]; do
    gist+=${BASH_REMATCH[1]} rest=${BASH_REMATCH[3]}
    trouble="${BASH_REMATCH[1]##*[:,] } ${BASH_REMATCH[2]/ErrImagePull/ImagePullBackOff}"
    trouble=${trouble/% Error/ CrashLoopBackOff}
    if [[ $trouble =~ Err|BackOff|Invalid|available && $told_troubles != *"|$trouble|"* ]]; then
      told_troubles+="|$trouble|" is_new=true
    fi
  done
  gist+=$rest
  if [[ $gist != "$told_gist" ]]; then told_gist=$gist is_new=true; fi
  [[ $is_new == true ]]
}

warn() { # lines...
  end_line
  printf '        %s\n' "$@" >&3
}

# Runs a step: a function that does it. It may leave a word about it in $note.
step() { # title function arguments...
  step_number=$((step_number + 1)) step_title=$1 step_started=$SECONDS note='' told_gist='' told_troubles=''
  step_began=$(date -u +%FT%T)
  printf '%s …' "$(label)" >&3
  line_is_open=true
  if [[ $dry_run == true ]]; then end_line; fi
  "${@:2}"
  if [[ $dry_run == true ]]; then
    if [[ -n $note ]]; then printf '        # %s\n' "$note" >&3; fi
    return
  fi
  if [[ -t 3 ]]; then
    printf '\r\e[K%s …' "$(label)" >&3
  elif [[ $line_is_open == false ]]; then
    printf '%s …' "$(label)" >&3
  fi
  line_is_open=false
  printf ' ok %d s%s\n' $((SECONDS - step_started)) "${note:+ ($note)}" >&3
}

leave_out() { # title reason
  step_number=$((step_number + 1)) step_title=$1
  printf '%s … left out (%s)\n' "$(label)" "$2" >&3
}

# --- what is done --------------------------------------------------------------------------------------------------

# Says what failed, and ends the run, also from within $(…).
fail() { # output command...
  local output=$1 advice
  shift
  end_line
  {
    printf '\nStep %d of %d failed: %s\n' "$step_number" "$step_count" "$step_title"
    if (($# > 0)); then printf '  command: %s\n' "$(shown "$@")"; fi
    printf '  last lines:\n'
    tail -n 18 <<<"$output" | sed 's/^/    /'
    advice=$(hints_for "$output")
    printf '  what to look at next:\n%s\n' "${advice:-    the whole log: $log}"
    printf 'What is done stays. The same command again carries on from here.\n'
  } >&2
  exit "$told"
}

# A command as one can paste it into a shell.
shown() { # command...
  local word text=
  for word in "$@"; do
    if [[ $word == *[^A-Za-z0-9_./:=@,+-]* ]]; then word="'$word'"; fi
    text+=" $word"
  done
  printf '%s' "${text# }"
}

# The objects in a manifest, as "  # Secret mariadb, Secret redis".
named_in() { # manifest
  local names
  names=$(awk '/^kind: / { kind = $2 } /^  name: / && kind != "" { printf ", %s %s", kind, $2; kind = "" }' <<<"$1")
  printf '%s' "${names:+  # ${names#, }}"
}

# A command that changes something, with a manifest on its stdin; a dry run shows it instead.
feed() { # manifest command...
  local input=$1 output status=0
  shift
  if [[ $dry_run == true ]]; then
    printf '        %s%s\n' "$(shown "$@")" "$(named_in "$input")" >&3
    return
  fi
  printf '$ %s%s\n' "$(shown "$@")" "$(named_in "$input")" >>"$log"
  output=$(printf '%s' "$input" | "$@" 2>&1) || status=$?
  printf '%s\n' "$output" >>"$log"
  if ((status != 0)); then fail "$output" "$@"; fi
}

run() { # command...
  feed '' "$@"
}

# As feed, for kubectl on a cluster.
change_with() { # manifest cluster kubectl-arguments...
  feed "$1" kubectl --context "${context[$2]}" --request-timeout "$request_timeout" "${@:3}"
}

change() { # cluster kubectl-arguments...
  change_with '' "$@"
}

# One cluster after the other, which is the function's first argument.
both() { # function arguments...
  "$1" 1 "${@:2}"
  "$1" 2 "${@:2}"
}

kube() { # cluster kubectl-arguments...
  kubectl --context "${context[$1]}" --request-timeout "$request_timeout" "${@:2}"
}

# What kubectl answers, on stdout. Changes nothing, so a dry run asks too, and wait_until asks $attempts times.
ask() { # cluster kubectl-arguments...
  local command=(kubectl --context "${context[$1]}" --request-timeout "$request_timeout" "${@:2}") errors left=${attempts:-1}
  until { errors=$("${command[@]}" 2>&1 >&4 </dev/null); } 4>&1; do
    left=$((left - 1))
    if ((left == 0)); then fail "$errors" "${command[@]}"; fi
    sleep "$poll_pause"
  done
}

exists() { # cluster namespace kind name
  local found
  found=$(ask "$1" get "$3" "$4" --namespace "$2" --ignore-not-found -o name) || exit $?
  [[ -n $found ]]
}

# One field by JSON path; nothing when the object or the field is not there.
field() { # cluster namespace kind name jsonpath
  ask "$1" get "$3" "$4" --namespace "$2" --ignore-not-found -o "jsonpath=$5"
}

# Whose an object is: ours, others, or nothing when it is not there.
owner() { # cluster namespace kind name
  local found
  found=$(field "$@" '{.metadata.name} {.metadata.labels.app\.kubernetes\.io/part-of}') || exit $?
  case $found in
    '') ;;
    *' messageboard') echo ours ;;
    *) echo others ;;
  esac
}

# --- the end of a run ----------------------------------------------------------------------------------------------

background=

end_background() {
  if [[ -n $background ]]; then
    # It may have ended by itself, and its exit code is that of a kill.
    kill "$background" 2>/dev/null || true
    wait "$background" 2>/dev/null || true
  fi
  background=
}

at_exit() {
  local status=$?
  end_background
  if ((status == told)); then exit 1; fi
  if ((status != 0 && status != bad_input && status < 128)); then
    end_line
    printf 'Step %d of %d stopped: %s (exit code %d). The log: %s\n' \
      "$step_number" "$step_count" "$step_title" "$status" "$log" >&2
  fi
}

interrupted() {
  end_line
  echo "Interrupted. What is done stays; the same command again carries on." >&2
  exit 130
}

watch_the_end() {
  trap at_exit EXIT
  trap interrupted INT TERM
}

# Two runs on one state folder would mix their files.
take_lock() {
  mkdir -p "$state"
  chmod 700 "$state"
  exec {lock}>"$state/lock"
  flock --nonblock "$lock" || {
    echo "Another deploy-all.sh or cleanup.sh works with $state. Wait for its end." >&2
    exit 1
  }
}
