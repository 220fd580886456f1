# same.sh - asserts that all servers of a bench answer with the same bytes. Sourced by scripts/bench.
#
# The body is the upstream's, byte for byte. Of its header fields each is there with its value, or
# the difference stands in `may_differ` with its reason and is printed; what a server adds is
# printed too. Anything else ends the bench: who answers less is not compared.
#
# hubgate's entity tag must be the upstream's with the mark of the base that was used, computed
# here once more (docs/decisions/003-entity-tags.md), and no other.
#
# Needs: $root $dir $key, url_of base_of (servers.sh).

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

# FNV-1a of both bases, each with a byte 0xff at its end, in hex digits.
mark_of() {
	local mark=$((0xcbf29ce484222325)) text i c
	for text in "$@"; do
		for ((i = 0; i < ${#text}; i++)); do
			printf -v c '%d' "'${text:i:1}"
			mark=$(((mark ^ c) * 0x100000001b3))
		done
		mark=$(((mark ^ 0xff) * 0x100000001b3))
	done
	printf '%016x' "$mark"
}

# tag_end_of SERVER BASE - what stands before the last quote of a tag when it was asked by BASE.
tag_end_of() {
	[[ -z ${base_of[$1]-} ]] || printf -- '-hg1-%s' "$(mark_of "${base_of[$1]}" "$2")"
}

# etag_of NUMBER [END]
etag_of() {
	local lead
	lead=$(sed -n 's/^#define ETAG_LEAD "\(.*\)"/\1/p' "$root/tests/bench/answers.h")
	printf '%s%010d%s"' "${lead/\\/}" "$1" "${2-}" # without the C string's backslash
}

fetch() {
	local url=$1 out=$2
	shift 2
	: >"$out.body" # a reply without one leaves the file alone
	ask "$url" -D "$out.head" -o "$out.body" "$@"
}

# Which of the upstream's fields count; of a 304 only those that RFC 9110 15.4.5 asks for.
readonly compared_of_304='cache-control|etag|vary'

# same_as_upstream SERVER NUMBER [304] - asks for the repository of that number.
same_as_upstream() {
	local server=$1 number=$2 kind=${3-} path end field rest reason added differs=0
	local compared='[^ ]*'
	local -a with=() without=()
	path=$(printf '/repos/o/r%010d' "$number")
	end=$(tag_end_of "$server" "${url_of[$server]}")
	if [[ $kind == 304 ]]; then
		without=(-H "If-None-Match: $(etag_of "$number")")
		with=(-H "If-None-Match: $(etag_of "$number" "$end")")
		compared=$compared_of_304
	fi
	fetch "${url_of[upstream]}$path" "$dir/want" "${without[@]}"
	fetch "${url_of[$server]}$path" "$dir/got" "${with[@]}" # asked twice: the second is the kept one
	fetch "${url_of[$server]}$path" "$dir/got" "${with[@]}"
	if ! cmp -s "$dir/want.body" "$dir/got.body" ||
		[[ $(head -c 12 "$dir/want.head") != "$(head -c 12 "$dir/got.head")" ]]; then
		echo "bench: $server answers $path with other bytes than the upstream:" >&2
		head -1 "$dir/got.head" >&2
		exit 1
	fi
	fields_of "$dir/want.head" | grep -E "^($compared) " |
		sed "/^etag /s/\"\$/$end\"/" | sort >"$dir/want.fields"
	fields_of "$dir/got.head" >"$dir/got.fields"
	[[ -z $end ]] || printf '  %-14s %-24s differs: GitHub'"'"'s, and the mark %s of this base\n' \
		"$server" etag "$end"
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
