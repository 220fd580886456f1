# lab.sh - parties under a scaled clock, one after the other, and the table of what they did.
# Sourced by tests/bench/limit.sh and fairness.sh.
#
# Needs: $root $hubgate $plugins $samples $rounds $seed $speed $minutes $niceness.

# lab SCRIPT ARGUMENT...
lab() {
	HUBGATE=$hubgate HUBGATE_PLUGINS=$plugins ${niceness:+nice -n "$niceness"} \
		"$root/scripts/dev/clients" node "$root/tests/bench/limit/$1.mjs" "${@:2}"
}

versions() {
	local name
	for name in rest plugin-throttling plugin-retry; do
		printf '@octokit/%s %s · ' "$name" "$(sed -n 's/.*"version": "\(.*\)".*/\1/p' \
			"$root/tests/clients/node_modules/@octokit/$name/package.json")"
	done
	printf 'Node %s · libfaketime %s · %s\n' "$("$root/scripts/dev/clients" node --version)" \
		"$(dpkg-query -W -f '${Version}' libfaketime)" "$("$hubgate" version | head -1)"
	printf 'clock x%s, %s minutes of GitHub'\''s hour' "$speed" "$minutes"
}

# run_parties SCRIPT PARTY... - each visited once a round; its line is kept and shown.
run_parties() {
	local script=$1 party round line
	shift
	lab calibrate "$speed" | tee -a "$samples"
	for ((round = 1; round <= rounds; round++)); do
		for party in "$@"; do
			line=$(lab "$script" "$party" "$speed" "$minutes" "$((seed + round - 1))")
			printf '%s\t%s\t%s\n' "$party" "$round" "$line" >>"$samples"
			echo "  $party: ${line//$'\t'/ }" >&2
		done
	done
}

# print_table HEADING COLUMN... - medians over the rounds.
print_table() {
	local heading=$1
	shift
	awk -v names="${columns//[$'\n\t']/ }" -v wanted="$*" -v heading="$heading" \
		-f "$root/tests/bench/table.awk" "$samples"
}

# value_of PARTY COLUMN
value_of() {
	awk -v names="${columns//[$'\n\t']/ }" -v party="$1" -v value_of="$2" \
		-f "$root/tests/bench/table.awk" "$samples"
}

# does EXPRESSION - of numbers, by awk
does() {
	awk "BEGIN { exit !($1) }"
}
