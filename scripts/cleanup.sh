#!/usr/bin/env bash
# Removes from both clusters what deploy-all.sh made, and nothing else: it knows its own by their labels.
set -euo pipefail

readonly script=scripts/cleanup.sh
# shellcheck source=scripts/k8s/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/k8s/common.sh"
# shellcheck source=scripts/k8s/istio.sh
source "$root/scripts/k8s/istio.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/cleanup.sh [--data] [--istio] [--yes] [--dry-run]
                          [--context-1 NAME] [--context-2 NAME]

Removes from both clusters what deploy-all.sh made: the objects labelled
app.kubernetes.io/part-of=messageboard in the namespaces messageboard,
messageboard-observability and messageboard-agents, cluster roles, the remote
secrets and the cross-network Gateway in istio-system. Shows them, then asks.

  --data       also the volumes of MariaDB, Kafka, Redis, Tempo, Loki, Grafana
               and Prometheus, and the passwords that open them; without it both
               stay, and deploying again finds users and messages as they were
  --istio      also Istio, its CA and its namespace, in a cluster where
               deploy-all.sh installed it (Istio's CRDs stay); where it only
               added the east-west gateway to another Istio, that gateway
  --yes        do not ask
  --dry-run    show what would be removed, and remove nothing
  --context-1 NAME, --context-2 NAME
               the kubeconfig contexts (default ctx1, ctx2)
  --help       show this

A namespace goes when deploy-all.sh made it and nothing else is left in it. A
cluster that does not answer is left out.
Exit codes: 0 removed or nothing there, 1 failed or not agreed to, 2 bad input.
TEXT
}

