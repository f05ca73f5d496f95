/* A detector: one box around the brightest part of each picture. Put your own in the place of brightest(). */
#include "picture.h"
#include <string.h>

/* The brightest of nine parts of the picture. */
static fp_status brightest(const fp_call *call, const fp_frame *frame, fp_face *face) {
  float best = -1, w = (float)frame->width / 3, h = (float)frame->height / 3;
  for (uint32_t part = 0; part < 9; part++) {
    float left = (float)(part % 3) * w, top = (float)(part / 3) * h, sum = 0;
    uint32_t pixels = 0;
    for (uint32_t y = (uint32_t)top; y < within(top + h, frame->height); y++) {
      fp_status status = given_up(call);
      if (status) return status;
      for (uint32_t x = (uint32_t)left; x < within(left + w, frame->width); x++) sum += light(frame, x, y), pixels++;
    }
    float mean = pixels ? sum / (float)pixels : 0;
    if (mean <= best) continue;
    best = mean;
    face->x = left, face->y = top, face->w = w, face->h = h;
  }
  face->score = face->quality = best / 255;
  static const float places[10] = { 0.3f, 0.4f, 0.7f, 0.4f, 0.5f, 0.6f, 0.35f, 0.75f, 0.65f, 0.75f };
  for (int i = 0; i < 10; i++) face->landmark[i] = i % 2 ? face->y + places[i] * h : face->x + places[i] * w;
  return FP_OK;
}

static fp_status detect(void *self, const fp_call *call, const fp_frame_batch *frames, fp_out_array *out) {
  (void)self;
  out->struct_size = sizeof *out; /* rule R1: what was written, however long the host's struct is */
  out->count = frames->count;     /* one face in each picture */
  if (out->count > out->capacity) return FP_E_BUFFER_TOO_SMALL;
  for (uint32_t i = 0; i < frames->count; i++) {
    const fp_frame *frame = frame_at(frames, i);
    fp_face face = { .frame_index = i };
    fp_status status = readable(frame);
    if (!status) status = brightest(call, frame, &face);
    if (status) return status;
    size_t size = out->stride < sizeof face ? out->stride : sizeof face; /* an older host has shorter faces */
    face.struct_size = (uint32_t)size;
    memcpy((char *)out->items + (size_t)i * out->stride, &face, size);
  }
  return FP_OK;
}

static const fp_detector_v1 table = { .struct_size = sizeof table, .detect = detect };
const char *const plugin_interfaces[] = { FP_DETECTOR, NULL };
const void *plugin_table(const char *id) { return strcmp(id, FP_DETECTOR) ? NULL : &table; }
