# miss.sh - what a gateway adds to a request that GitHub must answer. Sourced by scripts/bench.
#
# Ratio: (hubgate - direct) / (nginx - direct), medians of latency, HTTPS upstream, 1 connection,
# everything on one CPU (across CPUs a wake-up costs more than the server). Every path is new, so
# nothing can be answered from memory, and hubgate keeps each reply, as it would. It is measured with
# its cache full, as it is but for the first hours: each kept reply takes the place of another.

readonly goal=1.5
readonly rows_known="1conn 64conn"

miss_servers=(direct nginx haproxy hubgate)

start_servers() {
	start_upstream "$server_cpu"
	start_nginx nginx "$server_cpu" nginx-proxy.conf.in
	start_haproxy haproxy "$server_cpu" haproxy-proxy.conf.in
	start_hubgate hubgate "$server_cpu" 1 "https://localhost:${port_of[upstream-tls]}"
	port_of[direct]=${port_of[upstream-tls]}
	url_of[direct]=https://localhost:${port_of[direct]}
	pids_of[direct]=${pids_of[upstream]}
}

# Until replies are dropped as fast as they are kept: 256 MiB of about 12 kB each.
fill_cache() {
	local metrics evicted=0 tries=0
	while ((evicted == 0)); do
		if ((++tries > 60)); then
			echo "bench: hubgate's cache does not become full" >&2
			exit 1
		fi
		fresh=$((fresh + 5000000))
		load hubgate --connections 64 --wait --warm 0 --seconds 1 --fresh "$fresh" \
			--path /repos/o/r >/dev/null
		metrics=$(curl -s --unix-socket "$dir/hubgate/admin" http://hub/show/cache/state)
		evicted=$(sed -n 's/.*"evicted":\([0-9]*\).*/\1/p' <<<"$metrics")
		evicted=${evicted:-0}
	done
	echo "hubgate's cache is full after $tries s: $metrics"
}

run_row() {
	local row=$1 server round
	local -a options=()
	case $row in
	1conn)
		load_cpus=$server_cpu
		options=(--connections 1 --wait)
		;;
	64conn)
		load_cpus=$load_cpu
		options=(--connections 64 --wait)
		;;
	esac
	taskset -acp "$load_cpus" "${main_of[upstream]}" >/dev/null
	for ((round = 1; round <= rounds; round++)); do
		for server in "${miss_servers[@]}"; do
			fresh=$((fresh + 5000000))
			sample "$row" "$round" "$server" "${options[@]}" \
				--fresh "$fresh" --path /repos/o/r
		done
	done
	print_row "$row" nginx
}

run_bench() {
	local row server
	fresh=10000000
	start_servers
	echo "same answers:"
	for server in nginx haproxy hubgate; do
		same_as_upstream "$server" 7
	done
	fill_cache
	echo
	for row in ${rows:-$rows_known}; do
		run_row "$row"
	done
	echo "added to direct, 1 connection, median p50 in us:"
	for server in nginx haproxy hubgate; do
		printf '  %-14s over nginx %s\n' "$server" "$(ratio_of 1conn "$server" nginx 8 direct)"
	done
	echo "miss: ratio $(ratio_of 1conn hubgate nginx 8 direct) (goal $goal)"
}
