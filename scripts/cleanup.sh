#!/usr/bin/env bash
# Removes from both clusters what deploy-all.sh made, and nothing else: it knows its own by their labels.
set -euo pipefail

# shellcheck source=scripts/k8s/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/k8s/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/cleanup.sh [--data] [--istio] [--yes] [--dry-run]
                          [--context-1 NAME] [--context-2 NAME]

Removes from both clusters what deploy-all.sh made: the objects labelled
app.kubernetes.io/part-of=messageboard in the namespace messageboard, the remote
secrets and the cross-network Gateway in istio-system. Shows them first, and asks.

  --data       also the volumes of MariaDB, Kafka and Redis, and the passwords
               that open them; without it both stay, and deploying again finds
               users and messages as they were
  --istio      also Istio, its CA and its namespace, in a cluster where
               deploy-all.sh installed it (Istio's CRDs stay)
  --yes        do not ask
  --dry-run    show what would be removed, and remove nothing
  --context-1 NAME, --context-2 NAME
               the kubeconfig contexts (default ctx1, ctx2)
  --help       show this

A namespace goes when deploy-all.sh made it and nothing else is left in it.
Exit codes: 0 removed (or nothing there), 1 failed or not agreed to, 2 bad input.
TEXT
}

data=false
istio=false
agreed=false
while (($# > 0)); do
  case $1 in
    --data) data=true ;;
    --istio) istio=true ;;
    --yes) agreed=true ;;
    --dry-run) dry_run=true ;;
    --context-1 | --context-2)
      [[ -n ${2-} && $2 != --* ]] || refuse "$1 wants a value. See scripts/cleanup.sh --help"
      context[${1##*-}]=$2
      shift
      ;;
    --help | -h)
      usage
      exit
      ;;
    *) refuse "Unknown option: $1. See scripts/cleanup.sh --help" ;;
  esac
  shift
done
readonly data istio
readonly -A context

# --- what is there -------------------------------------------------------------------------------------------------

# Made and removed by controllers, along with what they belong to.
readonly derived='^(replicasets\.apps|controllerrevisions\.apps|endpoints|endpointslices\..*|events(\..*)?|leases\..*|.*\.metrics\.k8s\.io)$'
# In every namespace, by Kubernetes and Istio.
readonly everywhere='^(configmap/(kube-root-ca\.crt|istio-ca-root-cert)|serviceaccount/default|secret/default-token-.*)$'
# They open the volumes, so they stay as long as those do.
readonly of_the_data='^(persistentvolumeclaim/.*|secret/(mariadb|redis|stores|admin))$'
# Istio's trust: goes with Istio, not before.
readonly of_istio='^(secret/cacerts|configmap/messageboard-installed-.*)$'

# The kinds of objects that a namespace of a cluster can hold, with commas.
declare -A kinds=()

find_kinds() { # cluster
  local all
  all=$(ask "$1" api-resources --namespaced --verbs=list,delete -o name) || exit $?
  kinds[$1]=$(grep -vE "$derived" <<<"$all" | paste -sd,)
}

# Names as kind/name, a line each.
objects() { # cluster namespace selector
  ask "$1" get "${kinds[$1]}" --namespace "$2" -l "$3" --ignore-not-found -o name
}

without() { # pattern: filters stdin
  grep -vE "$1" || true
}

only() { # pattern: filters stdin
  grep -E "$1" || true
}

# Volumes have the labels of their StatefulSet's selector, which are not all of ours.
volumes() { # cluster
  ask "$1" get persistentvolumeclaims --namespace "$namespace" -l 'app in (mariadb,kafka,redis)' --ignore-not-found -o name
}

ours_in_namespace() { # cluster
  { objects "$1" "$namespace" "$part_of" && volumes "$1"; } | without '^pod/' | sort -u
}

# What other people put into a namespace.
others() { # cluster namespace
  local found
  found=$(objects "$1" "$2" "${part_of/=/!=}") || exit $?
  without "$everywhere" <<<"$found" | without '^persistentvolumeclaim/'
  if [[ $2 == "$namespace" ]]; then
    ask "$1" get persistentvolumeclaims --namespace "$2" -l "${part_of/=/!=},app notin (mariadb,kafka,redis)" --ignore-not-found -o name
  fi
}

