# limit.sh - what one budget of GitHub's is good for: a dashboard by octokit with its plugins, by a
# plain client, and through hubgate. Sourced by scripts/bench.
#
# Ratio: reads answered per point, hubgate's over octokit's in one process. The last party is
# hubgate without its cache: where that does not cost most of the ratio, the bench measures nothing.
#
# More rows than by default: hubgate-hidden (GitHub has a limit that it tells nobody of) and
# hubgate-proven (no read is answered before GitHub said that the copy still holds).

# shellcheck source=tests/bench/lab.sh
source "$root/tests/bench/lab.sh"

readonly goal=3
readonly rows_known="octokit-1 octokit-3 plain hubgate hubgate-half-opaque hubgate-no-tags
	hubgate-own-tokens hubgate-own-tokens-no-model hubgate-no-cache saturation"
# shellcheck disable=SC2034 # scripts/bench writes it above the samples
columns="party round reads answered an_hour points reads/point points/distinct primary
	secondary critical_p50_s critical_p99_s age_p99_s used_share clock_off_ms"

judge_saturation() {
	local used wait refused
	used=$(value_of saturation used_share)
	wait=$(value_of saturation critical_p99_s)
	refused=$(value_of saturation primary)+$(value_of saturation secondary)
	echo "saturation: used $used of what low may have (goal 0.99 to 1), critical p99 $wait s (goal 1)," \
		"refusals $refused (goal 0+0)"
}

run_bench() {
	local octokit ours wasteful
	# shellcheck disable=SC2086 # words
	run_parties limit ${rows:-$rows_known}
	print_table "limit" reads an_hour points reads/point points/distinct primary secondary \
		critical_p50_s critical_p99_s age_p99_s
	[[ " ${rows:-$rows_known} " != *saturation* ]] || judge_saturation
	octokit=$(value_of octokit-1 reads/point)
	ours=$(value_of hubgate reads/point)
	wasteful=$(value_of hubgate-no-cache reads/point)
	if [[ $wasteful != - && $ours != - ]] && ! does "$wasteful < $ours / 2"; then
		echo "bench: without its cache hubgate is as thrifty: the ratio measures nothing" >&2
		status=1
	fi
	[[ $octokit == - || $ours == - ]] ||
		echo "limit: ratio $(awk "BEGIN { printf \"%.1f\", $ours / $octokit }") (goal $goal)"
}
