-- Settings of the engine: every one with its default. Copy to
-- $XDG_CONFIG_HOME/playlist-engine/engine.lua and keep only what you change.
-- Order: defaults < this file < `engine config set` < environment (PLAYLIST_GROUP_NAME) < flags.
return {
  user = "", -- whose history, where the library holds several people: what --user is when it is not given
  paths = {
    library = "", -- the store; empty: $XDG_DATA_HOME/playlist-engine/library.db
    plugins = {}, -- folders searched for plugins before the engine's own
    scripts = {}, -- folders that recipes may require modules from, before the engine's own
    recipes = {}, -- folders of recipes, before $XDG_CONFIG_HOME/playlist-engine/recipes and the engine's own
  },
  limits = {
    recipe_seconds = 10, -- seconds a recipe's own Lua code may run
    recipe_megabytes = 256, -- MiB of memory a recipe's Lua code may use
    print_kilobytes = 1024, -- KiB that a recipe may print; the rest is counted and dropped
    wall_seconds = 60, -- seconds a whole run may take before its worker is stopped
    cpu_seconds = 120, -- CPU seconds a run's worker may use
    memory_megabytes = 4096, -- MiB of address space a run's worker may add
    heartbeat_seconds = 0, -- seconds of silence after which a worker is stopped; 0: never
    confine = true, -- run recipes under seccomp: no writing, no network, no programs
    network = false, -- let elements of runs open connections themselves, and ask any http address of this machine
  },
  http = {
    contact = "", -- an address of yours that services are told with each question, as MusicBrainz wishes; empty: none
    offline = false, -- ask nothing over the network; answers of services that are kept are used, however old
    timeout_seconds = 30, -- seconds to wait for a service's answer, where the element that asks does not say
    artwork = false, -- fetch the pictures of albums that the page of engine serve shows: their servers then see which albums you look at
  },
  import = {
    wall_seconds = 86400, -- seconds an import may take
    memory_megabytes = 16384, -- MiB of address space an import's worker may add
    archive_gigabytes = 64, -- GiB that one archive may unpack to
    archive_members = 10000, -- files that one archive may hold
    archive_ratio = 250, -- how many times its size an archive may unpack to
    likeness = 0.9, -- how alike the title of a track without an id must be to one of its artist's that has an id, to be taken for it; 0: none is
  },
  play = {
    min_seconds = 30, -- a listen this long counts as a play
    min_share = 0.5, -- a listen of this share of the track counts as a play too
    session_gap_minutes = 30, -- a pause this long parts two listening sessions
  },
  train = {
    wall_seconds = 86400, -- seconds a training may take
    memory_megabytes = 16384, -- MiB of address space a training's worker may add
    patience_seconds = 10, -- seconds that the tasks of a shared training wait for one that stays away, at least
    kept = 5, -- versions of a model that are kept
  },
  retrain = {
    days = 14, -- days after which engine retrain trains a model again whose card does not say when
  },
  weekly = {
    day = 1, -- day on which engine update-weekly makes new lists; 1: Monday, 7: Sunday
    hour = 6, -- hour of that day, in each user's time zone
  },
  discovery = {
    candidates = 30, -- suggestions that engine discover queues at once
    off = {}, -- channels that engine discover leaves out, such as popular
    expires_days = 30, -- days after which a suggestion that nobody answered is dropped
    trial_listens = 3, -- plays of an approved song after which engine next asks for a verdict
    rejections = 5, -- rejections of a kind in a row after which engine next says what to leave out
  },
  playlists = {
    snapshot_days = 30, -- days after which engine refresh puts a kept playlist's list aside once more; 0: never
  },
  log = {
    file = "", -- file that notes and errors are appended to, with the time; empty: none
    megabytes = 10, -- MiB after which the log file is put aside; three such files are kept
  },
  run = {
    record = true, -- keep a record of every run, for why, why-not and replay
    explain = "auto", -- how run tells why: short, one line a track; log, the weekly mix's own log lines; auto: short on a terminal, log elsewhere
    default_track_seconds = 210, -- length assumed for tracks whose length is unknown
  },
  watch = {
    cache_megabytes = 1024, -- MiB in which engine watch keeps results of nodes from run to run
  },
  -- Settings of plugin elements, a table each; the element's help names them, e.g.
  --   ["ranking.external"] = { url = "http://127.0.0.1:8080/rank" },
  -- In the environment: PLAYLIST_ELEMENTS_RANKING_EXTERNAL_URL; secrets belong there.
  elements = {},
}
