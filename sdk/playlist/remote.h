/* clang-format off */
/* playlist/remote.h: elements that talk to a service or a player. Part of the binary contract since ABI 1.3, under the rules
 * of playlist/plugin.h, which it includes. C++ authors include playlist/remote.hpp.
 *
 * An element opens no connection itself: runs, imports and pushes are confined, and have no network. It asks the host, which
 * has one place for time limits, rates, retries, redirects, the cache of answers, TLS and logins.
 *
 * WHOM AN ELEMENT MAY ASK
 *  Flagged     elements flagged PLAYLIST_REMOTE: the service that is called as they are behind their kind, "subsonic" of
 *              output.subsonic and source.subsonic, at the address that the user gave it (`engine connect subsonic`).
 *  Others      the address that the user's configuration gives them as elements.NAME.url: on this machine, or anywhere with
 *              elements.NAME.allow_remote; and any http address of this machine where limits.network is set.
 *  Logins      host->setting() tells a flagged element what the user gave for its service: "address", "user", "password",
 *              "api_key" ... What of it is secret never reaches a message or a record, even when the element says it.
 */
#ifndef PLAYLIST_REMOTE_H
#define PLAYLIST_REMOTE_H

#include "playlist/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

enum playlist_remote_flag {       /* beside those of playlist_element_flag */
  PLAYLIST_REMOTE = 1u << 3       /* OUTPUT: puts the playlist where the service keeps its own. Its run() is called after the
                                     run, once the list and its record are kept, in a process of its own that is given the
                                     services below; the tables of the catalogue are not there. What it writes to the sink
                                     is dropped.
                                     SOURCE: reads what somebody has with a service. It recognises no input (recognise is not
                                     called and may be NULL) and is called by `engine sync`, with playlist.rows/1,
                                     playlist.http/1 and playlist.state/1; its input is empty, and named as the account */
};

/* ---- HTTP ------------------------------------------------------------------------------------------ */
enum playlist_http_flag {
  PLAYLIST_HTTP_REPEATABLE = 1u << 0 /* a POST or PATCH that does no more when it is asked twice: the host asks again after a
                                        lost connection or a 5xx. GET, HEAD, PUT and DELETE are repeatable */
};

typedef struct playlist_http_request {
  uint32_t size, flags;           /* of playlist_http_flag */
  const char *method;             /* "GET" */
  const char *target;             /* "/rest/ping.view?f=json", behind the service's address; or a whole address, of the
                                     same scheme, host and port */
  const char *const *headers;     /* "Name: value", ended by NULL; or NULL */
  const void *body;
  uint64_t length;
  double timeout;                 /* seconds for one attempt; 0: the user's http.timeout_seconds */
  int64_t cache_seconds;          /* an answer 200 to GET is kept, and given again for so long; 0: neither */
} playlist_http_request;

typedef struct playlist_http_answer { /* valid until the next ask() of this call */
  uint32_t size;
  int32_t status;                 /* 200; 0: there is no answer, and `problem` says why */
  const char *problem;            /* in words for a person; "" with an answer */
  const char *const *headers;     /* "name: value", names in lower case, ended by NULL */
  const void *body;               /* followed by a zero byte */
  uint64_t length;
  int64_t age;                    /* seconds since it was got from the service, of one that was kept; else 0 */
  int64_t retry_at;               /* Unix seconds before which the service wants to be left alone; 0: it said nothing */
} playlist_http_answer;

#define PLAYLIST_SERVICE_HTTP "playlist.http/1"
typedef struct playlist_http {
  uint32_t size, reserved;
  /* Waits for the answer; OK also where there is none. Not OK: the run was cancelled, or the request is none (no target,
   * another method than GET HEAD POST PUT PATCH DELETE, a line break in a header). */
  playlist_status (*ask)(const playlist_host *, const playlist_http_request *,
                         const playlist_http_answer **answer);                              /* [stage] */
} playlist_http;

/* ---- players that speak no HTTP ---------------------------------------------------------------------- */
/* Where the service's address is no http one ("mpd://127.0.0.1:6600", "unix:///run/mpd/socket") the host has connected to it
 * before the call. */
#define PLAYLIST_SERVICE_CONNECTION "playlist.connection/1"
typedef struct playlist_connection {
  uint32_t size, reserved;
  /* A connected stream socket that is the element's for this call: it reads, writes and polls it, may close it, and opens no
   * other. The same one each time. */
  int32_t (*descriptor)(const playlist_host *);                                             /* [stage] */
} playlist_connection;

/* ---- where a playlist goes ---------------------------------------------------------------------------- */
/* For flagged outputs: what is asked of them beside the playlist, and what they tell of it. */
#define PLAYLIST_SERVICE_TARGET "playlist.target/1"
typedef struct playlist_target {
  uint32_t size, reserved;
  /* What it is to be called there: what the user wrote behind "--to subsonic:". */
  const char *(*name)(const playlist_host *);                                               /* [stage] */
  /* 1: find out what would be changed, report it, and change nothing. */
  int32_t (*is_dry_run)(const playlist_host *);                                             /* [stage] */
  /* 1: what others have put into that list stays, behind ours; 0: it goes. */
  int32_t (*keeps_others)(const playlist_host *);                                           /* [stage] */
  /* What the element kept with keep() when it last put something under this name, or NULL: the list's id over there, what
   * of it was ours. Valid until the call returns. */
  const char *(*kept)(const playlist_host *);                                               /* [stage] */
  /* Remembers `text`, at once, for the next time, in place of what was kept; in a dry run it does nothing. */
  playlist_status (*keep)(const playlist_host *, const char *text);                         /* [stage] */
  /* The track of this row is not over there: why, and what comes nearest to it ("" for nothing). */
  playlist_status (*missing)(const playlist_host *, int64_t row, const char *why, const char *nearest); /* [stage] */
  /* Last, once: tracks that were put in, taken out, moved, and left where they were; and those of others that stay. */
  playlist_status (*report)(const playlist_host *, int64_t added, int64_t removed, int64_t moved, int64_t stayed,
                            int64_t others);                                                /* [stage] */
} playlist_target;

/* ---- how far a source has read -------------------------------------------------------------------------- */
/* For flagged sources. A service is asked in parts, over days and years, by an engine that may be killed at any moment. What
 * the source needs to know to go on it says before each complete() or finish() of playlist.rows/1: the host keeps it in the
 * same step as the rows, or neither. */
#define PLAYLIST_SERVICE_STATE "playlist.state/1"
typedef struct playlist_state {
  uint32_t size, reserved;
  /* What was last kept with rows, or NULL the first time. Where the user took an import back, what was kept before it. Valid
   * until the call returns. */
  const char *(*kept)(const playlist_host *);                                               /* [stage] */
  /* With the rows up to the next complete() or finish() this is kept, the source's own text, no secret. Of several the last
   * counts; where neither a row nor a bucket was told since the reading began, nothing is kept. */
  playlist_status (*advance)(const playlist_host *, const char *text);                      /* [stage] */
} playlist_state;

#ifdef __cplusplus
}
#endif
#endif
