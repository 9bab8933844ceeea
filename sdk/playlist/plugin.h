/* clang-format off */
/* playlist/plugin.h: the binary contract between the playlist engine and a plugin; what talks to services adds playlist/remote.h.
 *
 * Plain C99; needs no other header of the engine. C++ authors include playlist/plugin.hpp instead,
 * which is a header-only layer over this file.
 *
 * A plugin is a shared library that exports exactly two symbols:
 *   playlist_plugin_abi    data: magic and version, compared before any function of the plugin is called
 *   playlist_plugin_main   code: returns the plugin's static description (id, version, elements)
 * Everything else (argument checks, `engine plugins info`, generated help, recipe access as
 * pl.KIND.NAME{...}) derives from that description.
 *
 * ABI 1 is frozen: what stands here keeps its layout, its numbers and its meaning for as long as
 * PLAYLIST_ABI_MAJOR is 1. A test compares this file with the description recorded in sdk/abi/.
 * 1.1 added the service playlist.vectors/1 and the tables "vectors" and "prompts" of playlist.rows/1.
 * 1.2 added parameters of type FILE with the service playlist.files/1, and the flag PLAYLIST_ORDERWISE. 1.3 added playlist/remote.h.
 *
 * RULES
 *  Version     PLAYLIST_ABI_MAJOR must be equal; MINOR only grows. A library runs on every engine of its
 *              major: an older engine lacks what came later, a newer one offers at least the same.
 *  Growth      A struct that can grow starts with `size`, the size its author compiled; new fields come at
 *              its end. Readers test fields that 1.0 did not have with PLAYLIST_HAS(ptr, field). Arrays of
 *              such structs are arrays of POINTERS, ended by NULL unless a count is given. New services get
 *              new ids, a changed one the next number ("playlist.rows/2", both offered). New numbers are
 *              added to enums, none is re-used; tables and columns are added by name. Fields called
 *              `reserved` and unused bits of `flags` are 0. playlist_value and playlist_abi never change.
 *  Unknown     A description with a kind, parameter type or column type that the engine does not know is
 *              refused by name. Unknown flags are ignored. An unknown status counts as PLAYLIST_ERROR.
 *  Ownership   Whoever allocates frees. Column memory belongs to the host and is valid until run()
 *              returns; parameters, and what the services TABLES and ARTIFACTS give, until destroy(). The
 *              host and the services of a call are valid until that call returns. Strings given to the
 *              other side are copied before the call returns. No FILE*, no C++ type, no malloc/free pair
 *              crosses the boundary.
 *  Text        UTF-8, without NUL bytes inside.
 *  Names       Of elements, after "KIND.", of parameters and of output columns: lower-case letters, digits
 *              and _, a letter first, at most 64, no word of Lua (end, function ...). No output is `track`.
 *  Exceptions  None may leave a plugin function; plugin.hpp guards every entry point.
 *  Threads     [main]   one thread at a time, never together with anything else of the same plugin
 *              [stage]  the thread that run() was entered on. One instance is never entered twice at once;
 *                       several instances may run at once. With PLAYLIST_ROWWISE the host may call run() of
 *                       one instance on several threads for disjoint row ranges
 *              [any]    callable from any thread
 *              An element's own threads are started in run() and joined before it returns: the host may
 *              fork between two calls.
 *  Process     Locale, signals, working folder, environment, stdin, stdout and stderr are the host's. Files
 *              are the business of sources, outputs and models only, sockets nobody's (remote.h); whatever else reads a file
 *              declares it, as a FILE parameter, and is given its bytes.
 *  Lifetime    A library is never unloaded while its process lives; there is no de-initialisation call.
 *              Static constructors must not throw.
 *  Missing     NaN in float columns, INT32_MIN / INT64_MIN in integer columns, -1 in string columns,
 *              255 in u8 columns. There are no null bitmaps.
 *  Order       The same inputs, parameters and random seed give the same bytes. Break ties by the
 *              track number. Never iterate an unordered container into a result.
 *  Cancel      run() asks host->cancelled() every ~10 k rows, and at least ten times a second.
 *  Symbols     Build with -fvisibility=hidden and the version script plugin.map (playlist_add_plugin() in
 *              CMake does both).
 *  `engine plugins check FILE` tries all of this out.
 */
