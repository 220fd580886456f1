# idle.sh - what an idle keep-alive connection costs in user space. Sourced by scripts/bench.
#
# Ratio: growth of resident memory per connection over nginx's, at 10,000 that each asked once; row
# `tls` the same by TLS 1.3 at 2,000. The servers are new in every round: memory that a server got
# back serves the next connection.

readonly goal=1.0
readonly rows_known="plain tls"
readonly -A idle_connections=([plain]=10000 [tls]=2000)

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
	local server=$1
	local -a more=()
	[[ ${url_of[$server]} != https:* ]] || more=(--ca "$dir/ca.pem")
	"$bench/idle" --port "${port_of[$server]}" --connections "$2" \
		--field "Authorization: Bearer $key" "${more[@]}"
}

# measure_idle ROW ROUND NAME SERVER
measure_idle() {
	local row=$1 round=$2 name=$3 server=$4 wanted=${idle_connections[$1]} before after word count
	hold "$server" 64 </dev/null >/dev/null # code and first buffers are there
	before=$(resident_bytes "$server")
	coproc HOLD { hold "$server" "$wanted"; }
	# shellcheck disable=SC2034 # the coprocess's id must be kept: bash unsets it at its end
	local hold_pid=$HOLD_PID
	if ! read -r word count <&"${HOLD[0]}" || [[ $word != open ]]; then
		echo "bench: $server does not hold $wanted connections" >&2
		exit 1
	fi
	after=$(resident_bytes "$server")
	eval "exec ${HOLD[1]}>&-"
	if ! wait "$hold_pid"; then
		echo "bench: $server closed an idle connection" >&2
		exit 1
	fi
	awk -v OFS='\t' -v row="$row" -v r="$round" -v s="$name" -v n="$count" -v a="$before" \
		-v b="$after" \
		'BEGIN { print row, r, s, n, 0, (b - a) / n, (b - a) / n, b / 1e6, 0, a / 1e6 }' \
		>>"$samples"
}

start_idle() {
	case $1 in
	nginx) start_nginx nginx "$server_cpu" nginx-cache.conf.in ;;
	haproxy) start_haproxy haproxy "$server_cpu" haproxy-cache.conf.in ;;
	hubgate) start_hubgate hubgate "$server_cpu" 1 "${url_of[upstream]}" ;;
	esac
}

run_row() {
	local row=$1 round name server
	for ((round = 1; round <= rounds; round++)); do
		for name in nginx haproxy hubgate; do
			server=$name
			[[ $row == plain ]] || server=$name-tls
			start_idle "$name"
			[[ $round -gt 1 ]] || same_as_upstream "$server" 7
			measure_idle "$row" "$round" "$name" "$server"
			end_server "$name"
		done
	done
	printf '\n%s: %s idle connections, medians of %d rounds\n' "$row" \
		"${idle_connections[$row]}" "$rounds"
	printf '  %-10s %16s %8s %16s\n' server "bytes each" ratio "all of it, MB"
	for name in nginx haproxy hubgate; do
		printf '  %-10s %16s %8s %16s\n' "$name" "$(median_of "$row" "$name" 7)" \
			"$(ratio_of "$row" "$name" nginx)" "$(median_of "$row" "$name" 8)"
	done
}

run_bench() {
	local row
	start_upstream "$load_cpu"
	for row in ${rows:-$rows_known}; do
		run_row "$row"
	done
	echo
	[[ " ${rows:-$rows_known} " != *" tls "* ]] ||
		echo "idle over TLS: $(median_of tls hubgate 7) bytes each (goal 16384)"
	echo "idle: ratio $(ratio_of plain hubgate nginx) (goal $goal)"
}
