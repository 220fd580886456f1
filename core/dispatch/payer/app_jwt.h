/*
 * app_jwt - the signed note by which a GitHub App says who it is, for minutes.
 *
 *     now 1700000000, GitHub's clock 3 s ahead, app_id Iv23liAbC
 *     {"alg":"RS256","typ":"JWT"}
 *     {"iat":1699999943,"exp":1700000543,"iss":"Iv23liAbC"}       each in base64url
 *     eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQi….signature
 *
 * GitHub refuses an iat that lies ahead of its clock and an exp more than ten minutes ahead: so a
 * minute back, and nine ahead. Who knows from a Date field how far the clocks are apart says it
 * (skew_us: theirs less ours).
 *
 * Thread: any.   Clock: given.   Ownership: the caller's secret.
 * Source: GitHub document "Generating a JSON Web Token (JWT) for a GitHub App"; RFC 7515, 7519.
 */
#pragma once
#include "ticket/app_key.h"
#include <stdint.h>

enum { HG_APP_JWT_BACK_S = 60, HG_APP_JWT_AHEAD_S = 540 };

/* id: a number or a client ID, as configured. NULL: OpenSSL could not sign. */
struct hg_secret *hg_app_jwt_new(
	const struct hg_app_key *key, const char *id, int64_t wall_us, int64_t skew_us);