#ifndef PLAYLIST_PLUGIN_H
#define PLAYLIST_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PLAYLIST_ABI_MAGIC 0x59414c50u /* "PLAY" */
#define PLAYLIST_ABI_MAJOR 1u
#define PLAYLIST_ABI_MINOR 3u

#define PLAYLIST_HAS(pointer, field)                                                 \
  ((pointer)->size >= (size_t)((const char *)&(pointer)->field - (const char *)(pointer)) + \
                          sizeof((pointer)->field))
#define PLAYLIST_EXPORT __attribute__((visibility("default")))

/* ---- results ------------------------------------------------------------------------------------ */
typedef int32_t playlist_status; /* of playlist_status_code */
enum playlist_status_code {
  PLAYLIST_OK = 0,
  PLAYLIST_ERROR = 1,        /* ends the run; call host->fail() first with a message for the recipe author */
  PLAYLIST_BAD_PARAM = 2,    /* create() only: parameters that are each in range but do not fit together */
  PLAYLIST_NO_DATA = 3,      /* the model or table needed is absent or empty: not an error, the recipe's
                                fallback is taken and the run says so; fail() carries the explanation;
                                create() and run() */
  PLAYLIST_CANCELLED = 4,    /* returned after host->cancelled() said so */
  PLAYLIST_UNSUPPORTED = 5   /* e.g. a source that does not read this file after all */
};

/* ---- columns and tables --------------------------------------------------------------------------- */
enum playlist_column_type {
  PLAYLIST_F32 = 1,
  PLAYLIST_F64 = 2,
  PLAYLIST_I32 = 3,
  PLAYLIST_I64 = 4,
  PLAYLIST_STRING = 5, /* int32 code into `dict`, -1 missing */
  PLAYLIST_U8 = 6
};

typedef struct playlist_dict { /* string k is bytes[offsets[k] .. offsets[k+1]), UTF-8, not terminated */
  uint32_t size, count;
  const char *bytes;
  const uint64_t *offsets;     /* count + 1 entries */
} playlist_dict;

typedef struct playlist_column {
  uint32_t size, type;
  const char *name;
  void *data;                  /* 64-byte aligned, `rows` items (a source's and a model's own tables need no
                                  alignment); writable only when handed over as output */
  const playlist_dict *dict;   /* PLAYLIST_STRING only */
} playlist_column;

typedef struct playlist_table {
  uint32_t size, column_count;
  int64_t rows;
  const playlist_column *const *columns;
} playlist_table;

typedef struct playlist_lists { /* one list of numbers per row (compressed sparse rows) */
  uint32_t size, reserved;
  int64_t rows;
  const uint64_t *offsets;      /* rows + 1 entries */
  const int32_t *values;        /* list k is values[offsets[k] .. offsets[k+1]) */
  const float *weights;         /* parallel to values, or NULL */
} playlist_lists;

typedef struct playlist_matrix { /* row-major float32 */
  uint32_t size, columns;
  int64_t rows;
  const float *data;             /* 64-byte aligned; a row of NaN where a track has none */
} playlist_matrix;

/* ---- parameters: a recipe writes pl.ranking.mood{ target = 0.3 } ----------------------------------- */
enum playlist_param_type {
  PLAYLIST_PARAM_NUMBER = 1,  /* value.number */
  PLAYLIST_PARAM_INTEGER = 2, /* value.integer */
  PLAYLIST_PARAM_BOOLEAN = 3, /* value.integer, 0 or 1 */
  PLAYLIST_PARAM_TEXT = 4,    /* value.text */
  PLAYLIST_PARAM_CHOICE = 5,  /* value.text, one of `choices` */
  PLAYLIST_PARAM_COLUMN = 6,  /* value.integer: index into playlist_io.in of the column the recipe named; the
                                 declared inputs come first, then COLUMN parameters in declared order */
  PLAYLIST_PARAM_TRACKS = 7,  /* value.tracks: candidates or one of the user's sets (likes, library ...) as a
                                 table with columns track (i32), score (f32), ts (i64, when it was liked,
                                 saved or played); in the set's own order; NULL when not given */
  PLAYLIST_PARAM_TEXTS = 8,   /* value.list: a list of texts */
  PLAYLIST_PARAM_NUMBERS = 9, /* value.list: a list of numbers */
  PLAYLIST_PARAM_FILE = 10    /* value.text: the path of a file that the element reads, "" when none is named; its
                                 bytes are given by PLAYLIST_SERVICE_FILES. The host reads it before create(), says
                                 where it is missing, notes path and hash in the run's record, and runs again what is
                                 watched when it changes. Since 1.2 */
};
enum playlist_param_flag {
  PLAYLIST_PARAM_REQUIRED = 1u << 0, /* no default: the recipe must give it */
  PLAYLIST_PARAM_TUNABLE = 1u << 1   /* `engine tune` may fit it */
};

