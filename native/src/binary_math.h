/* What the kernels of two variables share. */
#ifndef BALBOA_BINARY_MATH_H
#define BALBOA_BINARY_MATH_H

#include "walk.h"

/* One row of out[i] = f(u, v). The cases with a scalar or two contiguous operands are vectorised. */
#define BINARY(type, name, expression)                                                        \
  BALBOA_CLONES static void name(int64_t n, char *const *pointer, const int64_t *stride) {     \
    type *out = (type *)(void *)pointer[0];                                                    \
    const type *a = (const type *)(const void *)pointer[1];                                    \
    const type *b = (const type *)(const void *)pointer[2];                                    \
    const int64_t sa = stride[1], sb = stride[2];                                              \
    if (sa == 1 && sb == 1) {                                                                  \
      BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                            \
        const type u = a[i], v = b[i];                                                         \
        out[i] = (type)(expression);                                                           \
      }                                                                                        \
    } else if (sa == 1 && sb == 0) {                                                           \
      const type v = b[0];                                                                     \
      BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                            \
        const type u = a[i];                                                                   \
        out[i] = (type)(expression);                                                           \
      }                                                                                        \
    } else if (sa == 0 && sb == 1) {                                                           \
      const type u = a[0];                                                                     \
      BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                            \
        const type v = b[i];                                                                   \
        out[i] = (type)(expression);                                                           \
      }                                                                                        \
    } else {                                                                                   \
      for (int64_t i = 0; i < n; i++) {                                                        \
        const type u = a[i * sa], v = b[i * sb];                                               \
        out[i] = (type)(expression);                                                           \
      }                                                                                        \
    }                                                                                          \
  }

/* The row kernel of a kind; NULL for what there is not. */
bk_row_fn bk_binary(int32_t dtype, int32_t kind);

/* The kinds from ATAN2 on; NULL for what there is not. */
bk_row_fn bk_binary_math(int32_t dtype, int32_t kind);

/* The row kernel of kinds POW, REMAINDER, FMOD and FLOOR_DIVIDE of integers; NULL for any other. */
bk_row_fn bk_binary_integer(int32_t dtype, int32_t kind);

#endif
