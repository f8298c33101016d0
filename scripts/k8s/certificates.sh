# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with those that source it
# The common root CA of both clusters' meshes, as Istio's "Plug in CA Certificates" has it: one root, an intermediate
# a cluster in Secret cacerts. The root's key never leaves $ca_folder.
# https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/

readonly ca_folder=$state/ca
readonly root_days=3650 intermediate_days=1825

# OpenSSL's own configuration differs from machine to machine, so this one is used instead.
ca_configuration() { # cluster-name
  cat <<CONFIGURATION
[req]
prompt = no
distinguished_name = subject
[subject]
O = MessageBoard
CN = MessageBoard $1 CA
[root]
basicConstraints = critical, CA:true
keyUsage = critical, digitalSignature, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, digitalSignature, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
subjectAltName = DNS:istiod.istio-system.svc
CONFIGURATION
}

make_root() {
  [[ -f $ca_folder/root-cert.pem ]] && return
  (
    umask 077
    mkdir -p "$ca_folder"
    ca_configuration root >"$ca_folder/root.conf"
  )
  run openssl genrsa -out "$ca_folder/root-key.pem" 4096
  run openssl req -new -x509 -sha256 -days "$root_days" -config "$ca_folder/root.conf" -extensions root \
    -key "$ca_folder/root-key.pem" -out "$ca_folder/root-cert.pem.new"
  # Last, so that a root which is there is a whole one.
  mv "$ca_folder/root-cert.pem.new" "$ca_folder/root-cert.pem"
}

# One that is there is used again only if it is of this root.
make_intermediate() { # cluster
  local folder=$ca_folder/ctx$1
  [[ -f $folder/cert-chain.pem ]] && openssl verify -CAfile "$ca_folder/root-cert.pem" "$folder/ca-cert.pem" &>/dev/null && return
  (
    umask 077
    mkdir -p "$folder"
    ca_configuration "ctx$1" >"$folder/ca.conf"
  )
  run openssl genrsa -out "$folder/ca-key.pem" 4096
  run openssl req -new -sha256 -config "$folder/ca.conf" -key "$folder/ca-key.pem" -out "$folder/ca.csr"
  run openssl x509 -req -sha256 -days "$intermediate_days" -in "$folder/ca.csr" -CA "$ca_folder/root-cert.pem" \
    -CAkey "$ca_folder/root-key.pem" -set_serial "0x$(openssl rand -hex 16)" -extfile "$folder/ca.conf" \
    -extensions intermediate -out "$folder/ca-cert.pem"
  cat "$folder/ca-cert.pem" "$ca_folder/root-cert.pem" >"$folder/cert-chain.pem"
}

# The root of a cluster's cacerts, as base64; nothing when it has none.
root_of() { # cluster
  field "$1" "$istio_namespace" secret cacerts '{.data.root-cert\.pem}'
}

common_root() {
  local one two
  both prepare_istio_namespace
  one=$(root_of 1) || exit $?
  two=$(root_of 2) || exit $?
  if [[ -n $one && $one == "$two" ]]; then
    note="both have it"
  elif [[ -n $one && -n $two ]]; then
    fail "Secret cacerts of ${context[1]} and of ${context[2]} (in $istio_namespace) have different roots.
Neither is overwritten. Meshes that trust each other have one root: delete the Secret of the cluster
whose mesh may change, restart its istiod and its pods afterwards, and run again."
  elif [[ -z $one && -z $two ]]; then
    both add_cacerts
    note="made; its key is in $ca_folder, keep it safe"
  else
    add_missing_cacerts "$one$two" "$([[ -n $one ]] && echo 2 || echo 1)"
  fi
}

# One cluster has its intermediate already: the other gets one of the same root, if the root's key is ours.
add_missing_cacerts() { # root-of-the-other cluster
  if [[ ! -f $ca_folder/root-cert.pem || $(base64_of "$(<"$ca_folder/root-cert.pem")") != "$1" ]]; then
    fail "Only one cluster has Secret cacerts in $istio_namespace, and the key of its root is not in $ca_folder.
Bring the root's root-cert.pem and root-key.pem there, or give ${context[$2]} a Secret cacerts of the same root."
  fi
  add_cacerts "$2"
  note="added to ${context[$2]}"
}

add_cacerts() { # cluster
  local file data=()
  if exists "$1" "$istio_namespace" deployment istiod; then
    fail "Istio runs in ${context[$1]} with a CA of its own making (no Secret cacerts in $istio_namespace).
A mesh that others use is not given a new root behind their backs. Create cacerts there yourself, restart
istiod and its pods, and run again; or remove that Istio; or choose --skip-istio."
  fi
  if [[ $dry_run == false ]]; then
    make_root
    make_intermediate "$1"
    for file in "$ca_folder"/{root-cert,"ctx$1"/{ca-cert,ca-key,cert-chain}}.pem; do data+=("${file##*/}" "$(<"$file")"); done
  fi
  change_with "$(secret_manifest "$istio_namespace" cacerts Opaque "${data[@]}")" "$1" create -f -
}

# Istio reads from the namespace's label which network a cluster's pods are on.
prepare_istio_namespace() { # cluster
  local there network=network$1
  there=$(field "$1" '' namespace "$istio_namespace" '{.metadata.name} {.metadata.labels.topology\.istio\.io/network}') || exit $?
  case $there in
    '') change_with "$(manifest_head Namespace "$istio_namespace" '' "topology.istio.io/network: $network")" "$1" create -f - ;;
    *" $network") ;;
    *) change "$1" label namespace "$istio_namespace" "topology.istio.io/network=$network" ;;
  esac
}
