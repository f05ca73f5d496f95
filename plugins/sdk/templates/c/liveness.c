/* A liveness step: how much detail a face has. Put your own measure in the place of detail(); this one stops nobody. */
#include "picture.h"
#include <string.h>

/* The mean difference between neighbours within the face's box, as a part of 20; a box may reach over the edges. */
static fp_status detail(const fp_call *call, const fp_frame *frame, const fp_face *face, float *score) {
  uint32_t left = within(face->x, frame->width), right = within(face->x + face->w, frame->width), pairs = 0;
  float sum = 0;
  for (uint32_t y = within(face->y, frame->height); y < within(face->y + face->h, frame->height); y++) {
    fp_status status = given_up(call);
    if (status) return status;
    for (uint32_t x = left; x + 1 < right; x++, pairs++) {
      float difference = light(frame, x, y) - light(frame, x + 1, y);
      sum += difference < 0 ? -difference : difference;
    }
  }
  float mean = pairs ? sum / (float)pairs : 0;
  *score = mean > 20 ? 1 : mean / 20;
  return FP_OK;
}

static fp_status score(void *self, const fp_call *call, const fp_frame_batch *frames, const fp_face_batch *faces,
                       float *live_score, uint32_t n) {
  (void)self;
  for (uint32_t i = 0; i < frames->count; i++) {
    fp_status status = readable(frame_at(frames, i));
    if (status) return status;
  }
  for (uint32_t i = 0; i < n; i++) {
    const fp_face *face = face_at(faces, i);
    if (face->frame_index >= frames->count) return FP_E_INVALID;
    fp_status status = detail(call, frame_at(frames, face->frame_index), face, &live_score[i]);
    if (status) return status;
  }
  return FP_OK;
}

static const fp_liveness_v1 table = { .struct_size = sizeof table, .score = score };
const char *const plugin_interfaces[] = { FP_LIVENESS, NULL };
const void *plugin_table(const char *id) { return strcmp(id, FP_LIVENESS) ? NULL : &table; }