is_istio_ours() { # cluster
  local mark
  mark=$(field "$1" "$istio_namespace" configmap messageboard-installed-istio '{.data.state}') || exit $?
  [[ -n $mark ]]
}

declare -A remove=() keep=() remove_shared=() uninstall=()

look() { # cluster
  local all
  find_kinds "$1"
  all=$(ours_in_namespace "$1") || exit $?
  if [[ $data == true ]]; then
    remove[$1]=$all
  else
    remove[$1]=$(without "$of_the_data" <<<"$all")
    keep[$1]=$(only "$of_the_data" <<<"$all")
  fi
  all=$(objects "$1" "$istio_namespace" "$part_of") || exit $?
  remove_shared[$1]=$(without "$of_istio" <<<"$all")
  uninstall[$1]=
  if [[ $istio == true ]] && is_istio_ours "$1"; then
    uninstall[$1]=yes
    remove_shared[$1]=$all
  fi
}

indent() { # text
  if [[ -n $1 ]]; then printf '    %s\n' "${1//$'\n'/$'\n    '}"; fi
}

count() { # text of lines
  if [[ -n $1 ]]; then wc -l <<<"$1"; else echo 0; fi
}

tell_plan() {
  local cluster
  for cluster in 1 2; do
    echo "From ${context[$cluster]}:"
    indent "${remove[$cluster]}"
    indent "${remove_shared[$cluster]:+${remove_shared[$cluster]//$'\n'/ (in $istio_namespace)$'\n'} (in $istio_namespace)}"
    if [[ -n ${uninstall[$cluster]} ]]; then echo "    Istio, as istioctl uninstall --purge does"; fi
    if [[ -n ${keep[$cluster]-} ]]; then
      echo "  kept, with the data (--data removes them):"
      indent "${keep[$cluster]}"
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
  local left
  if ! is_ours "$1" '' namespace "$2"; then return; fi
  left=$(others "$1" "$2") || exit $?
  if [[ -n $left ]]; then
    warn "namespace $2 of ${context[$1]} stays: others' things are in it:" "${left//$'\n'/ }"
  elif [[ -z $3 ]]; then
    change "$1" delete namespace "$2" --wait=false
  fi
}

remove_from() { # cluster
  delete "$1" "$namespace" "${remove[$1]}"
  remove_namespace "$1" "$namespace" "${keep[$1]-}"
  if [[ -n ${uninstall[$1]} ]]; then run istioctl uninstall --context "${context[$1]}" --purge --skip-confirmation; fi
  delete "$1" "$istio_namespace" "${remove_shared[$1]}"
  if [[ ${remove_shared[$1]} == *secret/istio-remote-secret-* ]]; then
    # the token that istioctl create-remote-secret made for the other cluster
    change "$(($1 % 2 + 1))" delete secret istio-reader-service-account-istio-remote-secret-token \
      --namespace "$istio_namespace" --ignore-not-found
  fi
  if [[ -n ${uninstall[$1]} ]]; then remove_namespace "$1" "$istio_namespace" ''; fi
  note="$(($(count "${remove[$1]}") + $(count "${remove_shared[$1]}"))) objects"
}

remove_from_1() { remove_from 1; }
remove_from_2() { remove_from 2; }

# The root CA's key stays as long as a cluster lives by it.
remove_state() {
  local cluster
  rm -rf "$state"/{ctx1,ctx2,port-forward.log,istioctl.err}
  for cluster in 1 2; do
    if exists "$cluster" "$istio_namespace" secret cacerts; then return; fi
  done
  rm -rf "$state/ca"
}

step_count=2
take_lock
watch_the_end
step_title="looking what is there"
for cluster in 1 2; do look "$cluster"; done
tell_plan
if [[ -z ${remove[*]// /}${remove_shared[*]// /}${uninstall[*]// /} ]]; then
  echo "There is nothing to remove."
  exit
fi
agree
step "Removing from ${context[1]}" remove_from_1
step "Removing from ${context[2]}" remove_from_2
if [[ $dry_run == true ]]; then
  echo "Nothing was changed."
else
  remove_state
fi
