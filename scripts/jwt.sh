#!/usr/bin/env bash
# Makes keys and tokens for the exercise istio/examples/jwt. For learning: real tokens come from an identity provider.
set -euo pipefail
cd "$(dirname "$0")/.."

key=.local/jwt.key issuer=https://messageboard.example subject=trainee audience=messageboard seconds=3600
groups=() wants=token

usage() {
  cat <<EOF
Usage: scripts/jwt.sh [--subject NAME] [--group NAME]… [--audience NAME]
                      [--issuer NAME] [--seconds N] [--key FILE] [--jwks] [--help]

Prints a token (JWT, RS256), or with --jwks the public key that checks it, for
jwks of a RequestAuthentication. The first call makes the private key.

  --subject NAME    of whom the token speaks (default $subject)
  --group NAME      a group of theirs; may be repeated
  --audience NAME   whom it is for (default $audience)
  --issuer NAME     who made it (default $issuer)
  --seconds N       how long it is valid (1 to 99999, default $seconds)
  --key FILE        the private key (default $key)
  --jwks            print the public key

Needs openssl.
EOF
}

script=scripts/jwt.sh
# shellcheck source=scripts/lib/options.sh
source scripts/lib/options.sh

name() { # option value
  need_value "$@"
  [[ $2 =~ ^[A-Za-z0-9._:/@-]+$ ]] || refuse "$1 wants a name without blanks and quotes, not '$2'."
}

while (($#)); do
  case $1 in
    --subject) name "$1" "${2-}"; subject=$2; shift ;;
    --group) name "$1" "${2-}"; groups+=("\"$2\""); shift ;;
    --audience) name "$1" "${2-}"; audience=$2; shift ;;
    --issuer) name "$1" "${2-}"; issuer=$2; shift ;;
    --seconds)
      is_number_between "${2-}" 1 99999 || refuse "--seconds wants a whole number from 1 to 99999, not '${2-}'."
      seconds=$2
      shift
      ;;
    --key) need_value "$1" "${2-}"; key=$2; shift ;;
    --jwks) wants=jwks ;;
    *) other_option "$1" ;;
  esac
  shift
done

command -v openssl >/dev/null || refuse "openssl is missing."

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

if [[ ! -e $key ]]; then
  mkdir -p "$(dirname "$key")"
  (umask 077 && openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$key" 2>/dev/null)
fi

modulus=$(openssl rsa -in "$key" -noout -modulus)
# The key's name is a part of its modulus: another key has another name.
kid=${modulus: -16}

if [[ $wants == jwks ]]; then
  # shellcheck disable=SC2059 # the format is the bytes
  n=$(printf "$(printf '%s' "${modulus#Modulus=}" | sed 's/../\\x&/g')" | base64url)
  printf '{"keys":[{"kty":"RSA","alg":"RS256","use":"sig","kid":"%s","n":"%s","e":"AQAB"}]}\n' "$kid" "$n"
  exit
fi

now=$(date +%s)
list=$(IFS=,; echo "${groups[*]-}")
header=$(printf '{"alg":"RS256","typ":"JWT","kid":"%s"}' "$kid" | base64url)
payload=$(printf '{"iss":"%s","sub":"%s","aud":"%s","iat":%d,"exp":%d,"groups":[%s]}' \
  "$issuer" "$subject" "$audience" "$now" $((now + seconds)) "$list" | base64url)
signature=$(printf '%s' "$header.$payload" | openssl dgst -sha256 -sign "$key" -binary | base64url)
printf '%s\n' "$header.$payload.$signature"
