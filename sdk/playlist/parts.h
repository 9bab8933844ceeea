/* clang-format off */
/* playlist/parts.h: a training that several tasks of a cluster share (`engine train MODEL --shard I/N --into DIR`). Part of the
 * binary contract since ABI 1.3, under the rules of playlist/plugin.h, which it includes. C++ authors include
 * playlist/parts.hpp.
 *
 * HOW A TRAINING IS SHARED
 *  All alike   Every task has all of the data and runs the same train(). What takes long in it is a step: work whose result is
 *              cut into as many parts as there are tasks. A task makes the part of its own, takes those of the others, and goes
 *              on with all of them, so that all tasks stay alike to the last bit.
 *  Any N       What is made must not depend on how many parts there are: cut by rows of the result, never by what is added up.
 *              And nothing else of a training may differ between tasks: no clock, no address, no number of threads.
 *  Lost        A task that stays away is not waited for: its parts are made by those who are there. So a part is made from
 *              nothing but the step, its number and what all tasks have, and twice made it has the same bytes.
 *  Again       A task that was killed and runs again finds the parts that there are, and takes them.
 *
 * The service is there for models, where a training is shared; where find_service() has none, all of the work is the caller's.
 */
#ifndef PLAYLIST_PARTS_H
#define PLAYLIST_PARTS_H

#include "playlist/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

enum playlist_step_flag {
  PLAYLIST_STEP_IS_LAST = 1       /* no step comes after it: nothing that a task does behind it is needed by others */
};

enum playlist_part_state {
  PLAYLIST_PART_IS_MADE = 1,      /* `bytes` are it */
  PLAYLIST_PART_TO_MAKE = 2       /* make it, and put() it */
};

typedef struct playlist_part {    /* filled in by the host; valid until the next function of this service */
  uint32_t size, state;           /* state: of playlist_part_state */
  uint32_t part, reserved;        /* from 0 */
  const void *bytes;
  uint64_t length;
} playlist_part;

#define PLAYLIST_SERVICE_PARTS "playlist.parts/1"
/* A step is named by 1 to 64 letters a-z, digits, '-' and '_'; the same name stands for the same work in all tasks. */
typedef struct playlist_parts {
  uint32_t size, reserved;
  /* How many parts a step has: 1 or more. */
  uint32_t (*count)(const playlist_host *);                                                 /* [stage] */
  /* Hands out the parts of a step, each once and in any order: those that are made, to be taken, and those that are to be made
   * here. Waits for parts of others, for as long as they may still come. NO_DATA once all were handed out (then the step may
   * begin anew). CANCELLED: the user stopped the training, or all parts of the last step are there and this task is done. Others:
   * the reason is told by the host, and training ends. `flags`: of playlist_step_flag, the same in all tasks. */
  playlist_status (*next)(const playlist_host *, const char *step, uint32_t flags, playlist_part *part);    /* [stage] */
  /* A part that next() wanted made. */
  playlist_status (*put)(const playlist_host *, const char *step, uint32_t part,
                         const void *bytes, uint64_t length);                               /* [stage] */
  /* One part, without waiting. NO_DATA: it is not there, or damaged. */
  playlist_status (*read)(const playlist_host *, const char *step, uint32_t part,
                          playlist_part *found);                                            /* [stage] */
  /* Nobody who begins now needs this step any more, as one that came later has what it had: its parts may be removed. */
  void (*forget)(const playlist_host *, const char *step);                                  /* [stage] */
} playlist_parts;

#ifdef __cplusplus
}
#endif
#endif