typedef struct playlist_param { /* declared by the plugin; checked and filled in by the host */
  uint32_t size, type;
  const char *name, *help;      /* help: one line; names the unit */
  double default_number, min, max; /* NUMBER INTEGER BOOLEAN; min and max also bound items of NUMBERS */
  const char *default_text;     /* TEXT CHOICE COLUMN; FILE: beside the plugin's library, "" or NULL for none */
  const char *const *choices;   /* CHOICE: ended by NULL. TEXTS, NUMBERS, TRACKS: by default none */
  uint32_t flags, reserved;
} playlist_param;

typedef struct playlist_list {
  uint32_t size, count;
  const char *const *texts;     /* PLAYLIST_PARAM_TEXTS */
  const double *numbers;        /* PLAYLIST_PARAM_NUMBERS */
} playlist_list;

typedef union playlist_value { /* 8 bytes; one per parameter, in declared order; valid until destroy() */
  double number;
  int64_t integer;
  const char *text;
  const playlist_table *tracks;
  const playlist_list *list;
} playlist_value;

/* ---- the host -------------------------------------------------------------------------------------- */
enum playlist_log_level {
  PLAYLIST_LOG_DEBUG = 0,   /* for the developer: shown with --verbose */
  PLAYLIST_LOG_INFO = 1,    /* a notice of the run */
  PLAYLIST_LOG_WARNING = 2,
  PLAYLIST_LOG_ERROR = 3
};

typedef struct playlist_host playlist_host;
struct playlist_host {
  uint32_t size, abi_major, abi_minor, reserved;
  const char *name, *version;                                         /* of the engine */
  void (*log)(const playlist_host *, int32_t level, const char *message);              /* [any] */
  void (*fail)(const playlist_host *, playlist_status, const char *message);           /* [any] this call's error, for
                                                                         the recipe's author; the first one counts */
  int32_t (*cancelled)(const playlist_host *);                        /* [any] 1: return PLAYLIST_CANCELLED now */
  void (*progress)(const playlist_host *, double fraction);           /* [any] 0..1; also the watchdog's heartbeat */
  int64_t (*now)(const playlist_host *);                              /* [any] the run's clock, Unix seconds, UTC */
  uint64_t (*random)(const playlist_host *, const char *stream);      /* [stage] next number of a named stream, seeded
                                                                         by the run's random_seed and this element;
                                                                         not for PLAYLIST_ROWWISE */
  int32_t (*text)(const playlist_host *, const char *utf8, size_t length); /* [any], in run(): interns an explanation
                                                                         or a filter's reason, returns its code;
                                                                         equal texts have one code, codes no order */
  const char *(*setting)(const playlist_host *, const char *key);     /* [any] the user's configuration: the value of
                                                                         elements.ELEMENT.key as text, or NULL */
  const void *(*service)(const playlist_host *, const char *id);      /* [any] NULL when this call has no such service */
};

