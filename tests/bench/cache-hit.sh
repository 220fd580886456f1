# cache-hit.sh - what one answer from memory costs, beside the caches that people use. Sourced.
#
# Ratio: CPU per hit over nginx's proxy cache, 10 kB, 64 connections. Rows besides: 200 B, 304, a
# client's own token, TLS 1.3, one connection (all on one CPU), two fronts on two CPUs. `floor` is
# the upstream's own program: what the kernel asks for the same bytes from bare epoll without a
# cache.

readonly goal=0.55
readonly rows_known="10kB 200B 304 token tls 1conn fronts"

hit_servers=(nginx haproxy varnish hubgate floor)
tls_servers=(nginx-tls haproxy-tls hubgate-tls) # Debian's Varnish has no TLS

start_servers() {
	start_upstream "$load_cpu"
	start_nginx nginx "$server_cpu" nginx-cache.conf.in
	start_haproxy haproxy "$server_cpu" haproxy-cache.conf.in
	start_varnish varnish "$server_cpu"
	port_of[floor]=$(a_port)
	start floor "${port_of[floor]}" "$server_cpu" "$bench/upstream" --port "${port_of[floor]}"
	start_hubgate hubgate "$server_cpu" 1 "${url_of[upstream]}"
}

# The hub that is slower on purpose: by `slow` percent of what a hit costs right now.
start_slow() {
	local burn_ns run
	fill hubgate 10kB
	for run in 1 2 3; do
		printf 'calibrate\t%s\thubgate\t%s\n' "$run" "$(load hubgate --path /repos/o/r)"
	done >>"$samples"
	burn_ns=$(awk -v us="$(median_of calibrate hubgate 7)" -v percent="$slow" \
		'BEGIN { printf "%d", us * 1000 * percent / 100 }')
	echo "slow: every request of hubgate-slow wastes $burn_ns ns, $slow % of a hit"
	start_hubgate hubgate-slow "$server_cpu" 1 "${url_of[upstream]}" \
		"  - { use: slow, burn_ns: $burn_ns }"
}

# What ldgen is told for a row, in `options`. It asks as http://localhost.
set_options() {
	local row=$1 server=$2
	options=(--path /repos/o/r --connections 64)
	case $row in
	200B) options=(--path /repos/s/r --connections 64) ;;
	304) options+=(--status 304 --etag --etag-end "$(tag_end_of "$server" http://localhost)") ;;
	token) options+=(--field "Authorization: token ghp_bench") ;;
	1conn) options=(--path /repos/o/r --connections 1 --wait) ;;
	fronts) options+=(--wait) ;;
	esac
}

# Every number once, so that the rounds find them kept.
fill() {
	local server=$1 row=$2
	local -a options
	[[ $row != 304 ]] || row=10kB
	set_options "$row" "$server"
	load "$server" "${options[@]}" --seconds 0.2 --warm 0 >/dev/null
}

measure_row() {
	local row=$1 round=$2 server before after
	local -a options
	shift 2
	for server in "$@"; do
		set_options "$row" "$server"
		before=$(asked_of_upstream)
		sample "$row" "$round" "$server" "${options[@]}"
		after=$(asked_of_upstream)
		if ((after - before > 1)); then # one was asked by ldgen, to learn
			echo "bench: $server asked the upstream $((after - before)) times for hits" >&2
			exit 1
		fi
	done
}

run_row() {
	local row=$1 server round reference=nginx
	local -a servers=("${hit_servers[@]}")
	load_cpus=$load_cpu
	case $row in
	tls)
		servers=("${tls_servers[@]}")
		reference=nginx-tls
		;;
	10kB) [[ -z $slow ]] || servers+=(hubgate-slow) ;;
	1conn) load_cpus=$server_cpu ;;
	fronts)
		servers=(hubgate-1 hubgate-2)
		reference=hubgate-1
		load_cpus=$server_cpu,$load_cpu
		for server in 1 2; do
			start_hubgate "hubgate-$server" "$load_cpus" "$server" \
				"${url_of[upstream]}"
		done
		;;
	esac
	for server in "${servers[@]}"; do
		fill "$server" "$row"
	done
	for ((round = 1; round <= rounds; round++)); do
		measure_row "$row" "$round" "${servers[@]}"
	done
	load_cpus=$load_cpu
	print_row "$row" "$reference"
}

run_bench() {
	local row server kind with slowed
	start_servers
	for kind in 200 304; do
		echo "same answers, $kind:"
		for server in nginx haproxy varnish hubgate "${tls_servers[@]}"; do
			same_as_upstream "$server" 7 "$kind" # the floor is the upstream
		done
	done
	[[ -z $slow ]] || start_slow
	echo
	for row in ${rows:-$rows_known}; do
		run_row "$row"
	done
	if [[ -n $slow ]]; then
		with=$(ratio_of 10kB hubgate nginx)
		slowed=$(ratio_of 10kB hubgate-slow nginx)
		awk -v a="$with" -v b="$slowed" -v asked="$slow" 'BEGIN {
			moved = 100 * (b / a - 1)
			printf "slow: ratio %s became %s: %+.1f %% for a build slowed by %s %%\n",
				a, b, moved, asked
			exit moved < asked / 2 || moved > asked * 2
		}' || status=1
	fi
	echo "cache-hit: ratio $(ratio_of 10kB hubgate nginx) (goal $goal)"
}
