// The functions of aubio that this library uses, loaded when they are first needed.
#pragma once

#include <aubio/aubio.h>

#include "shared/system_library.hpp"

namespace source {

struct Aubio : shared::SystemLibrary {
  Aubio() : SystemLibrary("libaubio.so.5") {}
  PLAYLIST_SYSTEM_FUNCTION(aubio_fft_do_complex);
  PLAYLIST_SYSTEM_FUNCTION(aubio_specdesc_do);
  PLAYLIST_SYSTEM_FUNCTION(aubio_spectral_whitening_do);
  PLAYLIST_SYSTEM_FUNCTION(aubio_tempo_do);
  PLAYLIST_SYSTEM_FUNCTION(aubio_tempo_get_bpm);
  PLAYLIST_SYSTEM_FUNCTION(del_aubio_fft);
  PLAYLIST_SYSTEM_FUNCTION(del_aubio_specdesc);
  PLAYLIST_SYSTEM_FUNCTION(del_aubio_spectral_whitening);
  PLAYLIST_SYSTEM_FUNCTION(del_aubio_tempo);
  PLAYLIST_SYSTEM_FUNCTION(del_cvec);
  PLAYLIST_SYSTEM_FUNCTION(del_fvec);
  PLAYLIST_SYSTEM_FUNCTION(new_aubio_fft);
  PLAYLIST_SYSTEM_FUNCTION(new_aubio_specdesc);
  PLAYLIST_SYSTEM_FUNCTION(new_aubio_spectral_whitening);
  PLAYLIST_SYSTEM_FUNCTION(new_aubio_tempo);
  PLAYLIST_SYSTEM_FUNCTION(new_cvec);
  PLAYLIST_SYSTEM_FUNCTION(new_fvec);
};

inline const Aubio& aubio() {
  static const Aubio kAubio;
  return kAubio;
}

}  // namespace source
