/*
 * malformed - requests that no strict parser takes, one C string each, {H} is the Host.
 *
 * Some look like two requests to a lenient reader: a second answer would be a smuggled request.
 */
#pragma once

static const char *const malformed[] = {
	"GET /repos/octo-org/hello-world HTTP/1.1\r\n\r\n",
	"GET  /repos/octo-org/hello-world HTTP/1.1\r\nHost: {H}\r\n\r\n",
	"GET /repos/octo-org/hello-world HTTP/1.1\r\nHost: {H}\r\nHost: {H}\r\n\r\n",
	"GET /repos/octo-org/hello-world HTTP/2.0\r\nHost: {H}\r\n\r\n",
	"GET /repos/octo-org/hello-world HTTP/1.1\r\nHost: {H}\r\n folded: 1\r\n\r\n",
	"GET /repos/octo-org/hello-world HTTP/1.1\r\nHost : {H}\r\n\r\n",
	"GET /repos/octo-org/../octo-org HTTP/1.1\r\nHost: {H}\r\n\r\n",
	"GET /repos//hello-world HTTP/1.1\r\nHost: {H}\r\n\r\n",
	"GET repos/octo-org/hello-world HTTP/1.1\r\nHost: {H}\r\n\r\n",
	"GET /repos/octo\x01org HTTP/1.1\r\nHost: {H}\r\n\r\n",
	"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	"\x16\x03\x01\x02\x01\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: {H}\r\nExpect: the unexpected\r\n\r\n",
	"POST /graphql HTTP/1.1\r\nHost: {H}\r\nContent-Length: +5\r\n\r\nhello",
	"POST /graphql HTTP/1.1\r\nHost: {H}\r\nContent-Length: 5\r\nContent-Length: "
	"6\r\n\r\nhello!",
	"POST /graphql HTTP/1.1\r\nHost: {H}\r\nContent-Length: 99999999999\r\n\r\n",
	"POST /graphql HTTP/1.1\r\nHost: {H}\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n",
	"POST /graphql HTTP/1.1\r\nHost: {H}\r\nTransfer-Encoding: "
	"chunked\r\n\r\n5x\r\nhello\r\n0\r\n\r\n",
	"POST /graphql HTTP/1.1\r\nHost: {H}\r\nTransfer-Encoding: "
	"chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n",
	"POST /graphql HTTP/1.1\r\nHost: {H}\r\nContent-Length: 4\r\nTransfer-Encoding: "
	"chunked\r\n\r\n"
	"0\r\n\r\nGET /repos/octo-org/hello-world HTTP/1.1\r\nHost: {H}\r\n\r\n",
	"POST /graphql HTTP/1.1\r\nHost: {H}\r\nTransfer-Encoding: xchunked\r\n\r\n"
	"0\r\n\r\nGET /repos/octo-org/hello-world HTTP/1.1\r\nHost: {H}\r\n\r\n",
	"POST /graphql HTTP/1.1\r\nHost: {H}\r\nTransfer-Encoding: chunked\r\n"
	"Transfer-Encoding: identity\r\n\r\n"
	"0\r\n\r\nGET /repos/octo-org/hello-world HTTP/1.1\r\nHost: {H}\r\n\r\n",
};

#define N_MALFORMED (sizeof(malformed) / sizeof(malformed[0]))
