# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with those that source it
# Secrets: random where absent, the same in both clusters, an existing one never changed. cleanup.sh knows what was
# made here by the label.

readonly password_bytes=24

base64_of() { # text
  printf '%s' "$1" | base64 | tr -d '\n'
}

# An object of ours as far as its labels, to which more may be added.
manifest_head() { # kind name namespace label-line...
  printf 'apiVersion: v1\nkind: %s\nmetadata:\n  name: %s\n%s  labels:\n' "$1" "$2" "${3:+  namespace: $3$'\n'}"
  printf '    %s\n' "app.kubernetes.io/part-of: messageboard" "app.kubernetes.io/managed-by: messageboard" "${@:4}"
}

# Keys and their values as they are (not base64); $(…) has cut the newline at their end, which no reader misses.
secret_manifest() { # namespace name type (key value)...
  manifest_head Secret "$2" "$1" "app.kubernetes.io/name: $2"
  printf 'type: %s\ndata:\n' "$3"
  shift 3
  while (($# > 0)); do
    printf '  %s: %s\n' "$1" "$(base64_of "$2")"
    shift 2
  done
}

# A line a Secret that is there: its name, and its whole data as JSON for comparing and copying.
secrets_data() { # cluster names...
  # The first name twice: of one kubectl makes no list.
  ask "$1" get secret "${@:2}" "$2" --namespace "$space" --ignore-not-found \
    -o 'jsonpath={range .items[*]}{.metadata.name} {.data}{"\n"}{end}' | sort -u
}

secret_value() { # cluster name key
  local encoded
  encoded=$(field "$1" "$space" secret "$2" "{.data.${3//./\\.}}") || exit $?
  printf '%s' "$encoded" | base64 -d
}

# Both clusters get the Secrets; one that is there already is the one that counts.
same_secrets() { # names...
  local one two name
  one=$(secrets_data 1 "$@") || exit $?
  two=$(secrets_data 2 "$@") || exit $?
  for name in "$@"; do
    same_secret "$name" "$(sed -n "s/^$name //p" <<<"$one")" "$(sed -n "s/^$name //p" <<<"$two")"
  done
}

same_secret() { # name data-in-cluster-1 data-in-cluster-2
  local one=$2 two=$3 new
  if [[ -n $one && -n $two ]]; then
    [[ $one == "$two" ]] || fail "Secret $1 differs between ${context[1]} and ${context[2]} (namespace $space).
Delete the one that is wrong; it is copied from the other then. The stores' data know one of the passwords only."
  elif [[ -n $one ]]; then
    copy_secret "$1" "$one" 2
  elif [[ -n $two ]]; then
    copy_secret "$1" "$two" 1
  else
    new=$(new_secret "$1") || exit $?
    made+=("$1")
    change_with "$new" 1 create -f -
    change_with "$new" 2 create -f -
  fi
}

copy_secret() { # name data cluster
  copied+=("$1")
  change_with "$(secret_manifest "$space" "$1" Opaque | sed '$d')
data: $2" "$3" create -f -
}

random_password() { openssl rand -hex "$password_bytes"; }

new_secret() { # name
  local data mariadb redis
  case $1 in
    mariadb) data=(root-password "$(random_password)" password "$(random_password)") ;;
    redis) data=(password "$(random_password)") ;;
    admin | grafana) data=(admin-password "$(random_password)") ;;
    mesh-identity) data=(key "$(random_password)") ;;
    collector-token) data=(token "$(random_password)") ;;
    stores) # what the services connect with
      mariadb=$(secret_value 1 mariadb password) || exit $?
      redis=$(secret_value 1 redis password) || exit $?
      data=(ConnectionStrings__MariaDb "Server=mariadb;Port=3306;Database=messageboard;User ID=messageboard;Password=$mariadb"
        ConnectionStrings__Redis "redis:6379,password=$redis")
      ;;
  esac
  secret_manifest "$space" "$1" Opaque "${data[@]}"
}

