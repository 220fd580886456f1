/*
 * calibrate - does a Node process under libfaketime live SPEED times as fast, with all its timers?
 *
 *     node calibrate.mjs 15     prints how long its minute and its time-out of 10 s were, for
 *                               itself and for the machine; fails when they are off by over 5 %
 *
 * For the machine it may be longer: a busy one is late.
 */
import assert from "node:assert/strict";
import { withLab } from "./lab.mjs";

const TOLERANCE = 0.05, LATE_MS = 100;
const speed = Number(process.argv[2]);

function expectAbout(what, value, expected, late = 0) {
	const inTime = value < expected * (1 + TOLERANCE) + late;
	assert.ok(inTime && value > expected * (1 - TOLERANCE),
		`calibration: ${what} is ${value.toFixed(0)} ms, not ${expected.toFixed(0)}`);
}

await withLab({ speed, minutes: 60, limit: 5000 }, async (lab) => {
	const c = await lab.calibrate();
	expectAbout("Date over a minute", c.dateMs, 60_000, LATE_MS * speed);
	expectAbout("performance over a minute", c.performanceMs, 60_000, LATE_MS * speed);
	expectAbout("a minute for the machine", c.machineMs, 60_000 / speed, LATE_MS);
	expectAbout("a time-out of 10 s", c.timeoutMs, 10_000, LATE_MS * speed);
	expectAbout("that time-out for the machine", c.timeoutMachineMs, 10_000 / speed, LATE_MS);
	console.log(`# calibration: a peer's setTimeout of 60 s took ${c.machineMs.toFixed(0)} ms, `
		+ `its Date went on by ${c.dateMs} ms, performance by ${c.performanceMs} ms; `
		+ `a fetch's time-out of 10 s took ${c.timeoutMachineMs.toFixed(0)} ms`);
});
