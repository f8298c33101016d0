# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with those that source it
# Waiting for pods, with a line that says for which and why, and what is gathered when the time is over.

readonly warnings_shown=6
# So long the node may try again, then the time that is left is not waited for.
readonly hopeless='ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName' hopeless_seconds=60

# Asks until the function says yes; it leaves what it waits for in $progress. A question that fails is asked again.
wait_until() { # function arguments...
  local deadline=$((SECONDS + timeout_seconds)) hopeless_since='' attempts=3
  until "$@"; do
    progress "$progress"
    if ((SECONDS >= deadline)); then return 1; fi
    if [[ $progress =~ $hopeless ]]; then
      hopeless_since=${hopeless_since:-$SECONDS}
      if ((SECONDS >= hopeless_since + hopeless_seconds)); then return 1; fi
    else
      hopeless_since=
    fi
    sleep "$poll_pause"
  done
}

# A line a pod: name|phase|Ready's status|reasons its containers wait for|why no node takes it. None of those that are on their way
# out: nobody waits for them.
pods() { # cluster selector
  local found
  found=$(ask "$1" get pods --namespace "$space" -l "$2" -o 'jsonpath={range .items[*]}{.metadata.deletionTimestamp}|'\
'{.metadata.name}|{.status.phase}|{.status.conditions[?(@.type=="Ready")].status}|'\
'{.status.initContainerStatuses[*].state.waiting.reason} {.status.containerStatuses[*].state.waiting.reason}|'\
'{.status.conditions[?(@.type=="PodScheduled")].message}{"\n"}{end}') || exit $?
  sed -n 's/^|//p' <<<"$found"
}

# "pods ready 3/7: kafka-1 (ImagePullBackOff), …" over both clusters.
pods_summary() { # selector
  local cluster lines name phase is_ready reasons unscheduled ready=0 all=0 waiting=''
  for cluster in 1 2; do
    lines=$(pods "$cluster" "$1") || exit $?
    while IFS='|' read -r name phase is_ready reasons unscheduled; do
      if [[ -z $name || $phase == Succeeded ]]; then continue; fi
      all=$((all + 1))
      if [[ $is_ready == True ]]; then
        ready=$((ready + 1))
        continue
      fi
      read -r reasons <<<"$reasons" || true
      waiting+=", $name in ctx$cluster (${reasons:-${unscheduled:-${phase:-no state yet}}})"
    done <<<"$lines"
  done
  printf 'pods ready %d/%d%s' "$ready" "$all" "${waiting:+: ${waiting#, }}"
}

# rollout status speaks of waiting, in these words, as long as it is not over. Of one workload, or of a cluster's all.
is_rolled_out() { # cluster workload | kinds -l selector
  local answer
  answer=$(kube "$1" --namespace "$space" rollout status "${@:2}" --watch=false 2>&1) && [[ ${answer,,} != *waiting* ]]
}

# A question a cluster. Which of them are not done is asked where that was waited for in vain.
rollouts_are_done() { # selector
  local cluster is_done=true
  for cluster in 1 2; do
    is_rolled_out "$cluster" deployments,statefulsets,daemonsets -l "$1" || is_done=false
  done
  if [[ $is_done == true ]]; then return; fi
  progress=$(pods_summary "$1") || exit $?
  return 1
}

find_pending() { # selector
  local cluster workload workloads
  pending=()
  for cluster in 1 2; do
    workloads=$(ask "$cluster" get deployments,statefulsets,daemonsets --namespace "$space" -l "$1" -o name) || exit $?
    for workload in $workloads; do
      is_rolled_out "$cluster" "$workload" || pending+=("$cluster $workload")
    done
  done
}