/* Read-only tables of the catalogue and of the user, as of `now`; for every kind, in create(), run() and explain().
 *
 * table()                 rows, columns
 *   "tracks"              one per track number: id i64 (the store's), title, artist i32 (first artist's number), artist_name, album, version
 *       ("" or live, remix ...; edition words are not a version), song i32 (the same number for every version of a song), spotify_id, isrc,
 *       mbid, duration_ms i32, year i32, popularity f32 0..100, explicit u8, danceability energy speechiness acousticness instrumentalness
 *       liveness valence f32 0..1, loudness f32 dB, tempo f32 BPM, key i32 0..11, mode i32 0 minor 1 major, time_signature i32; energy_or_artist
 *       and so on of those of 0..1: the artist's mean where the track's own is missing;   "playlist_tracks" playlist, track place i32, ts i64
 *   "artists" "tags"      id i64 (artists'), name (tags' lower case), popularity f32 (artists'), track_count i32
 *   "track_genres"        one per track number: genre (its strongest tag), tags (all: its own, else strong ones of its artist)
 *   "tracks_by_id"        row k: number i32 of the store's id k, -1 none; no rows where ids are sparse;  "artists_by_id"
 *   "engagement"          what was told of tracks: track i32, plays likes comments skip_rate completion f32, ts i64
 *   "listens"             the user's, by time: track i32, ts i64 (start), ms_played i32, is_play u8 (long enough
 *                         to count), is_skip u8 (255 unknown), is_finished u8 (255 unknown), country;   "last_session" track i32, ts i64
 *   "listen_contexts"     (1.2) per row of "listens": shuffle u8, start_reason end_reason ("clickrow" ...), device, session i32 (its row), position i32
 *   "likes" "library"     track i32, ts i64, is_implicit u8 (likes); oldest first; liked, saved or in an own playlist
 *   "prompts" "captions"  what the user asked for, what describes tracks: text, ts i64, track i32 (prompts: if known);   "lyrics" (1.3) what is sung: track i32, ts i64, text ("": nothing is)
 *   "recommendations"     (1.3) what services recommend to the user: track i32, ts i64 (since when), service, channel, score f32 (of one channel, higher is better), seed i32 (the user's track that led there, if any)
 *   "prompt_vectors:SPACE"  the texts that have a vector in that space, by ts: text (its folded words), ts i64
 *   "saved_artists"       artist i32, tracks i32 (liked or saved by them), plays i32, ts i64, is_implicit u8;   "user" id i64
 *   "track_statistics"    one row per track number: plays, plays_30d, skips, finished i32; skip_rate f32;
 *                         first_played, last_played i64; days_since_played f32;   likewise "track_sessions": sessions i32
 *   "track_finished"      last_finished i64;   "track_base_level" base_level f32;   "track_plays_at" plays_at i32;   "track_dayparts" (1.2) plays_night plays_morning plays_afternoon plays_evening plays_workday plays_weekend i32;   "track_artist_statistics" artist_plays i32,
 *                         artist_rank i32, artist_last_played i64;   "served" earlier runs': track i32, ts i64, recipe
 *   "sessions" "banned"   start end i64, plays tracks skips hour weekday i32, shuffle_share f32, device;   "session_hours" (1.2) one per hour: started is_weekend u8, ts i64, hour weekday day_of_month i32, hour_sin hour_cos day_sin day_cos rolling_listening_frequency_7d rolling_listening_frequency_30d time_since_last_session avg_session_duration_last_7d total_tracks_last_7d total_tracks_last_30d same_hour_7d same_hour_28d same_hour_90d same_hour_365d same_week_hour_14d same_week_hour_56d same_week_hour_180d same_week_hour_730d near_hours_28d near_hours_90d start_rate_3d start_rate_14d start_rate_60d start_rate_365d log_hours_since_start log_hours_since_heard f32, starts_today starts_24h starts_7d starts_30d i32, is_listening started_1h_ago started_2h_ago started_3h_ago started_24h_ago started_168h_ago u8;   "mood_windows" (1.2) one per listen with three before it in its session: listen (row of "listens", -1 to come) track_0 track_1 track_2 own known session_position i32, ts i64, valence_mean valence_std current_valence energy_mean energy_std current_energy danceability_mean danceability_std current_danceability acousticness_mean acousticness_std current_acousticness instrumentalness_mean instrumentalness_std current_instrumentalness tempo_norm_mean tempo_norm_std current_tempo_norm hour_sin hour_cos day_sin day_cos time_since_session_start f32, is_weekend u8;   track i32, ts i64, artist i32 (banned; missing: the track is);   "current" "trials" track i32, ts i64 and "rejected" also verdict reason list artist i32;   "feedback" what they said and holds: verdict subject name reason list origin, track artist i32, rating propensity f32, first last ts i64, is_lasting is_here u8
 * lists()                 one per row of the first-named table, ascending: "track_artists" "artist_tracks" "track_tags"
 *   "tag_tracks" "artist_tags" "artist_relations" (both weighted) "artist_users" (who played them) "artist_playlists"
 * embedding()             one row per track number, of a space such as "audio"; per row of table "prompt_vectors:SPACE"
 * NULL is for unknown names only, not for tables without rows. Numbers are this load's: what outlives it holds `id`s. */
#define PLAYLIST_SERVICE_TABLES "playlist.tables/1"
typedef struct playlist_tables {
  uint32_t size, reserved;
  const playlist_table *(*table)(const playlist_host *, const char *name);   /* [any] */
  const playlist_lists *(*lists)(const playlist_host *, const char *name);   /* [any] */
  const playlist_matrix *(*embedding)(const playlist_host *, const char *space); /* [any] */
} playlist_tables;

