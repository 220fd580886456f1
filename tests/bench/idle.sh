# idle.sh - what an idle keep-alive connection costs in user space. Sourced by scripts/bench.
#
# Ratio: growth of resident memory per connection over nginx's, at 10,000 that each asked once.
# The servers are new in every round: memory that a server got back serves the next connection.

readonly goal=1.0
readonly rows_known="plain"
idle_connections=10000

resident_bytes() {
	local pid sum=0 kb
	for pid in ${pids_of[$1]//,/ }; do
		kb=$(awk '$1 == "Rss:" { print $2 }' "/proc/$pid/smaps_rollup")
		sum=$((sum + kb * 1024))
	done
	echo "$sum"
}

# Prints "open N" once all stand; ends when its input does.
hold() {
	"$bench/idle" --port "${port_of[$1]}" --connections "$2"
}

measure_idle() {
	local round=$1 server=$2 before after word count
	hold "$server" 64 </dev/null >/dev/null # code and first buffers are there
	before=$(resident_bytes "$server")
	coproc HOLD { hold "$server" "$idle_connections"; }
	# shellcheck disable=SC2034 # the coprocess's id must be kept: bash unsets it at its end
	local hold_pid=$HOLD_PID
	if ! read -r word count <&"${HOLD[0]}" || [[ $word != open ]]; then
		echo "bench: $server does not hold $idle_connections connections" >&2
		exit 1
	fi
	after=$(resident_bytes "$server")
	eval "exec ${HOLD[1]}>&-"
	if ! wait "$hold_pid"; then
		echo "bench: $server closed an idle connection" >&2
		exit 1
	fi
	awk -v OFS='\t' -v r="$round" -v s="$server" -v n="$count" -v a="$before" -v b="$after" \
		'BEGIN { print "plain", r, s, n, 0, (b - a) / n, (b - a) / n, b / 1e6, 0, a / 1e6 }' \
		>>"$samples"
}

start_idle() {
	case $1 in
	nginx) start_nginx nginx "$server_cpu" nginx-cache.conf.in ;;
	haproxy) start_haproxy haproxy "$server_cpu" haproxy-cache.conf.in ;;
	hubgate) start_hubgate hubgate "$server_cpu" 1 "http://127.0.0.1:${port_of[upstream]}" ;;
	esac
}

run_bench() {
	local round server
	start_upstream "$load_cpu"
	for ((round = 1; round <= rounds; round++)); do
		for server in nginx haproxy hubgate; do
			start_idle "$server"
			[[ $round -gt 1 ]] || same_as_upstream "$server" /repos/o/r0000000007
			measure_idle "$round" "$server"
			end_server "$server"
		done
	done
	printf '\n%s idle connections, medians of %d rounds\n' "$idle_connections" "$rounds"
	printf '  %-10s %16s %8s %16s\n' server "bytes each" ratio "all of it, MB"
	for server in nginx haproxy hubgate; do
		printf '  %-10s %16s %8s %16s\n' "$server" "$(median_of plain "$server" 7)" \
			"$(ratio_of plain "$server" nginx)" "$(median_of plain "$server" 8)"
	done
	echo "TLS: hubgate has no TLS listener yet, so there is no row"
	echo "idle: ratio $(ratio_of plain hubgate nginx) (goal $goal)"
}
