/* Pictures as the host sends them: which can be read, and how light a pixel is. */
#ifndef PICTURE_H
#define PICTURE_H
#include "plugin.h"

/* Bytes of a pixel in the first plane, 0 for a format that this plugin does not know. */
static inline uint32_t pixel_bytes(const fp_frame *frame) {
  switch (frame->fourcc) {
    case FP_PIX_RGB24: case FP_PIX_BGR24: return 3;
    case FP_PIX_GRAY8: case FP_PIX_NV12: case FP_PIX_I420: return 1;
    default: return 0;
  }
}

/* FP_OK when the first plane can be read. */
static inline fp_status readable(const fp_frame *frame) {
  uint32_t bytes = pixel_bytes(frame);
  const fp_plane *plane = &frame->plane[0];
  size_t row = (size_t)frame->width * bytes;
  if (!bytes || frame->mem_type != FP_MEM_CPU || frame->modifier || frame->rotation_deg) return FP_E_UNSUPPORTED;
  if (!frame->width || !frame->height || !frame->n_planes || !plane->data || plane->pitch < row) return FP_E_INVALID;
  return plane->size < (size_t)plane->pitch * (frame->height - 1) + row ? FP_E_INVALID : FP_OK;
}

/* 0 to 255. */
static inline float light(const fp_frame *frame, uint32_t x, uint32_t y) {
  uint32_t bytes = pixel_bytes(frame), sum = 0;
  const uint8_t *pixel = frame->plane[0].data + (size_t)y * frame->plane[0].pitch + (size_t)x * bytes;
  for (uint32_t i = 0; i < bytes; i++) sum += pixel[i];
  return (float)sum / (float)bytes;
}

/* Rule R2: items lie `stride` bytes apart, which may be more than sizeof says. */
static inline const fp_frame *frame_at(const fp_frame_batch *frames, uint32_t i) {
  return (const void *)((const char *)frames->frames + (size_t)i * frames->stride);
}
static inline const fp_face *face_at(const fp_face_batch *faces, uint32_t i) {
  return (const void *)((const char *)faces->faces + (size_t)i * faces->stride);
}
static inline uint32_t within(float at, uint32_t end) { return at <= 0 ? 0 : at >= (float)end ? end : (uint32_t)at; }

#endif
