local library = {
  tracks = {
    { title = "Highway", artist = "A" }, { title = "Chorus", artist = "B" }, { title = "Lullaby", artist = "C" },
    { title = "Wheels", artist = "D" }, { title = "Wheels (Live)", artist = "D" },
  },
  playlists = {
    ["Road trip"] = { "Highway", "Wheels" }, Singalong = { "Chorus", "Lullaby", "Highway" },
    Kids = { "Lullaby", "Wheels (Live)" },
  },
}

return {
  { "both playlists, each track once, without the third and its versions",
    library = library,
    expect = { tracks = 2, includes = { "Highway", "Chorus" },
               all = function(row) return row.explanation:find "from the playlist" ~= nil end } },
  { "says of what is in both that it is",
    library = library,
    expect = { all = function(row)
      return row.title ~= "Highway" or (row.explanation:find '"Road trip"' and row.explanation:find '"Singalong"') ~= nil
    end } },
}