/* The files that FILE parameters name; for every kind, in create(), run() and explain(). Since 1.2. A recipe's path begins
 * at the recipe's folder, one on the command line at the working folder. */
#define PLAYLIST_SERVICE_FILES "playlist.files/1"
struct playlist_input;
typedef struct playlist_files {
  uint32_t size, reserved;
  /* The file of this parameter as a whole, as it was when the run began to use it; valid until destroy(). NULL when none
   * is named, and for a name that is no FILE parameter of this element. */
  const struct playlist_input *(*file)(const playlist_host *, const char *param);  /* [any] */
} playlist_files;

/* Recall elements give their candidates here, best (or next) first; a track twice keeps its first place. */
#define PLAYLIST_SERVICE_CANDIDATES "playlist.candidates/1"
typedef struct playlist_candidates {
  uint32_t size, reserved;
  /* scores: higher is better, not NaN; explanations: codes of host->text(), or NULL; columns: one array per
   * declared output field, in declared order, or NULL when none is declared. Everything is copied. May be called
   * several times. */
  playlist_status (*append)(const playlist_host *, const int32_t *tracks, const float *scores,
                            const int32_t *explanations, const void *const *columns, int64_t count); /* [stage] */
} playlist_candidates;

/* Sources hand over what they read. Every record of the input is counted: a record that yields rows is
 * announced by `record` of its rows, one that yields none is put into a bucket with a reason.
 *
 * table       columns understood (all optional unless marked *; unknown columns are refused)
 *   "listens" record* i64 (0-based record number in the file), ts* i64 (start of play, Unix seconds), ms_played i32, title*, artist* (both
 *             may be missing where spotify_id or mbid is given), album, spotify_id, isrc, mbid (recording), artist_mbid, reason_start (1.2)
 *             reason_end ("trackdone" "fwdbtn" "clickrow" ...), country, device (1.2), skipped u8, shuffle u8, offline u8, incognito u8, precision i32
 *             (seconds that ts is exact to, default 1), loved u8, artwork (1.3: where a picture of it is, an https address; as in
 *             "tracks" "likes" "playlist_tracks"). By the others the host sees that two exports tell the same play
 *             (plays of one teller are different plays, the same row twice is one; several tellers' are aligned):
 *               stamp u8         which end of the play the input gives: 1 the start; 2 the end, and ts is that less
 *                                ms_played (rounded up to seconds); 3 one of both, as it stands in ts. Default: not
 *                                known
 *               repeat i32       how many rows of the same input before this one were equal in track, ts and
 *                                ms_played; counted where precision is not 1: two plays may begin in one minute.
 *                                Default 0
 *               teller           the tool that wrote the row, where several write the format. Default: the format
 *                                itself
 *               duration_ms i32  length of the track
 *   "tracks"  record*, title, artist (several joined by '\x1f'), album, spotify_id, isrc, mbid, duration_ms i32,
 *             year i32, popularity f32, explicit u8, the audio features as in PLAYLIST_SERVICE_TABLES, tags
 *             (joined by '\x1f'), album_id, artist_id (several joined by '\x1f', in the order of artist); one of
 *             spotify_id, isrc, mbid, title + artist is needed
 *   "likes"   record*, ts i64, title, artist, album, spotify_id, isrc, mbid
 *   "saved_albums"     record*, album*, artist*, ts;   "saved_artists" record*, artist*, ts
 *   "banned"           record*, title, artist, spotify_id, mbid, ts (a track; an artist when title and ids are missing);   "ratings" (1.2) as "likes", and rating* f32 1..5: of the track; without title and ids of the album, without it too of the artist
 *   "playlists"        record*, playlist* (name), playlist_id, description, ts, owner (missing: the user; "":
 *                      nobody in this store, a data set's)
 *   "playlist_tracks"  record*, playlist*, playlist_id, position i32 (0-based), ts, title, artist, album, spotify_id,
 *                      isrc, mbid, file (where it lies, percent-encoded); its "playlists" row came before it
 *   "artists"          record*, artist*, artist_id, artist_mbid, popularity f32, tags, mean audio features as in "tracks"
 *   "tags"             record*, tag*, tag_id*;   "artist_plays" record*, user* (name), artist or artist_id*, plays i32
 *   "artist_tags"      record*, artist or artist_id*, tag or tag_id*, weight f32 (default 1; rows of a pair add up), user
 *   "artist_relations" record*, artist*, related*, weight f32, related_mbid, related_id (1.3);   "user_relations" record*, user*, related*;   "lyrics" (1.3) record*, track_id i64* (music files: the file's track), text, instrumental u8 (1: nothing is sung; neither: asked for and not found), source (music files: "file" or "tag")
 *   "features"         (1.3) record*, track_id* i64 (the store's `id`), audio features as in "tracks": of a track that an engine asked for by the setting "features_wanted"; a row without values says that the source has none
 *   "track_tags"       (1.3) record*, track_id* i64 (the store's `id`), tag*, weight f32 (a share of the strongest): added to the tags of the track
 *   "questions"        (1.3) record*, question*, artist_id or track_id i64: what an engine asked a remote source of an artist or a track by its setting "questions", and was answered by this record's rows, if by any
 *   "recommendations"  (1.3) record*, channel*, score f32 (of one channel, higher is better), seed_id i64 (the store's `id` of a track of the person's that led there), title, artist, album, spotify_id, isrc, mbid, artist_mbid, artist_credit: what a service recommends to the person
 *   "engagement"       as "likes" but ts; plays likes comments f32 >= 0, skip_rate completion f32 0..1
 *   "vectors"          record*, space* (name), and one of spotify_id, isrc, mbid, track_id i64 (the store's `id`): vectors
 *                      of tracks, handed over by PLAYLIST_SERVICE_VECTORS; a row without one is malformed
 *   "prompts"          record*, text*, user (name), ts i64 (default: the import), spotify_id, isrc, mbid, track_id, space:
 *                      what a user asked for; with a track, what describes it; with both, what that user got it for.
 *                      Without `user` and track it is the user's whose file it is, without `user` alone nobody's, unless
 *                      the import names one. A vector of the text, in `space`, may come by PLAYLIST_SERVICE_VECTORS
 *   "lists"            list* ("likes" "saved_albums" "saved_artists" "banned" "playlists" "recommendations"), teller (whose list it is; the
 *                      source's name by default), is_whole u8. Before that list's rows; and last, with is_whole 1, when
 *                      the file held all of it and was sound: what the teller listed before and this does not is over
 * ids         artist_id, album_id: a bare Spotify id, or NAMESPACE:ID ("hetrec:51") as tag_id always is; "artists" and
 *             "tags" rows give ids their names, in the same or in an earlier file; a row whose ids have no name yet
 *             is the host's to count as unmatched
 * credits     artist_credit (of "listens" "tracks" "playlist_tracks" "engagement"): instead of artist, one text that
 *             may join several names ("A, B")
 * order       complete(done) says that all rows and buckets of the records below `done` have been handed over; the
 *             host then writes them as one batch. Between two of them tables and buckets come in any order; a record
 *             below `done` cannot come again. What is not complete waits in memory: say so every ~30 k records.
 * bucket      "podcast" "video" "audiobook" "local" "empty" "now_playing" "malformed" ... */
