# samples.sh - runs of ldgen, kept as lines of $samples, and what medians.awk makes of them.
# Sourced by scripts/bench.
#
# Needs: $root $dir $bench $samples $seed $seconds $niceness, port_of url_of pids_of key (servers.sh).

load_cpus=$load_cpu

# load SERVER OPTION... - one run of ldgen; its line. With the key, unless the options have a
# field of their own.
load() {
	local server=$1
	local -a more=()
	shift
	[[ ${url_of[$server]} != https:* ]] || more+=(--ca "$dir/ca.pem")
	[[ $* == *--field* ]] || more+=(--field "Authorization: Bearer $key")
	taskset -c "$load_cpus" ${niceness:+nice -n "$niceness"} "$bench/ldgen" \
		--port "${port_of[$server]}" --learn "${port_of[upstream]}" \
		--pids "${pids_of[$server]}" --seed "$seed" --seconds "$seconds" "${more[@]}" "$@"
}

# sample ROW ROUND SERVER OPTION... - a run whose line is kept.
sample() {
	local row=$1 round=$2 server=$3 line
	shift 3
	line=$(load "$server" "$@")
	printf '%s\t%s\t%s\t%s\n' "$row" "$round" "$server" "$line" >>"$samples"
}

asked_of_upstream() {
	ask "${url_of[upstream]}/count" | xargs
}

print_row() {
	awk -v row="$1" -v reference="$2" -f "$root/tests/bench/medians.awk" "$samples"
	echo
}

# ratio_of ROW SERVER REFERENCE [COLUMN [BASE]]
ratio_of() {
	awk -v row="$1" -v ratio_of="$2" -v reference="$3" -v column="${4-7}" -v base="${5-}" \
		-f "$root/tests/bench/medians.awk" "$samples"
}

# median_of ROW SERVER COLUMN
median_of() {
	awk -v row="$1" -v median_for="$2" -v column="$3" \
		-f "$root/tests/bench/medians.awk" "$samples"
}
