# daemon - what scripts/dev/storm and scripts/dev/soak ask of a daemon that they have started.
#
# Sourced. They set $admin (its admin socket), $pid, $hidden (a port of its own whose connections do
# not count: the simulated GitHub's; 0: none) and fail().

show() {
	curl -q -sS --max-time 20 --unix-socket "$admin" "http://admin/show/$1"
}

# Connections that the fronts hold, without those that the daemon itself keeps to its simulated
# GitHub.
count_conns() {
	local conns own
	conns=$(show conns | grep -o '"connections":[0-9]*' | cut -d: -f2 | paste -sd+)
	own=$(awk -v port="$(printf ':%04X' "$hidden")" \
		'$4 == "01" && index($2, port) == 9' /proc/net/tcp | wc -l)
	echo $((conns - own))
}

# What the daemon holds, "" when it is nothing.
held() {
	local tickets requests conns boxes
	tickets=$(show tickets) requests=$(show requests)
	conns=$(count_conns)
	boxes=$(show mailboxes | grep -o '"waiting":[1-9][0-9]*' || true)
	[[ $tickets == '[]' ]] || echo "tickets $tickets"
	[[ $requests == '[]' ]] || echo "requests $requests"
	[[ $conns -eq 0 ]] || echo "connections $conns"
	[[ -z $boxes ]] || echo "mailboxes $boxes"
}

expect_nothing_held() {
	local what i
	for ((i = 0; i < 300; i++)); do
		kill -0 "$pid" 2>/dev/null || fail "the daemon has ended"
		what=$(held)
		[[ -n $what ]] || return 0
		sleep 0.1
	done
	fail "still held after 30 s: ${what:0:2000}"
}
