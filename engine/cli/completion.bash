# bash completes engine by this. Made by `engine completion bash`.

# TABLES
# Walks along the words before the one that is completed. Sets: verb, places (how many values were told by their
# place), wanted (what the word is to be, where a flag says it), asking (flags with which names are asked for).
_engine_walk() {
  local word flag= is_joined=
  verb= places=0 wanted= asking=()
  for word in "$@"; do
    if [ -n "$is_joined" ]; then
      is_joined=
    elif [ "$word" = = ]; then  # of --flag=value, which bash takes apart
      continue
    elif [ "$word" = : ]; then  # of m3u8:FILE, likewise
      is_joined=yes
    elif [ -n "$flag" ]; then
      case $flag in --library | --config | --plugins | --user) asking+=("$flag" "${word/#\~\//$HOME/}") ;; esac
      flag= wanted=
    elif [[ $word == -?* ]]; then
      wanted=$(_engine_values "$verb $word")
      [ -n "$wanted" ] || wanted=$(_engine_values " $word")
      [ -z "$wanted" ] || flag=$word
    elif [ "$places" -eq 0 ] && grep -qxF -- "$word" <<<"$(_engine_verbs "$verb")"; then
      verb=${verb:+$verb }$word
    else
      places=$((places + 1))
    fi
  done
}

# Of the lines those that begin as what was typed.
_engine_offer() {
  local line
  while IFS= read -r line; do
    [ -z "$line" ] || [[ $line != "$typed"* ]] || COMPREPLY+=("$line")
  done <<<"$1"
}

# What `wanted` says.
_engine_fill() {
  local kind
  case $wanted in
    '= '*) _engine_offer "$(printf '%s\n' ${wanted#= })" ;;
    files | folders | names\ *)
      compopt -o filenames 2>/dev/null  # readline quotes what needs it
      for kind in ${wanted#names}; do
        case $kind in
          files) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$typed") ;;
          folders) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$typed") ;;
          *) _engine_offer "$("${COMP_WORDS[0]}" "${asking[@]}" completion --names "$kind" 2>/dev/null)" ;;
        esac
      done ;;
  esac
}

_engine() {
  local verb places wanted asking typed=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  _engine_walk "${COMP_WORDS[@]:1:COMP_CWORD-1}"
  [ "$typed" != = ] || typed=
  typed=${typed#[\"\']} typed=${typed//\\/}
  if [ -z "$wanted" ] && [[ $typed == -* ]]; then
    _engine_offer "$(_engine_flags "$verb"; [ -z "$verb" ] || _engine_flags '')"
    return
  fi
  if [ -z "$wanted" ]; then
    [ "$places" -gt 0 ] || _engine_offer "$(_engine_verbs "$verb")"
    wanted=$(_engine_values "$verb $((places + 1))")
    [ -n "$wanted" ] || wanted=$(_engine_values "$verb ...")
  fi
  _engine_fill
}

complete -F _engine engine