# They open the volumes, so they stay as long as those do.
kept='^(persistentvolumeclaim/.*|secret/(mariadb|redis|stores|admin|grafana))$'
istio=false
agreed=false
while (($# > 0)); do
  case $1 in
    --data) kept='^$' ;;
    --istio) istio=true ;;
    --yes) agreed=true ;;
    --dry-run) dry_run=true ;;
    --context-1 | --context-2)
      need_value "$@"
      context[${1##*-}]=$2
      shift
      ;;
    *) other_option "$1" ;;
  esac
  shift
done
readonly kept istio
readonly -A context

# --- what is there -------------------------------------------------------------------------------------------------

# Of what deploy-all.sh and istioctl install make in a namespace.
readonly made='^(configmaps|secrets|services|serviceaccounts|persistentvolumeclaims|jobs\.batch|'\
'(deployments|statefulsets|daemonsets)\.apps|'\
'horizontalpodautoscalers\.autoscaling|poddisruptionbudgets\.policy|networkpolicies\.networking\.k8s\.io|'\
'(roles|rolebindings)\.rbac\.authorization\.k8s\.io|.*\.(networking|security|telemetry)\.istio\.io)$'
# Made and removed by controllers, along with what they belong to.
readonly derived='^(endpoints|endpointslices\..*|events(\..*)?|leases\..*|.*\.metrics\.k8s\.io)$'
# In every namespace, by Kubernetes and Istio.
readonly everywhere='^(ConfigMap/(kube-root-ca\.crt|istio-ca-root-cert)|ServiceAccount/default|Secret/default-token-.*)$'
# Istio's trust: goes with Istio, not before.
readonly of_istio='^(secret/cacerts|configmap/messageboard-installed-.*)$'
# What tells that Istio is ours: the last to go, so that a run which stopped before can be run again.
readonly marks='^configmap/messageboard-installed-.*$'

# The kinds of objects that a namespace of a cluster can hold, and of those the ones made here, with commas.
declare -A kinds=() kinds_made=()

find_kinds() { # cluster
  local all list=(api-resources --namespaced '--verbs=list,delete' -o name)
  # While an aggregated API (metrics, say) is down this fails, with all the rest in its answer.
  all=$(kube "$1" "${list[@]}" 2>>"$log") || true
  if [[ -z $all ]]; then all=$(ask "$1" "${list[@]}") || exit $?; fi
  kinds[$1]=$(without "$derived" <<<"$all" | paste -sd,)
  kinds_made[$1]=$(only "$made" <<<"$all" | paste -sd,)
}

# Names as kind/name, a line each.
objects() { # cluster namespace selector
  ask "$1" get "${kinds_made[$1]}" --namespace "$2" -l "$3" --ignore-not-found -o name
}

without() { # pattern: filters stdin
  grep -vE "$1" || true
}

only() { # pattern: filters stdin
  grep -E "$1" || true
}

# What other people put into a namespace: not what belongs to another object, nor what is on its way out, nor the
# ConfigMaps by which Istio's parts elect one of them.
others() { # cluster namespace
  local found
  # shellcheck disable=SC2016 # the template's variables, not the shell's
  local template='{{range .items}}{{$elects := ""}}'\
'{{with .metadata.annotations}}{{with index . "control-plane.alpha.kubernetes.io/leader"}}{{$elects = .}}{{end}}{{end}}'\
'{{if not (or .metadata.ownerReferences .metadata.deletionTimestamp $elects)}}{{.kind}}/{{.metadata.name}}{{"\n"}}{{end}}{{end}}'
  found=$(ask "$1" get "${kinds[$1]}" --namespace "$2" -l "${part_of/=/!=}" --ignore-not-found -o "go-template=$template") || exit $?
  without "$everywhere" <<<"$found"
}

is_installed() { # cluster part
  local mark
  mark=$(field "$1" "$istio_namespace" configmap "messageboard-installed-$2" '{.data.state}') || exit $?
  [[ -n $mark ]]
}

# The namespaces that are all ours.
readonly namespaces=("$namespace" "$observability_namespace" "$agents_namespace")

# What goes and what stays, by "cluster namespace"; of Istio's namespace by cluster.
declare -A remove=() keep=() remove_shared=() uninstall=()

look() { # cluster
  local all space
  find_kinds "$1"
  for space in "${namespaces[@]}"; do
    all=$(objects "$1" "$space" "$part_of") || exit $?
    remove["$1 $space"]=$(without "$kept" <<<"$all")
    keep["$1 $space"]=$(only "$kept" <<<"$all")
  done
  # What --proxyless made outside of namespaces. Who may not list that did not make it.
  all=$(kube "$1" get clusterroles,clusterrolebindings -l "$part_of" -o name 2>>"$log") || all=''
  remove["$1 $namespace"]+=${all:+$'\n'$all}
  all=$(objects "$1" "$istio_namespace" "$part_of") || exit $?
  remove_shared[$1]=$(without "$of_istio" <<<"$all")
  uninstall[$1]=
  if [[ $istio == true ]]; then look_at_istio "$1" "$all"; fi
}

# What --istio adds: a whole Istio of ours, or our east-west gateway at somebody's.
look_at_istio() { # cluster what-is-ours-in-its-namespace
  local planes all
  if is_installed "$1" istio; then
    planes=$(control_planes "$1") || exit $?
    planes=$(without "^$istio_namespace/istiod( |$)" <<<"$planes")
    if [[ -n $planes ]]; then
      warn "Istio stays in ${context[$1]}: to purge it would take along another one," "${planes//$'\n'/ }"
    else
      uninstall[$1]=yes
      remove_shared[$1]=$2
    fi
  elif is_installed "$1" eastwest; then
    # the label by which istioctl knows what it made of eastwest.yaml
    all=$(objects "$1" "$istio_namespace" install.operator.istio.io/owning-resource=eastwest) || exit $?
    remove_shared[$1]=$(printf '%s\n' "${remove_shared[$1]}" "$all" configmap/messageboard-installed-eastwest | without '^$')
  fi
}

indent() { # text
  if [[ -n $1 ]]; then printf '    %s\n' "${1//$'\n'/$'\n    '}"; fi
}

# Names, a line each, and where they are if that is not the program's namespace.
located() { # names namespace
  if [[ -z $1 || $2 == "$namespace" ]]; then echo "$1"; else echo "${1//$'\n'/ (in $2)$'\n'} (in $2)"; fi
}

tell_plan() {
  local cluster space kept_there
  for cluster in "${clusters[@]}"; do
    echo "From ${context[$cluster]}:"
    kept_there=
    for space in "${namespaces[@]}"; do
      indent "$(located "${remove["$cluster $space"]}" "$space")"
      kept_there+=$(located "${keep["$cluster $space"]}" "$space")$'\n'
    done
    kept_there=$(without '^$' <<<"$kept_there")
    indent "$(located "${remove_shared[$cluster]}" "$istio_namespace")"
    if [[ -n ${uninstall[$cluster]} ]]; then echo "    Istio, as istioctl uninstall --purge does"; fi
    if [[ -n $kept_there ]]; then
      echo "  kept, with the data (--data removes them):"
      indent "$kept_there"
    fi
  done
}

agree() {
  local answer=
  [[ $agreed == false && $dry_run == false ]] || return 0
  read -rp "Remove all this? Type yes: " answer || true
  [[ $answer == yes ]] || {
    echo "Nothing was removed."
    exit "$told"
  }
}

# --- removing ------------------------------------------------------------------------------------------------------

# Without waiting: volumes go when their pods are gone, and namespaces when all in them is.
delete() { # cluster namespace names
  if [[ -z $3 ]]; then return; fi
  # shellcheck disable=SC2086 # names, a word each
  change "$1" delete --namespace "$2" --ignore-not-found --wait=false $3
}

# A namespace goes when it was made here and holds nothing more.
remove_namespace() { # cluster namespace what-is-kept
  local left whose
  whose=$(owner "$1" '' namespace "$2") || exit $?
  [[ $whose == ours ]] || return 0
  left=$(others "$1" "$2") || exit $?
  if [[ -n $left ]]; then
    warn "namespace $2 of ${context[$1]} stays: others' things are in it:" "${left//$'\n'/ }"
  elif [[ -z $3 ]]; then
    change "$1" delete namespace "$2" --wait=false
  fi
}

remove_from() { # cluster
  local space names=''
  for space in "${namespaces[@]}"; do
    delete "$1" "$space" "${remove["$1 $space"]}"
    remove_namespace "$1" "$space" "${keep["$1 $space"]}"
    names+=" ${remove["$1 $space"]}"
  done
  if [[ ${remove_shared[$1]} == *secret/cacerts* ]] && has_our_root "$1"; then root_was_removed=true; fi
  if [[ -n ${uninstall[$1]} ]]; then run istioctl uninstall --context "${context[$1]}" --purge --skip-confirmation; fi
  delete "$1" "$istio_namespace" "$(without "$marks" <<<"${remove_shared[$1]}")"
  if [[ -n ${uninstall[$1]} ]]; then remove_namespace "$1" "$istio_namespace" ''; fi
  delete "$1" "$istio_namespace" "$(only "$marks" <<<"${remove_shared[$1]}")"
  note="$(wc -w <<<"$names ${remove_shared[$1]}") objects"
}

# A cluster's cacerts has the root whose key is here.
has_our_root() { # cluster
  local root_there
  [[ -f $state/ca/root-cert.pem ]] || return 1
  root_there=$(field "$1" "$istio_namespace" secret cacerts '{.data.root-cert\.pem}') || exit $?
  [[ $(base64 -d <<<"$root_there") == "$(<"$state/ca/root-cert.pem")" ]]
}

# The root CA's key goes with the last cluster that lives by it, if this run has removed one and sees both.
root_was_removed=false
remove_state() {
  local cluster
  rm -rf "$state"/{ctx1,ctx2,port-forward.log,istioctl.err}
  [[ $root_was_removed == true && ${#clusters[@]} == 2 ]] || return 0
  for cluster in 1 2; do
    if has_our_root "$cluster"; then return; fi
  done
  rm -rf "$state/ca"
}

# The clusters that answer.
find_clusters() {
  local cluster answer
  clusters=()
  for cluster in 1 2; do
    if answer=$(kube "$cluster" get --raw /version 2>&1); then
      clusters+=("$cluster")
    else
      warn "${context[$cluster]} is left out, it does not answer:" "${answer##*$'\n'}"
    fi
  done
  ((${#clusters[@]} > 0)) || fail "$answer" kubectl --context "${context[2]}" get --raw /version
}

take_lock
watch_the_end
step_title="looking what is there"
find_clusters
step_count=${#clusters[@]}
for cluster in "${clusters[@]}"; do look "$cluster"; done
tell_plan
if [[ -z ${remove[*]// /}${remove_shared[*]// /}${uninstall[*]// /} ]]; then
  echo "There is nothing to remove."
  exit
fi
agree
for cluster in "${clusters[@]}"; do step "Removing from ${context[$cluster]}" remove_from "$cluster"; done
if [[ $dry_run == true ]]; then
  echo "Nothing was changed."
else
  remove_state
fi
