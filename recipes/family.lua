-- One list for the people of a library: the turn is always theirs who got least so far, and the run says what each got.
local pl = require "playlist"

return pl.recipe {
  title = "Family",
  about = "What each of you plays and likes, by turns; nothing explicit, nothing that one of you banned.",
  params = {
    people = pl.text   { "", help = "their names with commas between; without any: everybody in the library" },
    tracks = pl.int    { 40, min = 2, max = 500, help = "length of the playlist" },
    fair   = pl.choice { "maximin", choices = { "maximin", "proportional" }, help = "nobody least, or the product of all shares" },
  },
  random_seed = "day",
  build = function(p, user)
    local list = { tracks = p.tracks, by = p.fair }
    for _, person in ipairs(pl.everyone) do
      if p.people == "" or ("," .. p.people .. ","):find("," .. person.name .. ",", 1, true) then
        local theirs = person.history:filter(pl.filtering.allowed {}):filter(pl.filtering.explicit {})
        for _, other in ipairs(pl.everyone) do theirs = theirs - other.banned end
        theirs = theirs:score(function(t) return t.score end):filter(pl.filtering.per_artist { max = 3 })
        list[#list + 1] = { theirs, title = person.name }
      end
    end
    return pl.fair(list):order(pl.ordering.artist_spacing { gap = 2 })
  end,
}
