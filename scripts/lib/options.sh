# shellcheck shell=bash
# What the options of all scripts share. Whoever sources it has a function usage, and in $script the name by which
# people call it. Plain bash 3.2, which macOS has.

readonly bad_input=2

refuse() { # lines...
  printf '%s\n' "$@" >&2
  exit "$bad_input"
}

see_help() { # what is wrong
  # shellcheck disable=SC2154 # of whoever sources it
  refuse "$1. See $script --help"
}

need_value() { # option value
  [[ -n ${2-} && $2 != --* ]] || see_help "$1 wants a value"
}

is_number_between() { # value lowest highest
  [[ $1 =~ ^[1-9][0-9]{0,4}$ ]] && (($1 >= $2 && $1 <= $3))
}

# A name in DNS, perhaps *.NAME, or an IPv4 address.
is_host() { # name
  local label='[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
  [[ ${#1} -le 253 && $1 =~ ^(\*\.)?($label\.)*$label$ ]]
}

check_hosts() { # the values of --host, with commas
  local name names
  IFS=, read -ra names <<<"${1:+$1,}" # an empty last one counts
  for name in ${names[@]+"${names[@]}"}; do
    is_host "$name" || refuse "--host wants a name as board.example.com, or *.example.com, not '$name'."
  done
}

# Where no option of the script's own was recognised.
other_option() { # option
  case $1 in
    --help | -h)
      usage
      exit
      ;;
    *) see_help "Unknown option: $1" ;;
  esac
}