#define PLAYLIST_SERVICE_ROWS "playlist.rows/1"
typedef struct playlist_rows {
  uint32_t size, reserved;
  playlist_status (*append)(const playlist_host *, const char *table, const playlist_table *rows); /* [stage] */
  playlist_status (*bucket)(const playlist_host *, int64_t record, const char *bucket,
                            const char *reason);                                               /* [stage] */
  /* One record may fill rows of several tables; it is counted once, for the most they told. `total` records were in
   * the file, and all of them are complete; called once, last. */
  playlist_status (*finish)(const playlist_host *, int64_t total);                             /* [stage] */
  playlist_status (*complete)(const playlist_host *, int64_t done);                            /* [stage] */
} playlist_rows;

/* Sources that bring vectors hand the rows of "vectors" and "prompts" over here. Since 1.1. */
#define PLAYLIST_SERVICE_VECTORS "playlist.vectors/1"
struct playlist_input;
typedef struct playlist_vectors {
  uint32_t size, reserved;
  /* append() of playlist.rows/1, with the vectors of its rows: that of row k is values[offsets[k] .. offsets[k+1]), none
   * where the two are equal; `offsets` has a place more than there are rows. Vectors are kept as they are. A row is
   * malformed whose vector is not finite, all zeros, or of another length than those its space has. */
  playlist_status (*append)(const playlist_host *, const char *table, const playlist_table *rows,
                            const uint64_t *offsets, const float *values);                     /* [stage] */
  /* For inputs that do not name their space: what the user calls it, "clap" by default. */
  const char *(*space)(const playlist_host *);                                                 /* [stage] */
  /* For inputs that do not say whose vectors they hold: the file that the user named for it, one id a line. NULL: none. */
  const struct playlist_input *(*ids)(const playlist_host *);                                  /* [stage] */
} playlist_vectors;

