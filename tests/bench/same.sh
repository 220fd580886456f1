# same.sh - asserts that all servers of a bench answer with the same bytes. Sourced by scripts/bench.
#
# The body is the upstream's, byte for byte. Of its header fields each is there with its value, or
# the difference stands in `may_differ` with its reason and is printed; what a server adds is
# printed too. Anything else ends the bench: who answers less is not compared.
#
# Needs: $root $dir, port_of (servers.sh).

# Upstream fields that a server may drop or word anew: field, servers (a pattern), reason.
readonly may_differ='
date                 *         the moment of this answer
vary                 hubgate*  what it varied by is in the key; hubgate adds its own members
connection           *         belongs to one connection
x-ratelimit-limit    hubgate*  told from the live budget, not from the kept copy
x-ratelimit-remaining hubgate* told from the live budget, not from the kept copy
x-ratelimit-used     hubgate*  told from the live budget, not from the kept copy
x-ratelimit-reset    hubgate*  told from the live budget, not from the kept copy
x-ratelimit-resource hubgate*  told from the live budget, not from the kept copy
x-github-request-id  hubgate*  names one exchange with GitHub, so a kept copy has none
'

# lower-case name, space, value; sorted
fields_of() {
	sed -n '2,$ { s/\r$//; /./p }' "$1" | awk '{
		at = index($0, ":")
		value = substr($0, at + 1)
		sub(/^ */, "", value)
		print tolower(substr($0, 1, at - 1)) " " value
	}' | sort
}

reason_for() {
	local server=$1 field=$2 name pattern reason
	while read -r name pattern reason; do
		# shellcheck disable=SC2053 # a pattern is meant
		if [[ $name == "$field" && $server == $pattern ]]; then
			printf '%s' "$reason"
			return 0
		fi
	done <<<"$may_differ"
	return 1
}

fetch() {
	local port=$1 out=$2 path=$3
	shift 3
	curl -s --max-time 5 -D "$out.head" -o "$out.body" -H 'User-Agent: same' \
		-H 'Accept: application/vnd.github+json' "$@" "http://127.0.0.1:$port$path"
}

# Which of the upstream's fields count; of a 304 only those that RFC 9110 15.4.5 asks for.
compared='[^ ]*'
readonly compared_of_304='cache-control|etag|vary'

# same_as_upstream SERVER PATH [CURL OPTION...]
same_as_upstream() {
	local server=$1 path=$2 field rest reason added differs=0
	shift 2
	fetch "${port_of[upstream]}" "$dir/want" "$path" "$@"
	fetch "${port_of[$server]}" "$dir/got" "$path" "$@" # asked twice: the second is the kept one
	fetch "${port_of[$server]}" "$dir/got" "$path" "$@"
	if ! cmp -s "$dir/want.body" "$dir/got.body" ||
		[[ $(head -c 12 "$dir/want.head") != "$(head -c 12 "$dir/got.head")" ]]; then
		echo "bench: $server answers $path with other bytes than the upstream:" >&2
		head -1 "$dir/got.head" >&2
		exit 1
	fi
	fields_of "$dir/want.head" | grep -E "^($compared) " >"$dir/want.fields"
	fields_of "$dir/got.head" >"$dir/got.fields"
	while read -r field rest; do
		if reason=$(reason_for "$server" "$field"); then
			printf '  %-14s %-24s differs: %s\n' "$server" "$field" "$reason"
		else
			echo "bench: $server lost or changed the field $field: $rest" >&2
			grep "^$field " "$dir/got.fields" >&2 || true
			differs=1
		fi
	done < <(comm -23 "$dir/want.fields" "$dir/got.fields")
	((differs == 0)) || exit 1
	added=$(cut -d' ' -f1 "$dir/got.fields" | sort |
		comm -13 <(fields_of "$dir/want.head" | cut -d' ' -f1) - | xargs)
	printf '  %-14s same %s bytes of body, head of %s bytes (upstream %s)%s\n' "$server" \
		"$(stat -c %s "$dir/got.body")" "$(stat -c %s "$dir/got.head")" \
		"$(stat -c %s "$dir/want.head")" "${added:+, adds $added}"
}
