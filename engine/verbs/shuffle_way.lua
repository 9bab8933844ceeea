-- One of the ways of scripts/shuffles.lua over the listener's songs; "songs": all of these.
local pl = require "playlist"
local shuffles = require "shuffles"
return pl.recipe {
  title = "A shuffle",
  params = {
    way = pl.text { "uniform", help = "of scripts/shuffles.lua" },
    is_next = pl.boolean { false, help = "the one song that follows what was heard last, instead of a list" },
    from = pl.text { "", help = "the song that the list begins with: ARTIST - TITLE, TITLE or track:NUMBER" },
    tracks = pl.int { 50, min = 1, max = 1000000, help = "length" },
    finished = pl.int { 2, min = 1, max = 1000, help = "with few likes: songs heard to the end this often" },
  },
  build = function(p, user)
    local songs = shuffles.songs(user, p.finished)
    if p.way == "songs" then return songs:top(p.tracks) end
    if p.is_next then return shuffles.next[p.way](songs, user.last_session, p.tracks) end
    local list = shuffles[p.way](songs, p.tracks, user.served)
    if p.from == "" then return list end
    return shuffles.beginning_with(shuffles.song(p.from, songs), list, p.tracks)
  end,
}