wait_for_rollouts() { # selector
  if [[ $dry_run == true ]]; then
    both change rollout status deployments,statefulsets,daemonsets --namespace "$space" -l "$1"
  elif ! wait_until rollouts_are_done "$1"; then
    find_pending "$1"
    # The last of them may have come just now.
    if ((${#pending[@]} > 0)); then give_up "$1" "${pending[0]}" rollout status; fi
  fi
}

# Jobs are in cluster 1 alone.
jobs_are_done() { # selector
  local job jobs failure
  pending=()
  jobs=$(ask 1 get jobs --namespace "$space" -l "$1" -o name) || exit $?
  for job in $jobs; do
    if kube 1 --namespace "$space" wait --for=condition=Complete --timeout=1s "$job" >/dev/null 2>&1; then continue; fi
    pending+=("1 $job")
    failure=$(ask 1 get "$job" --namespace "$space" \
      -o 'jsonpath={.status.conditions[?(@.type=="Failed")].reason}') || exit $?
    if [[ -n $failure ]]; then give_up "$1" "1 $job" wait --for=condition=Complete; fi
  done
  if ((${#pending[@]} == 0)); then return; fi
  progress=$(pods_summary "$1") || exit $?
  return 1
}

wait_for_jobs() { # selector
  if [[ $dry_run == true ]]; then
    change 1 wait --for=condition=Complete --namespace "$space" jobs -l "$1"
  else
    wait_until jobs_are_done "$1" || give_up "$1" "${pending[0]}" wait --for=condition=Complete
  fi
}

last_words() { # cluster pod [--previous]
  local words
  words=$(kube "$1" --namespace "$space" logs "$2" -c app --tail=4 "${@:3}" 2>/dev/null) || return
  prefixed "log $2: " "$words"
}

prefixed() { # prefix text
  if [[ -n $2 ]]; then printf '%s\n' "$1${2//$'\n'/$'\n'$1}"; fi
}

# The warnings since the step began about a workload, its pods and volumes, newest first. A pod that is not ready yet says so each
# time it is asked, and one without a pull secret may not want one.
warnings() { # cluster namespace name...
  local found names
  names=$(IFS='|' && echo "${*:3}")
  found=$(kube "$1" --namespace "$2" get events \
    --field-selector 'type=Warning,reason!=FailedToRetrieveImagePullSecret,reason!=Unhealthy' \
    -o 'jsonpath={range .items[*]}{.lastTimestamp} {.series.lastObservedTime} {.eventTime} {"\t"}{.involvedObject.name}{"\t"}'\
'{.message}{"\n"}{end}' 2>/dev/null) || return 0
  prefixed 'event ' "$(awk -F '\t' -v since="$step_began" -v names="^(.+-)?($names)(-.+)?\$" '
    NF == 3 && $2 ~ names && match($1, /[0-9-]+T[0-9:]+/) && substr($1, RSTART, RLENGTH) >= since {
      print substr($1, RSTART, RLENGTH) "\t" $2 ": " $3
    }' <<<"$found" | sort -r | cut -f 2 | awk '!seen[$0]++' | head -n "$warnings_shown")"
}

# What is known of the pods that keep us waiting: their reasons, the last words of one that crashes, the warnings about the workloads
# that are pending.
evidence() { # cluster selector
  local lines name phase is_ready reasons unscheduled workload names=()
  lines=$(pods "$1" "$2") || exit $?
  while IFS='|' read -r name phase is_ready reasons unscheduled; do
    if [[ -z $name || $is_ready == True || $phase == Succeeded ]]; then continue; fi
    printf 'pod %s: %s %s %s\n' "$name" "$phase" "$reasons" "$unscheduled"
    if [[ $phase == Failed || $reasons == *CrashLoop* || $reasons == *Error* ]]; then
      last_words "$1" "$name" --previous || last_words "$1" "$name" || true
    fi
  done <<<"$lines"
  for workload in "${pending[@]}"; do
    if [[ $workload == "$1 "* ]]; then names+=("${workload##*/}"); fi
  done
  warnings "$1" "$space" "${names[@]}"
}

give_up() { # selector "cluster workload" kubectl-words...
  local cluster=${2%% *} workload=${2#* } questions=''
  # The services in ctx2 have their database in ctx1.
  if [[ $2 == "2 deployment"* ]]; then questions=$(mesh_questions); fi
  fail "$(pods_summary "$1")
$(evidence "$cluster" "$1")${questions:+$'\n'$questions}" \
    kubectl --context "${context[$cluster]}" --namespace "$space" "${@:3}" "$workload"
}
