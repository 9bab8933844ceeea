# fish completes engine by this. Made by `engine completion fish`.

# TABLES
# What a flag of `verb` takes, "" where it takes nothing.
function _engine_values_of_flag --argument-names verb flag
    set -l wanted (_engine_values "$verb $flag")
    test -n "$wanted"; or set wanted (_engine_values " $flag")
    echo $wanted
end

# What `wanted` says, each line behind `before`; `asking` are flags with which names are asked for.
function _engine_fill --argument-names wanted current before
    set -l asking $argv[4..-1]
    set -l kinds (string split ' ' -- $wanted)
    if test "$kinds[1]" = =
        printf '%s\n' $before$kinds[2..-1]
        return
    end
    for kind in $kinds
        switch $kind
            case files
                printf '%s\n' $before(__fish_complete_path "$current")
            case folders
                printf '%s\n' $before(__fish_complete_directories "$current" '')
            case names text ''
            case '*'
                set -l names (engine $asking completion --names $kind 2>/dev/null)
                test -z "$names"; or printf '%s\n' $before$names
        end
    end
end

function _engine_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l verb ''
    set -l places 0
    set -l wanted ''
    set -l flag ''
    set -l asking
    # Along the words before the one that is completed.
    for word in $words[2..-1]
        if test -n "$flag"
            contains -- $flag --library --config --plugins --user; and set -a asking $flag $word
            set flag ''
            set wanted ''
        else if string match -q -- '--*=*' $word
            string match -qr -- '^--(library|config|plugins|user)=' $word; and set -a asking $word
        else if string match -q -- '-?*' $word
            set wanted (_engine_values_of_flag "$verb" $word)
            test -z "$wanted"; or set flag $word
        else if test $places -eq 0; and contains -- $word (_engine_verbs "$verb" | string replace -r '\t.*' '')
            set verb (string trim -- "$verb $word")
        else
            set places (math $places + 1)
        end
    end
    if test -n "$wanted"
        _engine_fill "$wanted" "$current" '' $asking
    else if string match -q -- '--*=*' $current
        set -l parts (string split -m 1 = -- $current)
        _engine_fill (_engine_values_of_flag "$verb" $parts[1]) "$parts[2]" "$parts[1]=" $asking
    else if string match -q -- '-*' $current
        _engine_flags "$verb"
        test -z "$verb"; or _engine_flags ''
    else
        test $places -gt 0; or _engine_verbs "$verb"
        set wanted (_engine_values "$verb "(math $places + 1))
        test -n "$wanted"; or set wanted (_engine_values "$verb ...")
        test -z "$wanted"; or _engine_fill "$wanted" "$current" '' $asking
    end
end

complete -c engine -f -a '(_engine_complete)'
