/* bfloat16 elements: the upper 16 bits of an f32. */
#ifndef BALBOA_BF16_H
#define BALBOA_BF16_H

#include <string.h>

#include "internal.h"

BALBOA_INLINE float bf16_load(uint16_t x) {
  const uint32_t bits = (uint32_t)x << 16;
  float f;
  memcpy(&f, &bits, sizeof f);
  return f;
}

/* Rounds bits of an f32 that is not NaN to nearest even. */
BALBOA_INLINE uint16_t bf16_round_bits(uint32_t bits) { return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16); }

BALBOA_INLINE uint16_t bf16_of_float(float v) {
  uint32_t bits;
  memcpy(&bits, &v, sizeof bits);
  return v != v ? (uint16_t)(bits >> 16 | 0x40u) : bf16_round_bits(bits);
}

/* Rounded once: what an f32 cannot hold is kept as its last bit, which says that there is more. */
BALBOA_INLINE uint16_t bf16_of_double(double v) {
  const float nearest = (float)v;
  const double back = (double)nearest;
  uint32_t bits;
  memcpy(&bits, &nearest, sizeof bits);
  const double size = v < 0 ? -v : v, back_size = back < 0 ? -back : back;
  const uint32_t odd = (back_size > size ? bits - 1u : bits) | 1u;
  return v != v ? (uint16_t)(bits >> 16 | 0x40u) : bf16_round_bits(back == v ? bits : odd);
}

BALBOA_INLINE uint16_t bf16_of_int(int64_t v) {
  const int exact = (v >= -(INT64_C(1) << 53) && v <= INT64_C(1) << 53) || (v & 0x7ff) == 0;
  return bf16_of_double((double)(exact ? v : (v & ~INT64_C(0x7ff)) | 0x400));
}

#endif
