"$engine" --quiet demo --tracks 1000 --artists 100 --listens 3000 --users 1 > /dev/null
"$engine" --quiet --plugins "$plugins" run "$here/recipe.lua" --no-record --to @NAME@:"$work/out.txt" > /dev/null
cat "$work/out.txt"
test "$(head -n 1 "$work/out.txt")" = "# @NAME@"
test "$(wc -l < "$work/out.txt")" -eq 11
test "$(grep -c "$(printf '\t')" "$work/out.txt")" -eq 10
