/* A recogniser with an engine of its own: the pattern of light and dark over the face, 8 by 8. It tells pictures apart, not
 * people: put your network in the place of pattern(). */
#include "picture.h"
#include <math.h>
#include <string.h>

enum { SIDE = 8, DIM = SIDE * SIDE };

/* The light in the middle of each cell of the face's box, around its mean, as a vector of length 1. */
static void pattern(const fp_frame *frame, const fp_face *face, float *out) {
  float mean = 0, length = 0;
  for (int i = 0; i < DIM; i++) {
    uint32_t x = within(face->x + ((float)(i % SIDE) + 0.5f) / SIDE * face->w, frame->width - 1);
    uint32_t y = within(face->y + ((float)(i / SIDE) + 0.5f) / SIDE * face->h, frame->height - 1);
    out[i] = light(frame, x, y);
    mean += out[i] / DIM;
  }
  for (int i = 0; i < DIM; i++) out[i] -= mean, length += out[i] * out[i];
  length = sqrtf(length);
  for (int i = 0; i < DIM; i++) out[i] = length < 1e-3f ? i == 0 : out[i] / length; /* no contrast: the first axis */
}

static fp_status describe(void *self, fp_embedding_info *out) {
  (void)self;
  out->struct_size = sizeof *out; /* rule R1: what was written, however long the host's struct is */
  out->dim = DIM;
  out->metric = FP_DISTANCE_COSINE;
  out->model_tag = 1; /* another network, another tag: embeddings of different tags never compare */
  return FP_OK;
}

static fp_status embed(void *self, const fp_call *call, const fp_frame_batch *frames, const fp_face_batch *faces,
                       float *out, size_t out_len) {
  (void)self;
  if (out_len != (size_t)faces->count * DIM) return FP_E_INVALID;
  for (uint32_t i = 0; i < frames->count; i++) {
    fp_status status = readable(frame_at(frames, i));
    if (status) return status;
  }
  for (uint32_t i = 0; i < faces->count; i++) {
    const fp_face *face = face_at(faces, i);
    if (face->frame_index >= frames->count) return FP_E_INVALID;
    fp_status status = given_up(call);
    if (status) return status;
    pattern(frame_at(frames, face->frame_index), face, out + (size_t)i * DIM);
  }
  return FP_OK;
}

static const fp_recognizer_v1 table = { .struct_size = sizeof table, .describe = describe, .embed = embed };
const char *const plugin_interfaces[] = { FP_RECOGNIZER, NULL };
const void *plugin_table(const char *id) { return strcmp(id, FP_RECOGNIZER) ? NULL : &table; }
