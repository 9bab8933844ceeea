"$engine" --quiet demo --tracks 1000 --artists 100 --listens 3000 --users 1 > /dev/null
"$engine" --quiet --plugins "$plugins" run "$here/recipe.lua" --no-record
