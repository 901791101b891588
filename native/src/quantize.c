/* Between real numbers and the bytes that stand for them: x = scale (q - zero). */
#include <math.h>

#include "internal.h"

/* n elements whose scales and zero points lie `step` (0 or 1) apart. */
typedef void (*row_fn)(int64_t n, const void *from, const void *scales, const void *zeros, int64_t step, void *to);

#define QUANTIZE(real, byte, low, high, name)                                                                     \
  BALBOA_INLINE byte name##_one(real x, real scale, byte zero) {                                                  \
    const double q = rint((double)(real)(x / scale)) + (double)zero;                                              \
    return (byte)(q >= (high) ? (high) : q <= (low) ? (low) : q == q ? (int32_t)q : 0);                           \
  }                                                                                                               \
  ROWS(real, byte, real, byte, name, name##_one(x[i], scale, zero))

#define DEQUANTIZE(real, code, name) \
  ROWS(code, real, real, code, name, (real)(((double)x[i] - (double)zero) * (double)scale))

/* y[i] for all of x, with one scale and zero point or with one for each. */
#define ROWS(source, target, real, code, name, expression)                                                        \
  BALBOA_CLONES static void name(int64_t n, const void *from, const void *scales, const void *zeros, int64_t step, \
                                 void *to) {                                                                      \
    const source *x = from;                                                                                       \
    target *y = to;                                                                                               \
    if (step == 0) {                                                                                              \
      const real scale = ((const real *)scales)[0];                                                               \
      const code zero = ((const code *)zeros)[0];                                                                 \
      BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] = expression; }                                          \
    } else {                                                                                                      \
      BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                                               \
        const real scale = ((const real *)scales)[i];                                                             \
        const code zero = ((const code *)zeros)[i];                                                               \
        y[i] = expression;                                                                                        \
      }                                                                                                           \
    }                                                                                                             \
  }

QUANTIZE(float, uint8_t, 0, 255, quantize_f32_u8)
QUANTIZE(float, int8_t, -128, 127, quantize_f32_i8)
QUANTIZE(double, uint8_t, 0, 255, quantize_f64_u8)
QUANTIZE(double, int8_t, -128, 127, quantize_f64_i8)
DEQUANTIZE(float, uint8_t, dequantize_f32_u8)
DEQUANTIZE(float, int8_t, dequantize_f32_i8)
DEQUANTIZE(float, int32_t, dequantize_f32_i32)
DEQUANTIZE(double, uint8_t, dequantize_f64_u8)
DEQUANTIZE(double, int8_t, dequantize_f64_i8)
DEQUANTIZE(double, int32_t, dequantize_f64_i32)

typedef struct {
  row_fn row;
  int64_t channels, n, step;
  int32_t from_size, to_size, scale_size, zero_size;
  int single;
  const char *from, *scales, *zeros;
  char *to;
} quantize_job;

static void rows_range(void *context, int64_t begin, int64_t end) {
  const quantize_job *job = context;
  if (job->single) {
    job->row(end - begin, job->from + begin * job->from_size, job->scales, job->zeros, 0, job->to + begin * job->to_size);
    return;
  }
  for (int64_t r = begin; r < end; r++) {
    const int64_t c = job->step ? 0 : r % job->channels;
    job->row(job->n, job->from + r * job->n * job->from_size, job->scales + c * job->scale_size,
             job->zeros + c * job->zero_size, job->step, job->to + r * job->n * job->to_size);
  }
}

static int32_t run(row_fn row, int32_t from_type, int32_t to_type, int32_t real, int32_t code, int64_t outer,
                   int64_t channels, int64_t inner, const void *from, const void *scales, const void *zeros, void *to) {
  BK_CHECK(row != NULL, BALBOA_ERR_KIND);
  const int64_t total = bk_product3(outer, channels, inner);
  BK_CHECK(total >= 0, BALBOA_ERR_ARGUMENT);
  if (total == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(from != NULL && scales != NULL && zeros != NULL && to != NULL, BALBOA_ERR_NULL);
  quantize_job job = {.row = row, .channels = channels, .from = from, .scales = scales, .zeros = zeros, .to = to};
  job.from_size = bk_dtype_size(from_type);
  job.to_size = bk_dtype_size(to_type);
  job.scale_size = bk_dtype_size(real);
  job.zero_size = bk_dtype_size(code);
  if (channels == 1) {
    job.single = 1;
    bk_parallel(total, BK_GRAIN_CHEAP, rows_range, &job);
    return BALBOA_OK;
  }
  job.step = inner == 1;
  job.n = inner == 1 ? channels : inner;
  bk_parallel(total / job.n, bk_max(1, BK_GRAIN_CHEAP / job.n), rows_range, &job);
  return BALBOA_OK;
}

int32_t balboa_quantize(int32_t real, int32_t code, int64_t outer, int64_t channels, int64_t inner, const void *x,
                        const void *scales, const void *zeros, void *y) {
  const row_fn row = real == BALBOA_F32   ? (code == BALBOA_U8 ? quantize_f32_u8 : code == BALBOA_I8 ? quantize_f32_i8 : NULL)
                     : real == BALBOA_F64 ? (code == BALBOA_U8 ? quantize_f64_u8 : code == BALBOA_I8 ? quantize_f64_i8 : NULL)
                                          : NULL;
  return run(row, real, code, real, code, outer, channels, inner, x, scales, zeros, y);
}

int32_t balboa_dequantize(int32_t real, int32_t code, int64_t outer, int64_t channels, int64_t inner, const void *q,
                          const void *scales, const void *zeros, void *y) {
  static const row_fn rows[2][3] = {{dequantize_f32_u8, dequantize_f32_i8, dequantize_f32_i32},
                                    {dequantize_f64_u8, dequantize_f64_i8, dequantize_f64_i32}};
  const int32_t column = code == BALBOA_U8 ? 0 : code == BALBOA_I8 ? 1 : code == BALBOA_I32 ? 2 : -1;
  const int known = (real == BALBOA_F32 || real == BALBOA_F64) && column >= 0;
  return run(known ? rows[real == BALBOA_F64][column] : NULL, code, real, real, code, outer, channels, inner, q, scales,
             zeros, y);
}

int32_t balboa_quantize_range(int32_t real, const void *smallest, const void *largest, void *scale, uint8_t *zero) {
  BK_CHECK(real == BALBOA_F32 || real == BALBOA_F64, BALBOA_ERR_KIND);
  BK_CHECK(smallest != NULL && largest != NULL && scale != NULL && zero != NULL, BALBOA_ERR_NULL);
  const int single = real == BALBOA_F32;
  const double a = single ? (double)*(const float *)smallest : *(const double *)smallest;
  const double b = single ? (double)*(const float *)largest : *(const double *)largest;
  const double low = a < 0 ? a : 0, high = b > 0 ? b : 0;
  double s = single ? (double)((float)(high - low) / 255.0f) : (high - low) / 255;
  s = s == 0 ? 1 : s;
  const double z = rint(single ? (double)((float)-low / (float)s) : -low / s);
  *zero = (uint8_t)(z >= 255 ? 255 : z > 0 ? (int32_t)z : 0);
  if (single) {
    *(float *)scale = (float)s;
  } else {
    *(double *)scale = s;
  }
  return BALBOA_OK;
}