/* Sources that unpack containers give each member here instead of rows; the host reads it as a file of its own. */
#define PLAYLIST_SERVICE_MEMBERS "playlist.members/1"
typedef struct playlist_members {
  uint32_t size, reserved;
  playlist_status (*begin)(const playlist_host *, const char *path);           /* [stage] refused paths are counted */
  playlist_status (*write)(const playlist_host *, const void *bytes, size_t length); /* not OK: over a limit, stop */
  playlist_status (*end)(const playlist_host *);
} playlist_members;

/* Outputs write their bytes only here; the host puts them in place in one atomic step. */
#define PLAYLIST_SERVICE_SINK "playlist.sink/1"
typedef struct playlist_sink {
  uint32_t size, reserved;
  playlist_status (*write)(const playlist_host *, const void *bytes, size_t length); /* [stage] appends */
} playlist_sink;

/* Models write an artifact here: named matrices, tables, lists and bytes (a booster's own format), and a card. The host
 * swaps it in whole when run() returns PLAYLIST_OK. An artifact outlives the numbering of tracks: name them in it by
 * `id` of the table "tracks". */
#define PLAYLIST_SERVICE_ARTIFACT_WRITER "playlist.artifact_writer/1"
typedef struct playlist_artifact_writer { /* all [stage]; everything is copied; a name comes once per function */
  uint32_t size, reserved;
  playlist_status (*matrix)(const playlist_host *, const char *name, const playlist_matrix *);
  playlist_status (*table)(const playlist_host *, const char *name, const playlist_table *);
  playlist_status (*lists)(const playlist_host *, const char *name, const playlist_lists *);
  playlist_status (*bytes)(const playlist_host *, const char *name, const void *bytes, size_t length);
  playlist_status (*card)(const playlist_host *, const char *json); /* one object: parameters, metrics */
} playlist_artifact_writer;

/* Every kind reads artifacts here, models what they learned before; in create(), run() and explain(). `model` is the
 * name it was trained under: its element's, "model.als", unless the user chose another. All return NULL when it was
 * never trained or holds nothing of that name. */
#define PLAYLIST_SERVICE_ARTIFACTS "playlist.artifacts/1"
typedef struct playlist_artifacts { /* all [any] */
  uint32_t size, reserved;
  const playlist_matrix *(*matrix)(const playlist_host *, const char *model, const char *name);
  const playlist_table *(*table)(const playlist_host *, const char *model, const char *name);
  const playlist_lists *(*lists)(const playlist_host *, const char *model, const char *name);
  const void *(*bytes)(const playlist_host *, const char *model, const char *name, uint64_t *length);
  const char *(*card)(const playlist_host *, const char *model); /* with the host's "as_of" and "data" in it */
} playlist_artifacts;

/* ---- elements -------------------------------------------------------------------------------------- */
enum playlist_kind {
  PLAYLIST_SOURCE = 1,    /* input -> rows (or members) */
  PLAYLIST_RECALL = 2,    /* user and seeds -> candidates with score and explanation */
  PLAYLIST_RANKING = 3,   /* fills its declared output columns */
  PLAYLIST_FILTERING = 4, /* clears keep[] and may give a reason */
  PLAYLIST_ORDERING = 5,  /* a permutation, or a selection in order */
  PLAYLIST_OUTPUT = 6,    /* a playlist -> bytes */
  PLAYLIST_MODEL = 7      /* as-of tables -> an artifact */
};
enum playlist_element_flag {
  PLAYLIST_ROWWISE = 1u << 0,   /* RANKING, FILTERING: output row i depends on input row i only */
  PLAYLIST_UNBOUNDED = 1u << 1, /* recall: no natural end (random draws); `engine check` need not warn */
  PLAYLIST_ORDERWISE = 1u << 2  /* RANKING: its outputs tell of a row among its neighbours, in the order in which the
                                   candidates stand (the step in tempo from the track before), and are true of that list
                                   only: a step that drops, adds or moves rows does not hand them on, and who reads them
                                   behind it is told why. It goes behind the ordering. Not with ROWWISE. Since 1.2 */
};

