/* Numbers between two others, and numbers in the place of what is none. */
#include <math.h>

#include "walk.h"

/* b - (1 - w) (b - a) from the middle on: 1 - w is exact there, and w = 1 gives b. */
#define LERP(T, name)                                                                      \
  BALBOA_INLINE T name##_of(T a, T b, T w) {                                                \
    const T d = b - a;                                                                      \
    return w < (T)0.5 ? a + w * d : b - ((T)1 - w) * d;                                     \
  }                                                                                         \
  BALBOA_CLONES static void name(int64_t n, char *const *pointer, const int64_t *stride) {  \
    T *out = (T *)(void *)pointer[0];                                                       \
    const T *a = (const T *)(const void *)pointer[1];                                       \
    const T *b = (const T *)(const void *)pointer[2];                                       \
    const T *w = (const T *)(const void *)pointer[3];                                       \
    const int64_t sa = stride[1], sb = stride[2], sw = stride[3];                           \
    if (sa == 1 && sb == 1 && sw == 1) {                                                    \
      BALBOA_SIMD for (int64_t i = 0; i < n; i++) { out[i] = name##_of(a[i], b[i], w[i]); } \
    } else if (sa == 1 && sb == 1 && sw == 0) {                                             \
      const T c = w[0];                                                                     \
      BALBOA_SIMD for (int64_t i = 0; i < n; i++) { out[i] = name##_of(a[i], b[i], c); }    \
    } else {                                                                                \
      for (int64_t i = 0; i < n; i++) {                                                     \
        out[i] = name##_of(a[i * sa], b[i * sb], w[i * sw]);                                \
      }                                                                                     \
    }                                                                                       \
  }

LERP(float, lerp_f32)
LERP(double, lerp_f64)

int32_t balboa_lerp(int32_t dtype, int32_t ndim, const int64_t *dims, const void *a, const int64_t *a_strides,
                    const void *b, const int64_t *b_strides, const void *w, const int64_t *w_strides, void *out) {
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  const int32_t size = bk_dtype_size(dtype);
  const int32_t sizes[4] = {size, size, size, size};
  const void *const inputs[3] = {a, b, w};
  const int64_t *const strides[3] = {a_strides, b_strides, w_strides};
  return bk_walk_run(4, sizes, ndim, dims, out, inputs, strides, BK_GRAIN_CHEAP,
                     dtype == BALBOA_F32 ? lerp_f32 : lerp_f64);
}

typedef struct {
  const void *x;
  void *y;
  double nan, infinity, minus_infinity;
} replacement;

#define REPLACE(T, name)                                                                    \
  BALBOA_CLONES static void name(void *context, int64_t begin, int64_t end) {               \
    const replacement *r = context;                                                         \
    const T *x = r->x;                                                                      \
    T *y = r->y;                                                                            \
    const T nan = (T)r->nan, most = (T)r->infinity, least = (T)r->minus_infinity;           \
    BALBOA_SIMD for (int64_t i = begin; i < end; i++) {                                     \
      const T v = x[i];                                                                     \
      const T u = v == (T)INFINITY ? most : (v == -(T)INFINITY ? least : v);                \
      y[i] = v == v ? u : nan;                                                              \
    }                                                                                       \
  }

REPLACE(float, replace_f32)
REPLACE(double, replace_f64)

int32_t balboa_nan_to_num(int32_t dtype, int64_t n, const void *x, double nan, double infinity, double minus_infinity,
                          void *y) {
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  BK_CHECK(n >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(n == 0 || (x != NULL && y != NULL), BALBOA_ERR_NULL);
  replacement r = {x, y, nan, infinity, minus_infinity};
  bk_parallel(n, BK_GRAIN_CHEAP, dtype == BALBOA_F32 ? replace_f32 : replace_f64, &r);
  return BALBOA_OK;
}
