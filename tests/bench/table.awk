# table.awk - samples of limit and fairness to a table. mawk and gawk.
#
#     awk -v names="party round reads …" -v wanted="reads …" -v heading=limit -f table.awk samples
#     awk -v names=… -v party=hubgate -v value_of=reads -f table.awk samples.tsv
#
# Numbers are medians over the rounds; of words (refusals by kind) all are told.

BEGIN {
	FS = "\t"
	n_names = split(names, name, /[ \t]+/)
	for (i = 1; i <= n_names; i++)
		at[name[i]] = i
}

function median(who, column,    n, r, i, j, x, list, words)
{
	n = 0
	for (r = 1; r <= rounds[who]; r++) {
		x = value[who, r, column]
		if (x !~ /^-?[0-9.]+$/) {
			if (x != "-")
				words = words (words == "" ? "" : ";") x
			continue
		}
		for (i = ++n; i > 1 && list[i - 1] > x + 0; i--)
			list[i] = list[i - 1]
		list[i] = x + 0
	}
	if (words != "")
		return words
	if (!n)
		return "-"
	x = n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
	return x == int(x) ? x "" : sprintf("%.3f", x)
}

/^#/ {
	next
}

{
	if (!($1 in rounds))
		order[++n_parties] = $1
	rounds[$1]++
	for (i = 2; i <= NF; i++)
		value[$1, rounds[$1], i] = $i
}

END {
	if (value_of != "") {
		print median(party, at[value_of])
		exit
	}
	n_wanted = split(wanted, column, " ")
	printf "%-20s", heading
	for (i = 1; i <= n_wanted; i++) {
		width[i] = length(column[i]) > 9 ? length(column[i]) : 9
		for (p = 1; p <= n_parties; p++)
			if (length(median(order[p], at[column[i]])) > width[i])
				width[i] = length(median(order[p], at[column[i]]))
		printf "%" (width[i] + 1) "s", column[i]
	}
	printf "\n"
	for (p = 1; p <= n_parties; p++) {
		printf "  %-18s", order[p]
		for (i = 1; i <= n_wanted; i++)
			printf "%" (width[i] + 1) "s", median(order[p], at[column[i]])
		printf "\n"
	}
}
