# medians.awk - samples of a bench to its tables. mawk and gawk.
#
#     awk -v row=10kB-64 -v reference=nginx -f medians.awk samples.tsv
#     awk -v row=10kB-64 -v reference=nginx -v ratio_of=hubgate [-v column=7] [-v base=direct] …
#
# A sample: row round server requests seconds req/s cpu_us p50 p90 p99 max waited own_cpu. The
# ratio is taken round by round and its median printed, so what disturbs a whole round disturbs
# both sides; with `base` its column is subtracted from both.

BEGIN {
	FS = "\t"
	if (!column)
		column = 7
}

function median(list, n,    i, j, x)
{
	for (i = 2; i <= n; i++) {
		x = list[i]
		for (j = i - 1; j >= 1 && list[j] > x; j--)
			list[j + 1] = list[j]
		list[j + 1] = x
	}
	return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

function median_of(server, col,    n, r, list)
{
	n = 0
	for (r = 1; r <= rounds; r++)
		if ((server, r, col) in value)
			list[++n] = value[server, r, col]
	return n ? median(list, n) : 0
}

function ratio(server,    n, r, list, below, above)
{
	n = 0
	for (r = 1; r <= rounds; r++) {
		if (!((server, r, column) in value) || !((reference, r, column) in value))
			continue
		above = value[server, r, column] - (base == "" ? 0 : value[base, r, column])
		below = value[reference, r, column] - (base == "" ? 0 : value[base, r, column])
		if (below > 0)
			list[++n] = above / below
	}
	return n ? sprintf("%.3f", median(list, n)) : "-"
}

$1 == row {
	if (!($3 in seen)) {
		seen[$3] = 1
		servers[++n_servers] = $3
	}
	if ($2 > rounds)
		rounds = $2
	for (i = 4; i <= NF; i++)
		value[$3, $2, i] = $i + 0
}

END {
	if (median_for != "") {
		printf "%.2f\n", median_of(median_for, column)
		exit
	}
	if (ratio_of != "") {
		print ratio(ratio_of)
		exit
	}
	printf "%s (medians of %d rounds; ratios by round to %s)\n", row, rounds, reference
	printf "  %-14s %11s %8s %10s %9s %9s %8s\n", "server", "CPU us/req", "ratio", "req/s",
		"p50 us", "p99 us", "waited"
	for (i = 1; i <= n_servers; i++) {
		s = servers[i]
		printf "  %-14s %11.2f %8s %10.0f %9.1f %9.1f %7.0f%%\n", s, median_of(s, 7),
			ratio(s), median_of(s, 6), median_of(s, 8), median_of(s, 10),
			100 * median_of(s, 12)
	}
}
