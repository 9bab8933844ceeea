// Encoders in files of TorchScript, behind functions of C: a library of its own, so that libtorch,
// which takes a third of a second to load, is loaded by whoever encodes, and not at every start.
//
// The file is a module with
//   encode_sound(samples)  float32 [n, seconds * sample_rate], one channel, -1..1 -> [n, dim]
//   encode_text(text)      str -> [dim] or [1, dim]; may be absent
//   sample_rate            int attribute, Hz, 8,000 to 192,000; absent: 48000
//   seconds                float attribute, how much sound it takes at once, 0.1 to 60; absent: 10
//
// Errors    -1 or NULL, and why in `problem`
// Threads   any; one encoder may be asked by several at once. A call uses one processor.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct torch_encoder torch_encoder;

typedef struct torch_encoder_facts {
  int sample_rate;
  double seconds;
  int has_text;
} torch_encoder_facts;

torch_encoder* torch_encoder_open(const char* path, char* problem, size_t room);
void torch_encoder_close(torch_encoder* encoder);
torch_encoder_facts torch_encoder_tell(const torch_encoder* encoder);
/// `out` has room for `most` floats; the length of one vector is returned, `windows` of which were written.
int64_t torch_encode_sound(torch_encoder* encoder, const float* samples, int64_t windows,
                           int64_t length, float* out, int64_t most, char* problem, size_t room);
int64_t torch_encode_text(torch_encoder* encoder, const char* text, float* out, int64_t most,
                          char* problem, size_t room);

#ifdef __cplusplus
}
#endif
