/*
 * jwt - the JSON Web Token by which an App says who it is, checked as GitHub checks it.
 *
 *     RS256 by the App's key, iss its number or client id, iat not in the future,
 *     exp in the future and at most ten minutes away
 *
 * While no key was given every token of three parts is the App's: a demonstration needs none.
 *
 * Thread: any, pure.   Clock: given, wall seconds.
 */
#pragma once
#include <hg/abi.h>
#include <hg/str.h>

#define SIM_JWT_MOST_S 600

struct sim_app;

struct sim_jwt_fault {
	int status;          /* 0: it is fine */
	const char *message; /* static */
};

/* Three parts between dots. */
bool sim_is_jwt(struct hg_str token);
struct sim_jwt_fault sim_jwt_check(const struct sim_app *app, struct hg_str token, int64_t now_s);

/* Is it an RSA key in PEM, public or private? */
bool sim_is_app_key(const char *pem);