typedef struct playlist_input {  /* a whole file: what a source reads, or a FILE parameter names */
  uint32_t size, reserved;
  const char *path;              /* as the user would recognise it; inside archives ARCHIVE/MEMBER */
  const char *name;              /* its last part */
  const uint8_t *bytes;          /* followed by at least 64 readable zero bytes */
  uint64_t length;
  uint64_t head_length;          /* recognise() may look only at bytes[0 .. head_length) */
  const char *columns;           /* SOURCE: the user's --columns a=b,... or ""; "" elsewhere */
} playlist_input;

typedef struct playlist_playlist { /* what outputs write */
  uint32_t size, reserved;
  const char *title, *description, *creator;
  int64_t created;                 /* Unix seconds: the run's `now` */
  const playlist_table *tracks;    /* in order: track i32, title, artist_name, artists (joined by ", "), album,
                                      duration_ms, spotify_id, isrc, mbid, score, channel, explanation,
                                      release_year i32, the audio features, files (paths, parted by zero bytes) */
} playlist_playlist;

typedef struct playlist_io {       /* one call of run(); what does not apply to the kind is NULL */
  uint32_t size, reserved;
  int64_t begin, end;              /* rows [begin, end) to process; all of them unless PLAYLIST_ROWWISE. Columns and
                                      arrays below always start at row 0 */
  const playlist_table *candidates;     /* at least the column track (i32) */
  const playlist_column *const *in;     /* declared inputs in declared order (NULL: optional and absent), then
                                           the columns named by COLUMN parameters */
  const playlist_column *const *out;    /* RANKING: declared outputs; write every row, a missing value where there
                                           is none; STRING: codes of host->text() */
  uint8_t *keep;                   /* FILTERING: preset to 1; write 0 to drop */
  int32_t *reasons;                /* FILTERING: preset to -1; code of host->text() for a dropped row */
  int32_t *order;                  /* ORDERING: capacity rows; row numbers in playing order ... */
  int64_t *order_count;            /*           ... and how many; each row once at most */
  const playlist_input *input;     /* SOURCE */
  const playlist_playlist *playlist; /* OUTPUT */
} playlist_io;

enum playlist_field_flag { PLAYLIST_FIELD_OPTIONAL = 1u << 0 };
typedef struct playlist_field {    /* a column an element needs or adds */
  uint32_t size, type;
  const char *name, *help;
  uint32_t flags, reserved;
} playlist_field;

typedef struct playlist_element {  /* static data of the plugin */
  uint32_t size, kind, flags, reserved;
  const char *name;                /* "ranking.mood": kind, dot, snake_case; what recipes write */
  const char *help;                /* first line: one sentence; the rest: detail */
  const playlist_field *const *in, *const *out;
  const playlist_param *const *params; /* the first one may be given by position: pl.filtering.not_in { set } */
  void *(*create)(const playlist_host *, const playlist_value *values);               /* [main] NULL after fail() */
  playlist_status (*run)(void *self, const playlist_host *, const playlist_io *);     /* [stage] */
  void (*destroy)(void *self);                                                        /* [main] */
  /* SOURCE: how sure it is that it reads this input: 0 no .. 100 certain. Without create(). NULL elsewhere. */
  int32_t (*recognise)(const playlist_host *, const playlist_input *);                /* [main] */
  /* Optional: one sentence for a listener on why this row got its numbers. */
  playlist_status (*explain)(void *self, const playlist_host *, const playlist_io *, int64_t row, char *text,
                             size_t capacity);                                        /* [main] */
} playlist_element;

typedef struct playlist_plugin {
  uint32_t size, reserved;
  const char *id;                  /* reverse DNS, "org.example.mood" */
  const char *version, *author, *license;
  const playlist_element *const *elements; /* at least one */
} playlist_plugin;

/* ---- entry ------------------------------------------------------------------------------------------- */
typedef struct playlist_abi { uint32_t magic, major, minor, size /* of playlist_plugin */; } playlist_abi;

extern PLAYLIST_EXPORT const playlist_abi playlist_plugin_abi;
/* Called once per process; NULL after host->fail(). `host` stays valid; per-call services come with run(). */
PLAYLIST_EXPORT const playlist_plugin *playlist_plugin_main(const playlist_host *host);

#ifdef __cplusplus
}
#endif
#endif
