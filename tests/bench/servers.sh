# servers.sh - starts and ends what the benches measure. Sourced by scripts/bench.
#
# A server is a name with a port, a configuration made from peers/, and the processes that the
# scheduler's books are read of. All of them listen on loopback and live in $dir; whatever way
# the bench ends, end_all ends exactly the processes that it began.
#
# Needs: $root $bench (built programs) $hubgate $dir.   Sets: port_of pids_of.

declare -A port_of=() pids_of=() main_of=()
started=()
server_cpu=0 load_cpu=1

# Words of a template are replaced in this order: the caller's first.
#     configure TEMPLATE OUT KEY=VALUE...
configure() {
	local template=$1 out=$2 pair
	local -a rules=()
	shift 2
	for pair in "$@" DIR="$dir" CA="$dir/ca.pem" BENCH="$bench" PLUGINS="$plugins" \
		UPSTREAM="${port_of[upstream]}" TLS_UPSTREAM="${port_of[upstream-tls]}"; do
		rules+=(-e "s|@${pair%%=*}@|${pair#*=}|g")
	done
	sed "${rules[@]}" "$root/tests/bench/peers/$template" >"$out"
}

# A port of the load's upstream or of a server answers.
wait_for_port() {
	local name=$1 port=$2 tries=0
	until curl -s -o /dev/null --max-time 2 "http://127.0.0.1:$port/repos/o/r0000000000"; do
		if ((++tries > 100)) || ! kill -0 "${main_of[$name]}" 2>/dev/null; then
			echo "bench: $name does not answer; its words:" >&2
			tail -20 "$dir/$name.log" >&2
			exit 1
		fi
		sleep 0.1
	done
}

# All processes of a server, comma-separated: a master and its workers.
family_of() {
	local pid=$1 children
	children=$(cat "/proc/$pid/task/"*/children 2>/dev/null || true)
	printf '%s' "$pid"
	for pid in $children; do
		printf ',%s' "$(family_of "$pid")"
	done
}

# start NAME PORT CPUS COMMAND... - in the background, on these CPUs.
start() {
	local name=$1 port=$2 cpus=$3
	shift 3
	taskset -c "$cpus" ${niceness:+nice -n "$niceness"} "$@" >"$dir/$name.log" 2>&1 &
	main_of[$name]=$!
	started+=("$name")
	port_of[$name]=$port
	wait_for_port "$name" "$port"
	pids_of[$name]=$(family_of "${main_of[$name]}")
}

end_server() {
	local name=$1
	[[ -n ${main_of[$name]-} ]] || return 0
	kill "${main_of[$name]}" 2>/dev/null || true
	wait "${main_of[$name]}" 2>/dev/null || true
	unset "main_of[$name]"
}

end_all() {
	local name
	for name in "${started[@]}"; do
		end_server "$name"
	done
	rm -rf "$dir"
}

# An authority and a certificate for localhost, for one run.
make_certificates() {
	openssl ecparam -name prime256v1 -genkey -noout -out "$dir/ca.key"
	openssl req -x509 -new -key "$dir/ca.key" -subj "/CN=bench authority" -days 2 \
		-out "$dir/ca.pem" 2>/dev/null
	openssl ecparam -name prime256v1 -genkey -noout -out "$dir/leaf.key"
	openssl req -new -key "$dir/leaf.key" -subj "/CN=localhost" -out "$dir/leaf.csr"
	printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >"$dir/leaf.ext"
	openssl x509 -req -in "$dir/leaf.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -days 2 \
		-CAcreateserial -extfile "$dir/leaf.ext" -out "$dir/leaf.pem" 2>/dev/null
}

start_upstream() {
	local -a ports=()
	mapfile -t ports < <("$bench/ports" 2)
	port_of[upstream-tls]=${ports[1]}
	start upstream "${ports[0]}" "$1" "$bench/upstream" --port "${ports[0]}" \
		--tls-port "${ports[1]}" --cert "$dir/leaf.pem" --key "$dir/leaf.key"
}

a_port() {
	"$bench/ports" 1
}

# start_hubgate NAME CPUS WORKERS BASE [PLUGIN]
start_hubgate() {
	local name=$1 cpus=$2 workers=$3 base=$4 plugin=${5-} port
	port=$(a_port)
	mkdir -p "$dir/$name"
	configure hubgate.yaml.in "$dir/$name/hub.yaml" DIR="$dir/$name" CA="$dir/ca.pem" \
		PORT="$port" WORKERS="$workers" BASE="$base" SLOW="${plugin:-  # nothing more}"
	start "$name" "$port" "$cpus" "$hubgate" run --config "$dir/$name/hub.yaml"
}

# start_nginx NAME CPUS TEMPLATE
start_nginx() {
	local name=$1 cpus=$2 template=$3 port
	port=$(a_port)
	mkdir -p "$dir/$name"
	configure "$template" "$dir/$name/nginx.conf" DIR="$dir/$name" CA="$dir/ca.pem" \
		PORT="$port" WORKERS=1
	[[ $(id -u) -eq 0 ]] && sed -i '1i user root;' "$dir/$name/nginx.conf"
	start "$name" "$port" "$cpus" nginx -p "$dir/$name/" -e "$dir/$name/error.log" \
		-c "$dir/$name/nginx.conf"
}

# start_haproxy NAME CPUS TEMPLATE
start_haproxy() {
	local name=$1 cpus=$2 template=$3 port
	port=$(a_port)
	mkdir -p "$dir/$name"
	configure "$template" "$dir/$name/haproxy.cfg" DIR="$dir/$name" CA="$dir/ca.pem" \
		PORT="$port" VARY="$(vary_of_upstream)"
	start "$name" "$port" "$cpus" haproxy -db -f "$dir/$name/haproxy.cfg"
}

# As HAProxy's configuration quotes it.
vary_of_upstream() {
	curl -s -o /dev/null -D - "http://127.0.0.1:${port_of[upstream]}/repos/o/r0000000000" |
		sed -n 's/\r$//; s/^Vary: \(.*\)/"\1"/p'
}

# start_varnish NAME CPUS
start_varnish() {
	local name=$1 cpus=$2 port
	port=$(a_port)
	mkdir -p "$dir/$name"
	configure varnish.vcl.in "$dir/$name/github.vcl"
	start "$name" "$port" "$cpus" varnishd -F -a "127.0.0.1:$port" -f "$dir/$name/github.vcl" \
		-n "$dir/$name/work" -s malloc,256m -p default_keep=0 -p timeout_idle=3600 \
		-p feature=+http2 -j none -T none
}

versions() {
	local text
	text=$(nginx -v 2>&1)
	printf 'nginx %s' "${text##*/}"
	printf ' · HAProxy %s' "$(haproxy -v | sed -n '1s/.*version \([0-9.]*\).*/\1/p')"
	printf ' · Varnish %s' "$(varnishd -V 2>&1 | sed -n '1s/.*varnish-\([0-9.]*\).*/\1/p')"
	printf ' · %s\n' "$("$hubgate" version | head -1)"
}
