# fairness.sh - what a modest client gets beside greedy ones, and what it costs to choose who is
# next. Sourced by scripts/bench.
#
# Ratio: Jain's index of the answered reads over each client's max-min share, through hubgate; 1 is
# all of what is fair. tests/bench/limit/fairness.mjs says who asks for what.

# shellcheck source=tests/bench/lab.sh
source "$root/tests/bench/lab.sh"

readonly goal=0.95 decision_goal=1.5
readonly rows_known="octokit-4 hubgate decision"
readonly decision_needs_kb=12000000 # a million tickets, 10 kB each
# shellcheck disable=SC2034 # scripts/bench writes it above the samples
columns="party round modest greedy-4 greedy-16 greedy-64 jain modest_p50_s modest_p99_s points
	primary secondary clock_off_ms"

run_decision() {
	local many=1000000 free_kb
	free_kb=$(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo)
	if ((free_kb < decision_needs_kb)); then
		many=$((free_kb / 20))
		echo "bench: $free_kb kB of memory are free; $many tickets instead of 1000000" >&2
	fi
	${niceness:+nice -n "$niceness"} "$bench/decision" 10 "$many" >"$dir/decision"
	echo "decision, ns         tickets    warm       p99     ratio      cold       p99     ratio"
	awk -F'\t' '{ printf "  %26s %9s %9s %9s %9s %9s %9s\n", $1, $2, $3, $4, $5, $6, $7 }' \
		"$dir/decision"
	sed 's/^/decision\t1\t/' "$dir/decision" >>"$samples"
	echo "decision: ratio $(awk -F'\t' 'END { print $4 " warm, " $7 " cold" }' "$dir/decision")" \
		"(goal $decision_goal)"
}

run_bench() {
	local -a wanted parties=()
	local party
	read -ra wanted <<<"${rows:-$rows_known}"
	for party in "${wanted[@]}"; do
		[[ $party == decision ]] || parties+=("$party")
	done
	if [[ ${#parties[@]} -gt 0 ]]; then
		run_parties fairness "${parties[@]}"
		print_table "fairness" modest greedy-4 greedy-16 greedy-64 jain modest_p50_s \
			modest_p99_s points primary secondary
	fi
	[[ " ${wanted[*]} " != *" decision "* ]] || run_decision
	party=$(value_of hubgate jain)
	[[ $party == - ]] || echo "fairness: ratio $party (goal $goal)"
}
