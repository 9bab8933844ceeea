"$engine" --quiet --plugins "$plugins" import "$here/example.txt" --json | tee "$work/result.json"
# Four records: two likes, an empty line, a line without a tab.
for wanted in '"format": "@NAME@"' '"rows": 4' '"new": 2' '"empty": 1' '"malformed": 1'; do
  grep -q -- "$wanted" "$work/result.json" || { echo "the result lacks $wanted" >&2; exit 1; }
done
