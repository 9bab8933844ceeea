#compdef engine
# zsh completes engine by this. Made by `engine completion zsh`.

# TABLES
# Lines of "word<tab>what it is".
_engine_offer() {
  local -a lines
  lines=("${(@)${(f)2}//:/\\:}")
  lines=("${(@)lines/$'\t'/:}")
  (( ${#2} )) && _describe -t "$1" "$1" lines
}

# What `wanted` says.
_engine_fill() {
  local kind
  local -a names
  case $wanted in
    '= '*) compadd -- ${=wanted#= } ;;
    files) _files ;;
    folders) _files -/ ;;
    'names '*)
      for kind in ${=wanted#names }; do
        if [[ $kind == files ]]; then
          _files
          continue
        fi
        names=("${(@f)$("${(Q)words[1]}" $asking completion --names $kind 2>/dev/null)}")
        names=("${(@)names:#}")
        (( $#names )) && compadd -- "${(@)names}"
      done ;;
  esac
}

_engine() {
  local verb= wanted= flag= word
  local -i places=0
  local -a asking
  # Along the words before the one that is completed.
  for word in "${(@Q)words[2,CURRENT-1]}"; do
    if [[ -n $flag ]]; then
      [[ $flag == --(library|config|plugins|user) ]] && asking+=("$flag" "${word/#\~\//$HOME/}")
      flag= wanted=
    elif [[ $word == --*=* ]]; then
      [[ $word == --(library|config|plugins|user)=* ]] && asking+=("$word")
    elif [[ $word == -?* ]]; then
      wanted=$(_engine_values "$verb $word")
      [[ -n $wanted ]] || wanted=$(_engine_values " $word")
      [[ -z $wanted ]] || flag=$word
    elif (( places == 0 )) && [[ $'\n'$(_engine_verbs "$verb")$'\n' == *$'\n'"$word"$'\t'* ]]; then
      verb=${verb:+$verb }$word
    else
      (( ++places ))
    fi
  done
  if [[ -z $wanted && $PREFIX == --*=* ]]; then
    wanted=$(_engine_values "$verb ${PREFIX%%=*}")
    [[ -n $wanted ]] || wanted=$(_engine_values " ${PREFIX%%=*}")
    compset -P '*='
  elif [[ -z $wanted && $PREFIX == -* ]]; then
    _engine_offer flags "$(_engine_flags "$verb"; [[ -z $verb ]] || _engine_flags '')"
    return
  elif [[ -z $wanted ]]; then
    (( places > 0 )) || _engine_offer verbs "$(_engine_verbs "$verb")"
    wanted=$(_engine_values "$verb $(( places + 1 ))")
    [[ -n $wanted ]] || wanted=$(_engine_values "$verb ...")
  fi
  _engine_fill
}

if [[ $funcstack[1] == _engine ]]; then
  _engine "$@"
else
  compdef _engine engine
fi
