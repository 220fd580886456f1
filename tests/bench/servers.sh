# servers.sh - starts and ends what the benches measure. Sourced by scripts/bench.
#
# A server is a name with a port, a configuration made from peers/, and the processes that the
# scheduler's books are read of. All of them listen on loopback and live in $dir; whatever way
# the bench ends, end_all ends exactly the processes that it began.
#
# Every request of a bench, whoever is asked, carries the same client's key: hubgate checks it, to
# the others it is bytes of a token.
#
# Needs: $root $bench (built programs) $hubgate $dir.   Sets: port_of url_of pids_of, base_of (a
# hubgate's upstream), key.

declare -A port_of=() url_of=() pids_of=() main_of=() base_of=()
started=()
server_cpu=0 load_cpu=1

# Words of a template are replaced in this order: the caller's first.
#     configure TEMPLATE OUT KEY=VALUE...
configure() {
	local template=$1 out=$2 pair
	local -a rules=()
	shift 2
	for pair in "$@" DIR="$dir" CA="$dir/ca.pem" CERT="$dir/leaf.pem" CERT_KEY="$dir/leaf.key" \
		BENCH="$bench" PLUGINS="$plugins" KEY_HASH="$key_hash" \
		UPSTREAM="${port_of[upstream]}" TLS_UPSTREAM="${port_of[upstream-tls]}"; do
		rules+=(-e "s|@${pair%%=*}@|${pair#*=}|g")
	done
	sed "${rules[@]}" "$root/tests/bench/peers/$template" >"$out"
}

make_key() {
	local text
	text=$("$hubgate" key new bench)
	key=$(sed -n '1p' <<<"$text")
	key_hash=$(sed -n 's/.*key_hash: "\(.*\)"/\1/p' <<<"$text")
}

# ask URL CURL-OPTION... - as a client of GitHub's would.
ask() {
	local url=$1
	shift
	curl -s --max-time 5 --cacert "$dir/ca.pem" -H 'User-Agent: bench' \
		-H 'Accept: application/vnd.github+json' -H "Authorization: Bearer $key" "$@" "$url"
}

# An upstream or a server answers.
wait_for_url() {
	local name=$1 url=$2 tries=0
	until ask "$url/repos/o/r0000000000" -f -o /dev/null 2>/dev/null; do
		if ((++tries > 100)) || ! kill -0 "${main_of[$name]}" 2>/dev/null; then
			echo "bench: $name does not answer; its words:" >&2
			tail -20 "$dir/$name.log" >&2
			exit 1
		fi
		sleep 0.1
	done
}

# All processes of a server, comma-separated: a master and its workers. nginx's cache loader has
# nothing to load and ends after a minute.
family_of() {
	local pid=$1 children
	children=$(cat "/proc/$pid/task/"*/children 2>/dev/null || true)
	printf '%s' "$pid"
	for pid in $children; do
		grep -q 'cache loader' "/proc/$pid/cmdline" || printf ',%s' "$(family_of "$pid")"
	done
}

# start NAME PORT CPUS COMMAND... - in the background, on these CPUs.
start() {
	local name=$1 port=$2 cpus=$3
	shift 3
	taskset -c "$cpus" ${niceness:+nice -n "$niceness"} "$@" >"$dir/$name.log" 2>&1 8>&- &
	main_of[$name]=$!
	started+=("$name")
	port_of[$name]=$port
	url_of[$name]=http://127.0.0.1:$port
	wait_for_url "$name" "${url_of[$name]}"
	pids_of[$name]=$(family_of "${main_of[$name]}")
}

# The same processes, by TLS.
has_tls() {
	local name=$1 port=$2
	port_of[$name-tls]=$port
	url_of[$name-tls]=https://localhost:$port
	pids_of[$name-tls]=${pids_of[$name]}
	[[ -z ${base_of[$name]-} ]] || base_of[$name-tls]=${base_of[$name]}
	wait_for_url "$name" "${url_of[$name-tls]}"
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
	local name=$1 cpus=$2 workers=$3 base=$4 plugin=${5-}
	local -a ports
	mapfile -t ports < <("$bench/ports" 2)
	mkdir -p "$dir/$name"
	configure hubgate.yaml.in "$dir/$name/hub.yaml" DIR="$dir/$name" CA="$dir/ca.pem" \
		PORT="${ports[0]}" TLS_PORT="${ports[1]}" WORKERS="$workers" BASE="$base" \
		SLOW="${plugin:-  # nothing more}"
	base_of[$name]=$base
	start "$name" "${ports[0]}" "$cpus" "$hubgate" run --config "$dir/$name/hub.yaml"
	has_tls "$name" "${ports[1]}"
}

# start_nginx NAME CPUS TEMPLATE
start_nginx() {
	local name=$1 cpus=$2 template=$3
	local -a ports
	mapfile -t ports < <("$bench/ports" 2)
	mkdir -p "$dir/$name"
	configure "$template" "$dir/$name/nginx.conf" DIR="$dir/$name" CA="$dir/ca.pem" \
		PORT="${ports[0]}" TLS_PORT="${ports[1]}" WORKERS=1
	[[ $(id -u) -eq 0 ]] && sed -i '1i user root;' "$dir/$name/nginx.conf"
	start "$name" "${ports[0]}" "$cpus" nginx -p "$dir/$name/" -e "$dir/$name/error.log" \
		-c "$dir/$name/nginx.conf"
	! grep -q @TLS_PORT@ "$root/tests/bench/peers/$template" || has_tls "$name" "${ports[1]}"
}

# start_haproxy NAME CPUS TEMPLATE
start_haproxy() {
	local name=$1 cpus=$2 template=$3
	local -a ports
	mapfile -t ports < <("$bench/ports" 2)
	mkdir -p "$dir/$name"
	cat "$dir/leaf.pem" "$dir/leaf.key" >"$dir/$name/both.pem"
	configure "$template" "$dir/$name/haproxy.cfg" DIR="$dir/$name" CA="$dir/ca.pem" \
		CERT="$dir/$name/both.pem" PORT="${ports[0]}" TLS_PORT="${ports[1]}" \
		VARY="$(vary_of_upstream)"
	start "$name" "${ports[0]}" "$cpus" haproxy -db -f "$dir/$name/haproxy.cfg"
	! grep -q @TLS_PORT@ "$root/tests/bench/peers/$template" || has_tls "$name" "${ports[1]}"
}

# As HAProxy's configuration quotes it.
vary_of_upstream() {
	ask "${url_of[upstream]}/repos/o/r0000000000" -o /dev/null -D - |
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
