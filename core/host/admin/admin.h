/*
 * admin - the routes of the admin socket.
 *
 *     GET  /show/WORD                    status, tickets, queues, budgets … (hg_show_words)
 *     GET  /show/INSTANCE                the same as /show/INSTANCE/state
 *     GET  /show/INSTANCE/NAME           a plugin's command that only looks
 *     POST /INSTANCE/NAME?key=value      … that changes something
 *     POST /set/log?component=C&level=L
 *     POST /reload
 *     POST /reopen                       the access log's file was renamed
 *     GET  /trace/REQUEST-ID             the way of a request (trace.h)
 *     POST /clock/advance?by=30s         with --clock held: answers when all is quiet again
 *     POST /clock/step?by=-1h            with --clock held: the date alone is set
 *
 * What fronts and dispatcher own they are asked for by message: nothing is read across threads.
 *
 * Thread: host.
 */
#pragma once
#include "host/admin_words.h"
#include "host/host_inside.h"
