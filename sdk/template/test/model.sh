"$engine" --quiet plugins check "$plugins/@NAME@.so" --json > "$work/report.json"
grep -q -- '"matrix decades ' "$work/report.json" || { echo "the artifact has no matrix \"decades\"" >&2; exit 1; }