# A Secret made of the files that an option names. Somebody's own that says something else stays as it is.
given_secret() { # cluster namespace name type option (key file)...
  local there whose expected='' data=() where=$1 space=$2 name=$3 type=$4 option=$5
  shift 5
  while (($# > 0)); do
    data+=("$1" "$(<"$2")")
    expected+="${expected:+,}\"$1\":\"$(base64_of "$(<"$2")")\""
    shift 2
  done
  there=$(field "$where" "$space" secret "$name" '{.data}')
  [[ $there != "{$expected}" ]] || return 0
  whose=$(owner "$where" "$space" secret "$name") || exit $?
  [[ $whose != others ]] || fail "Secret $name of ${context[$where]} (namespace $space) says something else
than the file, and deploy-all.sh did not make it. Delete it, or leave out
$option: then it is used as it is."
  change_with "$(secret_manifest "$space" "$name" "$type" "${data[@]}")" \
    "$where" "$([[ -n $there ]] && echo replace || echo create)" -f -
}

# What `docker login` or the cloud's console gave.
registry_secret() { # cluster
  given_secret "$1" "$namespace" registry kubernetes.io/dockerconfigjson --registry-secret .dockerconfigjson "$registry_file"
}

# k8s/istio/tls names it; the ingress gateway reads it in its own namespace.
readonly tls_secret=messageboard-tls

ingress_certificate() {
  given_secret 1 "$istio_namespace" "$tls_secret" kubernetes.io/tls --tls-cert tls.crt "$tls_cert" tls.key "$tls_key"
}

# --- the way into the other cluster --------------------------------------------------------------------------------

# The address by which the *other* cluster reaches a cluster's API server. One that the kubeconfig reaches by loopback
# (kind) is asked for the address it advertises: of kind it is the node's, on the network both clusters share.
api_server() { # cluster
  local server
  if [[ -n ${api_servers[$1]} ]]; then
    echo "${api_servers[$1]}"
    return
  fi
  server=$(kubectl config view --context "${context[$1]}" --minify -o 'jsonpath={.clusters[0].cluster.server}' \
    --request-timeout "$request_timeout")
  if [[ $server =~ ^https?://(127\.|localhost|0\.0\.0\.0|\[::1\]) ]]; then
    server=https://$(ask "$1" get endpoints kubernetes --namespace default \
      -o 'jsonpath={.subsets[0].addresses[0].ip}:{.subsets[0].ports[0].port}') || exit $?
  fi
  echo "$server"
}

account_kubeconfig() { # cluster account server ca-base64 token
  cat <<KUBECONFIG
apiVersion: v1
kind: Config
clusters:
  - name: ctx$1
    cluster:
      server: $3
      ${4:+certificate-authority-data: $4}
users:
  - name: $2
    user:
      token: $5
contexts:
  - name: ctx$1
    context:
      cluster: ctx$1
      user: $2
      namespace: $namespace
current-context: ctx$1
KUBECONFIG
}

# NetworkPolicy "gateway" names the ports on which API servers usually listen. Of the gateway's own it is the one behind
# Service kubernetes that counts.
warn_of_port() { # cluster address
  local port=443
  if [[ $2 =~ :([0-9]+)/?$ ]]; then port=${BASH_REMATCH[1]}; fi
  case $port in
    443 | 6443) ;;
    *) warn "The API server of ${context[$1]} listens on port $port, and NetworkPolicy" \
      "gateway lets the gateway out to 443 and 6443 only: add the port in" \
      "k8s/base/network-policies.yaml, and run again." ;;
  esac
}

has_token() { # cluster account: leaves token and ca as they are in the Secret, base64
  local data
  data=$(field "$1" "$namespace" secret "$2-token" '{.data.token} {.data.ca\.crt}') || exit $?
  progress="the token controller of ${context[$1]} has not filled Secret $2-token yet"
  token=${data%% *} ca=${data#* }
  [[ -n $token ]]
}

# A Secret in the other cluster, from the token of a ServiceAccount in this one.
remote_kubeconfig() { # cluster account its-selector secret
  local other=$((3 - $1)) server ca token kubeconfig there
  apply_selected "$1" "$3"
  if [[ $dry_run == true ]]; then
    change_with "$(secret_manifest "$namespace" "$4" Opaque)" "$other" create -f -
    return
  fi
  wait_until has_token "$1" "$2" || fail "$progress" \
    kubectl --context "${context[$1]}" --namespace "$namespace" get secret "$2-token"
  server=$(api_server "$1")
  warn_of_port "$1" "$server"
  warn_of_port "$other" ":$(field "$other" default endpoints kubernetes '{.subsets[0].ports[0].port}')"
  kubeconfig=$(account_kubeconfig "$1" "$2" "$server" "$ca" "$(base64 -d <<<"$token")")
  there=$(field "$other" "$namespace" secret "$4" '{.data.kubeconfig}')
  if [[ $there != "$(base64_of "$kubeconfig")" ]]; then
    change_with "$(secret_manifest "$namespace" "$4" Opaque kubeconfig "$kubeconfig")" \
      "$other" "$([[ -n $there ]] && echo replace || echo create)" -f -
  fi
}
