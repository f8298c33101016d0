#!/usr/bin/env bash
# Builds the four images from the Dockerfile, for one processor or several, and pushes them or keeps them here.
set -euo pipefail

readonly script=scripts/build-images.sh
readonly programs=(gateway user-service message-service log-service)
# The builder for several platforms at once; Docker's own builds for one.
readonly builder=messageboard

usage() {
  cat <<'EOF'
Usage: scripts/build-images.sh --images REGISTRY[/PREFIX] --push | --load [more]

Builds the images gateway, user-service, message-service and log-service, and
says at the end what deploy-all.sh wants to hear.

  --images REGISTRY[/PREFIX]  where they go: ghcr.io/me/messageboard means
                              ghcr.io/me/messageboard/gateway:TAG and so on
  --tag TAG                   default: the commit, abbreviated. Then nothing may
                              be uncommitted, for the tag says what is in them
  --platforms LIST            default for --push: linux/amd64,linux/arm64;
                              for --load, which takes one: this machine's
  --push                      to the registry (docker login first)
  --load                      into this machine's Docker, as scripts/kind.sh
                              needs them
  --dry-run                   show the commands and run none
  --help                      show this

Needs Docker with buildx; nothing is emulated, so no QEMU.
Exit code: 0, 1 when a build failed, 2 for bad input.
EOF
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/options.sh
source scripts/lib/options.sh
images='' tag='' platforms='' output='' dry_run=false

send() { # --push | --load
  [[ -z $output || $output == "$1" ]] || see_help "--push and --load do not go together"
  output=$1
}

while (($# > 0)); do
  case $1 in
    --images | --tag | --platforms)
      need_value "$@"
      case $1 in
        --images) images=${2%/} ;;
        --tag) tag=$2 ;;
        --platforms) platforms=$2 ;;
      esac
      shift
      ;;
    --push | --load) send "$1" ;;
    --dry-run) dry_run=true ;;
    *) other_option "$1" ;;
  esac
  shift
done

[[ -n $images ]] || refuse "--images REGISTRY[/PREFIX] is missing, as in --images ghcr.io/me/messageboard"
[[ $images =~ ^[a-zA-Z0-9]([a-zA-Z0-9._:-]*[a-zA-Z0-9])?(/[a-z0-9]([a-z0-9._-]*[a-z0-9])?)*$ ]] ||
  refuse "--images wants REGISTRY[/PREFIX], as ghcr.io/me/messageboard, not" "'$images'. The tag has an option of its own, --tag."
[[ -n $output ]] || refuse "Say where the images go: --push to the registry, or --load into this" "machine's Docker."
[[ -z $tag || $tag =~ ^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$ ]] || refuse "--tag: '$tag' is no tag an image can have."
[[ -z $platforms || $platforms =~ ^linux/(amd64|arm64)(,linux/(amd64|arm64))?$ ]] ||
  refuse "--platforms wants linux/amd64, linux/arm64 or both with a comma between," "not '$platforms'."
[[ $output == --push || $platforms != *,* ]] ||
  refuse "--load takes one platform: Docker keeps an image for one. Leave --platforms out" "for this machine's."
if [[ -z $platforms && $output == --push ]]; then platforms=linux/amd64,linux/arm64; fi

commit=$(git rev-parse --short HEAD)
if [[ -z $tag ]]; then
  changes=$(git status --porcelain)
  [[ -z $changes ]] || refuse "These changes are in no commit, and the tag $commit would not tell of them." \
    "Commit them, or name the images with --tag:" "$changes"
  tag=$commit
fi

# --- the builds ------------------------------------------------------------------------------------------------------

run() { # command...
  if [[ $dry_run == true ]]; then
    printf '%s' "$1"
    printf ' %q' "${@:2}"
    printf '\n'
  else
    "$@"
  fi
}

check_docker() {
  command -v docker >/dev/null || refuse "docker is missing. Install it from https://docs.docker.com/engine/install/"
  docker buildx version >/dev/null 2>&1 ||
    refuse "This docker has no buildx: install the package docker-buildx-plugin, see" "https://docs.docker.com/build/install-buildx/"
  docker info >/dev/null 2>&1 || refuse "Docker does not answer. Is it started, and may you use it? See: docker info"
}

if [[ $dry_run == false ]]; then check_docker; fi

options=(--label "org.opencontainers.image.version=$tag" --label "org.opencontainers.image.revision=$(git rev-parse HEAD)")
if [[ -n $platforms ]]; then options+=(--platform "$platforms"); fi
if [[ $platforms == *,* ]]; then
  if [[ $dry_run == true ]] || ! docker buildx inspect "$builder" >/dev/null 2>&1; then
    run docker buildx create --name "$builder" --driver docker-container
  fi
  # A bill of materials goes along with what is pushed; Docker's own builder, which makes images of one platform, has none.
  options+=(--builder "$builder" --sbom=true)
fi
# An attestation makes a list of an image of one platform, which `kind load` does not take.
if [[ $output == --load ]]; then options+=(--provenance=false); fi

# Images are as old as their commit (https://reproducible-builds.org/specs/source-date-epoch/).
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH

for program in "${programs[@]}"; do
  run docker buildx build "${options[@]}" --target "$program" --tag "$images/$program:$tag" "$output" . || {
    echo "$images/$program:$tag was not built or not sent; the lines above say why." >&2
    echo "Done parts are cached: the same command again carries on." >&2
    exit 1
  }
done

if [[ $dry_run == true ]]; then exit; fi
echo
echo "$images/{$(IFS=, && echo "${programs[*]}")}:$tag"
if [[ $output == --push ]]; then
  echo "Deploy them:  ./deploy-all.sh --images $images/$tag"
else
  echo "Two clusters on this machine with them:  scripts/kind.sh up --images $images/$tag"
fi
