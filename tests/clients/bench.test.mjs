/*
 * scripts/bench limit and fairness: their parties work, in their shortest form. No figure is looked
 * at but that there is one.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { program } from "./hub.mjs";

const SPEED = "60", MINUTES = "1", SEED = "1";

/* The words of the one line that a party of a bench prints. */
async function lineOf(script, party) {
	const file = new URL(`../bench/limit/${script}.mjs`, import.meta.url).pathname;
	const { HUBGATE, HUBGATE_PLUGINS } = process.env;
	const text = await program(process.execPath, [file, party, SPEED, MINUTES, SEED],
		{ HUBGATE, HUBGATE_PLUGINS });
	assert.match(text, /^[^\n]+\n$/);
	return text.trim().split("\t");
}

for (const party of ["octokit-3", "plain", "hubgate-half-opaque"])
	test(`limit, ${party}: reads are answered, and GitHub counts points`, async () => {
		const [reads, answered, , points, ...rest] = await lineOf("limit", party);
		assert.ok(Number(reads) >= Number(answered) && Number(answered) > 0 && points > 0);
		assert.equal(rest.length, 9);
	});

for (const party of ["octokit-4", "hubgate"])
	test(`fairness, ${party}: four clients ask; Jain's index is 1/4 to 1`, async () => {
		const words = await lineOf("fairness", party);
		assert.equal(words.length, 11);
		assert.ok(words[4] >= 0.25 && words[4] <= 1, words.join(" "));
	});
