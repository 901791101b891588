/*
 * balboa_kernels: the loops that neither oneDNN nor OpenBLAS has.
 *
 * Rules that hold for every function
 *   - Row-major, native byte order. Sizes, dims and strides count ELEMENTS (never bytes), as int64_t.
 *     "f32[N, C]" after a parameter is its dtype and shape; contiguous unless strides are passed.
 *   - The return value is a balboa_status (0 = done). On an error nothing has been written, except *bad_index.
 *     A pointer may be NULL only when it addresses zero elements, or where that is said.
 *   - A size of zero is legal everywhere.
 *   - An output may be exactly the same array as an input of the same element size ("in place") where that is said;
 *     any other overlap is undefined.
 *   - No allocation, no global mutable state, no I/O. Any thread may call, also concurrently on different outputs.
 *   - Work above a size that pays for waking threads is split over OpenMP threads (the calling thread's limit, see
 *     balboa_set_threads). Results do not depend on the number of threads, bit for bit. They may differ in the last
 *     bits between instruction sets.
 *   - NaN is never lost: max, min, relu and clip propagate it.
 */
#ifndef BALBOA_KERNELS_H
#define BALBOA_KERNELS_H

#include <stdint.h>

#if defined(_WIN32)
#if defined(BALBOA_KERNELS_BUILD)
#define BALBOA_API __declspec(dllexport)
#else
#define BALBOA_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define BALBOA_API __attribute__((visibility("default")))
#else
#define BALBOA_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Raised with every incompatible change of this header; the loader refuses any other number. */
#define BALBOA_KERNELS_ABI 6
/* Most dims an array passed with dims and strides may have. */
#define BALBOA_MAX_DIMS 8

enum balboa_status {
  BALBOA_OK = 0,
  BALBOA_ERR_KIND = -1,        /* unknown kind, dtype or element size, or a kind this function does not have */
  BALBOA_ERR_ARGUMENT = -2,    /* negative or overflowing size, ndim outside 0..8, a parameter outside its range */
  BALBOA_ERR_NULL = -3,        /* NULL where elements are needed */
  BALBOA_ERR_INDEX = -4,       /* a label or index is out of range; *bad_index = its position in the index array */
  BALBOA_ERR_EMPTY = -5        /* max, min, argmax or argmin over zero elements */
};

enum balboa_dtype {
  BALBOA_F32 = 0,
  BALBOA_F64 = 1,
  BALBOA_I32 = 2,
  BALBOA_I64 = 3,
  BALBOA_U8 = 4,
  BALBOA_BOOL = 5, /* one byte, 0 or 1 */
  BALBOA_BF16 = 6, /* bfloat16: the upper half of an f32 */
  BALBOA_I8 = 7
};

/* ---- version and threads */

BALBOA_API int32_t balboa_kernels_abi_version(void);
/* Static string such as "0.1.0". */
BALBOA_API const char *balboa_kernels_version_string(void);
/* Static string: the code path this CPU gets, "avx512", "avx2" or "baseline". */
BALBOA_API const char *balboa_kernels_isa(void);
/* OpenMP threads the calling thread may use (1 in a build without OpenMP). */
BALBOA_API int32_t balboa_max_threads(void);
/* Sets that limit for the calling thread only (for oneDNN too when both share one OpenMP runtime); threads >= 1. */
BALBOA_API int32_t balboa_set_threads(int32_t threads);

/* ---- copy, fill, cast */

/* dst[i] = src[i] for every index i of dims[ndim], each side at its own strides. elem_size: 1, 2, 4 or 8 bytes.
 * src strides may be zero (broadcast) or negative; dst must not address an element twice. No overlap. */
BALBOA_API int32_t balboa_copy_strided(int32_t elem_size, int32_t ndim, const int64_t *dims, const void *src,
                                       const int64_t *src_strides, void *dst, const int64_t *dst_strides);
/* dst[0..n) = the low elem_size (1, 2, 4 or 8) bytes of pattern. */
BALBOA_API int32_t balboa_fill(int32_t elem_size, int64_t n, uint64_t pattern, void *dst);
/* dst[i] = src[i] converted (balboa_dtype both). Float to integer truncates and saturates, NaN gives 0 (as Java does;
 * also to u8 and i8); integer to narrower integer keeps the low bits; to bool is x != 0 (NaN: 1); to bf16 rounds once,
 * to nearest even.
 * In place if equal in size. */
BALBOA_API int32_t balboa_cast(int64_t n, int32_t src_dtype, const void *src, int32_t dst_dtype, void *dst);
/* dst[i] = table[src[i]], table of 65536: any function of a number of 16 bits. In place too. */
BALBOA_API int32_t balboa_lookup_16(int64_t n, const uint16_t *table, const uint16_t *src, uint16_t *dst);

/* ---- unary */

enum balboa_unary {
  BALBOA_RELU = 0,          /* max(x, 0) */
  BALBOA_LEAKY_RELU = 1,    /* x > 0 ? x : alpha x */
  BALBOA_ELU = 2,           /* x > 0 ? x : alpha (exp(x) - 1) */
  BALBOA_SELU = 3,          /* 1.0507.. * (x > 0 ? x : 1.6733.. (exp(x) - 1)) */
  BALBOA_GELU_ERF = 4,      /* x/2 (1 + erf(x / sqrt 2)) */
  BALBOA_GELU_TANH = 5,     /* x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) */
  BALBOA_SIGMOID = 6,       /* 1 / (1 + exp(-x)) */
  BALBOA_SILU = 7,          /* x sigmoid(x) */
  BALBOA_SOFTPLUS = 8,      /* alpha x > beta ? x : log(1 + exp(alpha x)) / alpha; PyTorch: alpha 1, beta 20 */
  BALBOA_HARD_SIGMOID = 9,  /* clamp(alpha x + beta, 0, 1); PyTorch: alpha 1/6, beta 1/2 */
  BALBOA_HARD_SWISH = 10,   /* x clamp(alpha x + beta, 0, 1); PyTorch: alpha 1/6, beta 1/2 */
  BALBOA_MISH = 11,         /* x tanh(log(1 + exp(x))) */
  BALBOA_TANH = 12,
  BALBOA_CLIP = 13,         /* min(max(x, alpha), beta) */
  BALBOA_LINEAR = 14,       /* alpha x + beta */
  BALBOA_EXP = 15,
  BALBOA_LOG = 16,
  BALBOA_SQRT = 17,
  BALBOA_RSQRT = 18,        /* 1 / sqrt(x) */
  BALBOA_ABS = 19,
  BALBOA_NEG = 20,
  BALBOA_SQUARE = 21,
  BALBOA_RECIPROCAL = 22,
  BALBOA_SIN = 23,          /* radians */
  BALBOA_COS = 24,
  BALBOA_ERF = 25,
  BALBOA_SIGN = 26,         /* -1, 0 or 1; NaN stays NaN */
  BALBOA_FLOOR = 27,
  BALBOA_CEIL = 28,
  BALBOA_ROUND = 29,        /* to nearest, halves to even */
  BALBOA_LOG1P = 30,        /* log(1 + x) */
  BALBOA_EXPM1 = 31,        /* exp(x) - 1 */
  BALBOA_TAN = 32,
  BALBOA_ASIN = 33,
  BALBOA_ACOS = 34,
  BALBOA_ATAN = 35,
  BALBOA_SINH = 36,
  BALBOA_COSH = 37,
  BALBOA_ASINH = 38,
  BALBOA_ACOSH = 39,
  BALBOA_ATANH = 40,
  BALBOA_LOG2 = 41,
  BALBOA_LOG10 = 42,
  BALBOA_EXP2 = 43,         /* 2^x */
  BALBOA_TRUNC = 44,        /* to the integer next to it towards zero */
  BALBOA_ERFC = 45,         /* 1 - erf(x) */
  BALBOA_ERFINV = 46,       /* the y with erf(y) = x; NaN outside [-1, 1] */
  BALBOA_POWER = 47,        /* x^alpha for a finite alpha, as C99 pow */
  BALBOA_CELU = 48,         /* x > 0 ? x : alpha (exp(x / alpha) - 1) */
  BALBOA_SOFTSIGN = 49,     /* x / (1 + |x|) */
  BALBOA_LOG_SIGMOID = 50,  /* log(1 / (1 + exp(-x))) */
  BALBOA_TANH_SHRINK = 51,  /* x - tanh(x) */
  BALBOA_HARD_SHRINK = 52,  /* |x| <= alpha ? 0 : x */
  BALBOA_SOFT_SHRINK = 53,  /* x > alpha ? x - alpha : x < -alpha ? x + alpha : 0 */
  BALBOA_THRESHOLD = 54     /* x <= alpha ? beta : x */
};

/* y[i] = f(x[i]), f32[n] both; alpha and beta where the kind names them. In place. */
BALBOA_API int32_t balboa_unary_f32(int32_t kind, int64_t n, const float *x, float *y, float alpha, float beta);
/* dx[i] = dy[i] f'(x[i]), f32[n]: kinds RELU..CLIP, ABS and CELU..THRESHOLD. At a kink PyTorch's choice (relu'(0) = 0;
 * abs'(0) = 0; clip' is 1 on the closed interval). dx may be x or dy. */
BALBOA_API int32_t balboa_unary_backward_f32(int32_t kind, int64_t n, const float *x, const float *dy, float *dx,
                                             float alpha, float beta);
/* The same from the result y = f(x): kinds RELU, SIGMOID, TANH, EXP, SQRT and, for alpha > 0, LEAKY_RELU and ELU.
 * dx may be y or dy. */
BALBOA_API int32_t balboa_unary_backward_from_y_f32(int32_t kind, int64_t n, const float *y, const float *dy,
                                                    float *dx, float alpha, float beta);
/* The three in f64[n], with the C library's functions. */
BALBOA_API int32_t balboa_unary_f64(int32_t kind, int64_t n, const double *x, double *y, double alpha, double beta);
BALBOA_API int32_t balboa_unary_backward_f64(int32_t kind, int64_t n, const double *x, const double *dy, double *dx,
                                             double alpha, double beta);
BALBOA_API int32_t balboa_unary_backward_from_y_f64(int32_t kind, int64_t n, const double *y, const double *dy,
                                                    double *dx, double alpha, double beta);

/* y = x, but other numbers in the place of NaN and of the infinities; dtype F32 or F64, n of each. In place. */
BALBOA_API int32_t balboa_nan_to_num(int32_t dtype, int64_t n, const void *x, double nan, double infinity,
                                     double minus_infinity, void *y);

/* Gated linear units (Dauphin et al., 2017), dtype F32 or F64: x [outer, 2, half], y [outer, half], y = a f(b) with
 * the first half a of each and the second, b; f is a kind of one variable that takes no parameters. */
BALBOA_API int32_t balboa_gated(int32_t dtype, int32_t kind, int64_t outer, int64_t half, const void *x, void *y);
/* dx [outer, 2, half]: f(b) dy and a f'(b) dy; kinds as balboa_unary_backward_f32 has them. */
BALBOA_API int32_t balboa_gated_backward(int32_t dtype, int32_t kind, int64_t outer, int64_t half, const void *x,
                                         const void *dy, void *dx);

/* ---- a weight per channel; dtype F32, F64 */

/* y = x > 0 ? x : w x; x, y [outer, channels, inner], w [channels]. In place. */
BALBOA_API int32_t balboa_prelu(int32_t dtype, int64_t outer, int64_t channels, int64_t inner, const void *x,
                                const void *w, void *y);
/* dx = x > 0 ? dy : w dy, in place of dy; dw[channels] = sum of x dy over the elements with x <= 0, added in f64. */
BALBOA_API int32_t balboa_prelu_backward(int32_t dtype, int64_t outer, int64_t channels, int64_t inner, const void *x,
                                         const void *w, const void *dy, void *dx, void *dw);

/* ---- binary, compare, select: broadcasting is a stride of 0 */

enum balboa_binary {
  BALBOA_ADD = 0,
  BALBOA_SUB = 1,
  BALBOA_MUL = 2,
  BALBOA_DIV = 3, /* integers: truncates, x / 0 = 0, the smallest / -1 wraps */
  BALBOA_MAX = 4,
  BALBOA_MIN = 5,
  BALBOA_POW = 6,         /* integers: wraps; a negative exponent gives 0, for base 1 and -1 what it should */
  BALBOA_ATAN2 = 7,       /* the angle of the point (b, a); f32, f64 */
  BALBOA_HYPOT = 8,       /* sqrt(a^2 + b^2), which neither overflows nor underflows on the way; f32, f64 */
  BALBOA_REMAINDER = 9,   /* a - b floor(a / b), of the sign of b; integers: 0 where b is 0 */
  BALBOA_FMOD = 10,       /* a - b trunc(a / b), of the sign of a; integers: 0 where b is 0 */
  BALBOA_FLOOR_DIVIDE = 11, /* floor(a / b) of the exact quotient; a / b where b is 0, for integers 0 */
  BALBOA_LOG_ADD_EXP = 12  /* log(exp(a) + exp(b)) without overflow; f32, f64 */
};
enum balboa_compare { BALBOA_EQ = 0, BALBOA_NE = 1, BALBOA_LT = 2, BALBOA_LE = 3, BALBOA_GT = 4, BALBOA_GE = 5 };
enum balboa_logical { BALBOA_AND = 0, BALBOA_OR = 1, BALBOA_XOR = 2 };

/* out = a op b over dims[ndim]; out contiguous. Any dtype but BOOL and BF16 (integers wrap). In place with an operand
 * whose strides are those of out. */
BALBOA_API int32_t balboa_binary(int32_t dtype, int32_t kind, int32_t ndim, const int64_t *dims, const void *a,
                                 const int64_t *a_strides, const void *b, const int64_t *b_strides, void *out);
/* out = a + w (b - a), b itself where w is 1; dtype F32 or F64, as balboa_binary. */
BALBOA_API int32_t balboa_lerp(int32_t dtype, int32_t ndim, const int64_t *dims, const void *a,
                               const int64_t *a_strides, const void *b, const int64_t *b_strides, const void *w,
                               const int64_t *w_strides, void *out);
/* out bool[dims] = a op b; any dtype but BF16. IEEE: NaN differs from everything. */
BALBOA_API int32_t balboa_compare(int32_t dtype, int32_t kind, int32_t ndim, const int64_t *dims, const void *a,
                                  const int64_t *a_strides, const void *b, const int64_t *b_strides, uint8_t *out);
/* out bool[dims] = a op b for bool operands. In place as balboa_binary. */
BALBOA_API int32_t balboa_logical(int32_t kind, int32_t ndim, const int64_t *dims, const uint8_t *a,
                                  const int64_t *a_strides, const uint8_t *b, const int64_t *b_strides, uint8_t *out);
/* out[i] = cond[i] != 0 ? a[i] : b[i]; cond bool; a, b, out of elem_size 1, 2, 4 or 8. In place as balboa_binary. */
BALBOA_API int32_t balboa_where(int32_t elem_size, int32_t ndim, const int64_t *dims, const uint8_t *cond,
                                const int64_t *cond_strides, const void *a, const int64_t *a_strides, const void *b,
                                const int64_t *b_strides, void *out);

/* ---- chains of element-wise functions */

enum balboa_chain {
  BALBOA_CHAIN_UNARY = 0,          /* f(left) of a balboa_unary with alpha and beta */
  BALBOA_CHAIN_BINARY = 1,         /* left op right of a balboa_binary */
  BALBOA_CHAIN_BACKWARD = 2,       /* f'(left) right, as balboa_unary_backward_f32 */
  BALBOA_CHAIN_BACKWARD_FROM_Y = 3 /* the same from the result, as balboa_unary_backward_from_y_f32 */
};

/* out = the result of the last of `count` <= 16 functions, each by the loop of its own call, which go over memory together.
 * links int32[count, 4] = {balboa_chain, kind, left, right}: operands are inputs 0, 1, ... or ~j for the
 * result of function j before; numbers f32[count, 2] = alpha, beta. out [dims] contiguous; strides int64[inputs, ndim];
 * 1 to 6 inputs, the others may be NULL. In place with an input whose strides are those of out. */
BALBOA_API int32_t balboa_chain_f32(int32_t count, const int32_t *links, const float *numbers, int32_t inputs,
                                    int32_t ndim, const int64_t *dims, const int64_t *strides, const float *x0,
                                    const float *x1, const float *x2, const float *x3, const float *x4,
                                    const float *x5, float *out);

/* ---- reductions: x viewed as [outer, red, inner] */

enum balboa_reduce {
  BALBOA_REDUCE_SUM = 0,
  BALBOA_REDUCE_MEAN = 1,          /* NaN over zero elements */
  BALBOA_REDUCE_MAX = 2,
  BALBOA_REDUCE_MIN = 3,
  BALBOA_REDUCE_PROD = 4,
  BALBOA_REDUCE_SUM_SQUARES = 5
};

/* out[outer, inner]; dtype F32, F64 (all kinds; sums of f32 are accumulated in f64) or I32, I64, U8, I8 (SUM, MAX, MIN,
 * PROD; wrapping). */
BALBOA_API int32_t balboa_reduce(int32_t dtype, int32_t kind, int64_t outer, int64_t red, int64_t inner, const void *x,
                                 void *out);
/* Statistics in f64 arithmetic; dtype F32, F64. Variance: the sum of squared deviations from the mean, divided by
 * red - correction (or 0, if that is negative); correction >= 0. */
BALBOA_API int32_t balboa_variance(int32_t dtype, int64_t outer, int64_t red, int64_t inner, const void *x,
                                   double correction, void *out);
/* y[outer, red, inner] = x - mean. In place. */
BALBOA_API int32_t balboa_center(int32_t dtype, int64_t outer, int64_t red, int64_t inner, const void *x, void *y);
/* Root of the sum of squares, which neither overflows nor underflows on the way. */
BALBOA_API int32_t balboa_norm2(int32_t dtype, int64_t outer, int64_t red, int64_t inner, const void *x, void *out);
/* log(sum(exp(x))), which does not overflow on the way; -infinity over zero elements. */
BALBOA_API int32_t balboa_logsumexp(int32_t dtype, int64_t outer, int64_t red, int64_t inner, const void *x, void *out);
enum balboa_bool_reduce { BALBOA_ANY = 0, BALBOA_ALL = 1, BALBOA_COUNT = 2 };
/* Of bool x: whether any is set, whether all are (out bool[outer, inner]), how many are (out i64[outer, inner]). */
BALBOA_API int32_t balboa_reduce_bool(int32_t kind, int64_t outer, int64_t red, int64_t inner, const uint8_t *x,
                                      void *out);
/* out i32[outer, inner] = first index of the largest element along red (< 2^31); NaN counts as the largest. */
BALBOA_API int32_t balboa_argmax_f32(int64_t outer, int64_t red, int64_t inner, const float *x, int32_t *out);
/* The same for the smallest; NaN counts as the smallest. */
BALBOA_API int32_t balboa_argmin_f32(int64_t outer, int64_t red, int64_t inner, const float *x, int32_t *out);
/* Either, of F32, F64, I32, I64, U8 or I8. */
BALBOA_API int32_t balboa_arg_extreme(int32_t dtype, int32_t max, int64_t outer, int64_t red, int64_t inner,
                                      const void *x, int32_t *out);

/* ---- softmax over the middle of [outer, n, inner] */

/* y may be x. */
BALBOA_API int32_t balboa_softmax_f32(int64_t outer, int64_t n, int64_t inner, const float *x, float *y);
BALBOA_API int32_t balboa_log_softmax_f32(int64_t outer, int64_t n, int64_t inner, const float *x, float *y);
/* From the forward result y. dx may be y or dy. */
BALBOA_API int32_t balboa_softmax_backward_f32(int64_t outer, int64_t n, int64_t inner, const float *y, const float *dy,
                                               float *dx);
BALBOA_API int32_t balboa_log_softmax_backward_f32(int64_t outer, int64_t n, int64_t inner, const float *y,
                                                   const float *dy, float *dx);
/* Softmax, or its logarithm if log_of is not 0, in f64. In place as above. */
BALBOA_API int32_t balboa_softmax_f64(int32_t log_of, int64_t outer, int64_t n, int64_t inner, const double *x,
                                      double *y);
BALBOA_API int32_t balboa_softmax_backward_f64(int32_t log_of, int64_t outer, int64_t n, int64_t inner, const double *y,
                                               const double *dy, double *dx);

/* out f32[rows, classes]: 1 at the label, else 0. */
BALBOA_API int32_t balboa_one_hot_f32(int64_t rows, int64_t classes, const int32_t *labels, float *out,
                                      int64_t *bad_index);

/* ---- losses on class labels
 * dtype F32 or F64: x, weights, loss and gradients; x [outer, classes, inner]. labels [outer, inner] of label_dtype I32
 * or I64, each in [0, classes) or equal to `ignored`: such a position y counts nothing. weights [classes], NULL for
 * ones. The loss is [outer, inner] for NONE, [1] for SUM and for MEAN, which divides by the weights of the labels that
 * count (NaN when there are none). bad_index: first position with a bad label. */

enum balboa_reduction { BALBOA_REDUCTION_NONE = 0, BALBOA_REDUCTION_MEAN = 1, BALBOA_REDUCTION_SUM = 2 };

/* x are logits, lse their log-sum-exp over the classes: loss = (1 - smoothing) w[y] (lse - x[y])
 * + smoothing / classes * sum over c of w[c] (lse - x[c]); smoothing in [0, 1]. */
BALBOA_API int32_t balboa_cross_entropy(int32_t dtype, int64_t outer, int64_t classes, int64_t inner, const void *x,
                                        int32_t label_dtype, const void *labels, const void *weights, double smoothing,
                                        int64_t ignored, int32_t reduction, void *loss, int64_t *bad_index);
/* dx = the derivative of that times dloss, which is shaped like the loss. dx may be x. */
BALBOA_API int32_t balboa_cross_entropy_backward(int32_t dtype, int64_t outer, int64_t classes, int64_t inner,
                                                 const void *x, int32_t label_dtype, const void *labels,
                                                 const void *weights, double smoothing, int64_t ignored,
                                                 int32_t reduction, const void *dloss, void *dx, int64_t *bad_index);
/* x are log-probabilities: loss = -w[y] x[y]. */
BALBOA_API int32_t balboa_nll(int32_t dtype, int64_t outer, int64_t classes, int64_t inner, const void *x,
                              int32_t label_dtype, const void *labels, const void *weights, int64_t ignored,
                              int32_t reduction, void *loss, int64_t *bad_index);
BALBOA_API int32_t balboa_nll_backward(int32_t dtype, int64_t outer, int64_t classes, int64_t inner,
                                       int32_t label_dtype, const void *labels, const void *weights, int64_t ignored,
                                       int32_t reduction, const void *dloss, void *dx, int64_t *bad_index);

/* Scores x [outer, classes]: loss = 1 / classes * sum over i other than y of max(0, margin - x[y] + x[i])^power; power
 * 1 or 2. No label is ignored. */
BALBOA_API int32_t balboa_multi_margin(int32_t dtype, int64_t outer, int64_t classes, const void *x,
                                       int32_t label_dtype, const void *labels, double margin, int32_t power,
                                       int32_t reduction, void *loss, int64_t *bad_index);
/* dx may be x. */
BALBOA_API int32_t balboa_multi_margin_backward(int32_t dtype, int64_t outer, int64_t classes, const void *x,
                                                int32_t label_dtype, const void *labels, double margin, int32_t power,
                                                int32_t reduction, const void *dloss, void *dx, int64_t *bad_index);

/* ---- losses of an output x against a target t, element by element */

enum balboa_pointwise_loss {
  BALBOA_LOSS_SQUARED = 0,  /* (x - t)^2 */
  BALBOA_LOSS_ABSOLUTE = 1, /* |x - t|; its slope at 0 is 0 */
  BALBOA_LOSS_HUBER = 2,    /* d = |x - t|: d^2 / 2 up to the parameter p > 0, then p (d - p / 2) */
  BALBOA_LOSS_BCE = 3,      /* -(t log(x) + (1 - t) log(1 - x)), logarithms not below -100, where their slope is 0 */
  BALBOA_LOSS_LOGITS = 4,   /* the same of sigmoid(x), without cancellation */
  BALBOA_LOSS_KL = 5,       /* t (log(t) - x), 0 for t = 0: x is a logarithm of a probability */
  BALBOA_LOSS_POISSON = 6   /* exp(x) - t x */
};
/* dtype F32 or F64: x, t [n]; loss and dloss [n], or one number where they are reduced (sums in f64; the mean over
 * nothing is NaN). dt may be NULL: not wanted. dx and dt may be x and t. */
BALBOA_API int32_t balboa_pointwise_loss(int32_t dtype, int32_t kind, double parameter, int32_t reduction, int64_t n,
                                         const void *x, const void *t, void *loss);
BALBOA_API int32_t balboa_pointwise_loss_backward(int32_t dtype, int32_t kind, double parameter, int32_t reduction,
                                                  int64_t n, const void *x, const void *t, const void *dloss, void *dx,
                                                  void *dt);

/* ---- connectionist temporal classification (Graves et al., ICML 2006)
 * dtype F32 or F64: x [steps, batch, classes] log-probabilities, loss [batch]; targets i32[batch, width], of which the
 * first target_lengths[n] count, each a class other than blank; input_lengths i32[batch] in [0, steps]. Sums run in
 * f64. A sequence that cannot be aligned has an infinite loss, or 0 if zero_infinity. bad_index: first sample whose
 * lengths or targets are out of range. */

/* loss_n = -log of the sum over all alignments of the products of their probabilities.
 * work: f64[batch * 2 * (2 width + 1)]. */
BALBOA_API int32_t balboa_ctc(int32_t dtype, int64_t steps, int64_t batch, int64_t classes, int64_t width,
                              const void *x, const int32_t *targets, const int32_t *input_lengths,
                              const int32_t *target_lengths, int32_t blank, int32_t zero_infinity, double *work,
                              void *loss, int64_t *bad_index);
/* dx = dloss[n] times the derivative by x, which is minus the probability of being at that class at that step; 0 beyond
 * input_lengths[n]; NaN within where the loss is infinite or NaN, 0 where zero_infinity made it 0.
 * work: f64[batch * (steps + 1) * (2 width + 1)]. */
BALBOA_API int32_t balboa_ctc_backward(int32_t dtype, int64_t steps, int64_t batch, int64_t classes, int64_t width,
                                       const void *x, const int32_t *targets, const int32_t *input_lengths,
                                       const int32_t *target_lengths, int32_t blank, int32_t zero_infinity,
                                       const void *dloss, double *work, void *dx, int64_t *bad_index);

/* ---- random numbers: Philox4x32-10 (Salmon et al., SC'11)
 * key i64[2] = (seed, sequence). Element i takes word i % 4 of the block with counter (lo32(i/4), hi32(i/4),
 * lo32(sequence), hi32(sequence)) under the key words (lo32(seed), hi32(seed)); uniform u = (word >>> 8) * 2^-24. */

/* y[i] = u * (hi - lo) + lo in f32, each operation rounded: [lo, hi) up to rounding. */
BALBOA_API int32_t balboa_uniform_f32(int64_t n, const int64_t *key, float lo, float hi, float *y);
/* y[i] = z * std + mean; Box-Muller on the word pairs (0, 1) and (2, 3): u1 = ((w0 >>> 8) + 1) * 2^-24,
 * u2 = (w1 >>> 8) * 2^-24, z0 = sqrt(-2 ln u1) cos(2 pi u2), z1 = the same with sin. */
BALBOA_API int32_t balboa_normal_f32(int64_t n, const int64_t *key, float mean, float std, float *y);
/* y[i] = u < p ? 1 : 0; p in [0, 1]. */
BALBOA_API int32_t balboa_bernoulli_f32(int64_t n, const int64_t *key, float p, float *y);
/* y[i] uniform in low, low + 1, ..., low + range - 1, without bias; range >= 1 as u64, i64 wraps. Element i takes the words
 * (w0, w1), if i is even, or (w2, w3) of the block with counter i / 2 + attempt 2^56, as w = w0 + 2^32 w1: the upper half
 * of the 128-bit product w range, unless its lower half is below 2^64 mod range; then the next attempt. */
BALBOA_API int32_t balboa_random_i64(int64_t n, const int64_t *key, int64_t low, uint64_t range, int64_t *y);
/* The same as i32; low + range - 1 < 2^31. */
BALBOA_API int32_t balboa_random_i32(int64_t n, const int64_t *key, int32_t low, uint64_t range, int32_t *y);
/* y = 0 .. n-1, n < 2^31, then for i = n - 1 .. 1 element i changes places with element j <= i, where j is number i of
 * balboa_random_i64 with low 0 and range i + 1 (Fisher and Yates). */
BALBOA_API int32_t balboa_permutation(int64_t n, const int64_t *key, int32_t *y);
/* y[i] = u >= p ? x[i] * (1 / (1 - p)) : 0; p in [0, 1]. The same call on dy is the backward pass. y may be x. */
BALBOA_API int32_t balboa_dropout_f32(int64_t n, const int64_t *key, float p, const float *x, float *y);
/* The same elements of f64 numbers: u and p are compared in f32. */
BALBOA_API int32_t balboa_dropout_f64(int64_t n, const int64_t *key, double p, const double *x, double *y);

/* ---- optimizers: one call updates `count` tensors in place
 * sizes i64[count]; params, grads and state are arrays of count pointers to f32[sizes[t]]. args: f64 array, read at
 * the call, so that a schedule changes memory and not code. Semantics of PyTorch 2. State starts as zeros. */

/* args[4] = {lr, momentum, weight_decay, nesterov (0 or 1)}; g += wd p; b = momentum b + g;
 * p -= lr (nesterov ? g + momentum b : b). momentum_buffers may be NULL when momentum is 0. */
BALBOA_API int32_t balboa_sgd_f32(int64_t count, const int64_t *sizes, float *const *params, const float *const *grads,
                                  float *const *momentum_buffers, const double *args);
/* args[8] = {lr, beta1, beta2, eps, weight_decay, 1 - beta1^t, 1 - beta2^t, decoupled (0: Adam, 1: AdamW)};
 * Adam: g += wd p; AdamW: p *= 1 - lr wd; m += (1 - beta1) (g - m); v = beta2 v + (1 - beta2) g^2;
 * p -= lr / args[5] * m / (sqrt(v) / sqrt(args[6]) + eps). */
BALBOA_API int32_t balboa_adam_f32(int64_t count, const int64_t *sizes, float *const *params, const float *const *grads,
                                   float *const *exp_avg, float *const *exp_avg_sq, const double *args);
/* args[5] = {lr, alpha, eps, weight_decay, momentum}; g += wd p; v = alpha v + (1 - alpha) g^2;
 * u = g / (sqrt(v) + eps); momentum > 0: b = momentum b + u, p -= lr b; else p -= lr u.
 * momentum_buffers may be NULL when momentum is 0. */
BALBOA_API int32_t balboa_rmsprop_f32(int64_t count, const int64_t *sizes, float *const *params,
                                      const float *const *grads, float *const *square_avg,
                                      float *const *momentum_buffers, const double *args);
/* The same of f64 tensors. */
BALBOA_API int32_t balboa_sgd_f64(int64_t count, const int64_t *sizes, double *const *params,
                                  const double *const *grads, double *const *momentum_buffers, const double *args);
BALBOA_API int32_t balboa_adam_f64(int64_t count, const int64_t *sizes, double *const *params,
                                   const double *const *grads, double *const *exp_avg, double *const *exp_avg_sq,
                                   const double *args);
BALBOA_API int32_t balboa_rmsprop_f64(int64_t count, const int64_t *sizes, double *const *params,
                                      const double *const *grads, double *const *square_avg,
                                      double *const *momentum_buffers, const double *args);
/* *out = sum of squares of all elements of all tensors, in f64. */
BALBOA_API int32_t balboa_sum_squares_multi_f32(int64_t count, const int64_t *sizes, const float *const *tensors,
                                                double *out);
/* Every element *= factor (rounded to f32). */
BALBOA_API int32_t balboa_scale_multi_f32(int64_t count, const int64_t *sizes, float *const *tensors, double factor);
/* *norm = sqrt(sum of squares); if max_norm / (*norm + 1e-6) < 1 every element is scaled by it. max_norm >= 0. */
BALBOA_API int32_t balboa_clip_norm_multi_f32(int64_t count, const int64_t *sizes, float *const *tensors,
                                              double max_norm, double *norm);

/* ---- picking and placing by index
 * An index array has index_dtype BALBOA_I32 or BALBOA_I64; entries lie in [-size, size) of what they index, negative ones
 * count from the end. The first one outside gives BALBOA_ERR_INDEX. */

/* out[o, k, i] = x[o, indices[k], i]: x [outer, rows, inner], out [outer, count, inner], elem_size 1, 2, 4 or 8. An
 * embedding is outer = 1. */
BALBOA_API int32_t balboa_gather_rows(int32_t elem_size, int32_t index_dtype, int64_t outer, int64_t rows, int64_t inner,
                                      int64_t count, const void *indices, const void *x, void *out,
                                      int64_t *bad_index);
/* dx[o, indices[k], i] += dy[o, k, i], in the order of k; dx [outer, rows, inner] holds its starting values. dtype F32
 * or F64. */
BALBOA_API int32_t balboa_scatter_add_rows(int32_t dtype, int32_t index_dtype, int64_t outer, int64_t rows,
                                           int64_t inner, int64_t count, const void *indices, const void *dy, void *dx,
                                           int64_t *bad_index);
/* out[indices[k], i] = src[k, i], in the order of k: out [rows, inner], src [count, inner], elem_size 1, 2, 4 or 8. */
BALBOA_API int32_t balboa_put_rows(int32_t elem_size, int32_t index_dtype, int64_t rows, int64_t inner, int64_t count,
                                   const void *indices, const void *src, void *out, int64_t *bad_index);

/* The coordinates i64[count, ndim] of the bytes of mask [dims] that are not 0, in row-major order; ndim >= 1.
 * *found = how many they are; if that is not count, nothing else is written. */
BALBOA_API int32_t balboa_positions(int32_t ndim, const int64_t *dims, const uint8_t *mask, int64_t count,
                                    int64_t *positions, int64_t *found);

/* One index an element: indices [dims], x [x_dims]; dims[d] <= x_dims[d] on all axes but `axis`. */
/* out[.., k, ..] = x[.., indices[.., k, ..], ..], out [dims], elem_size 1, 2, 4 or 8. */
BALBOA_API int32_t balboa_gather(int32_t elem_size, int32_t index_dtype, int32_t ndim, int32_t axis,
                                 const int64_t *x_dims, const int64_t *dims, const void *indices, const void *x,
                                 void *out, int64_t *bad_index);
/* x[.., indices[.., k, ..], ..] = src[.., k, ..], src [dims]; of several on one element the last in row-major order
 * stays. elem_size 1, 2, 4 or 8. */
BALBOA_API int32_t balboa_scatter(int32_t elem_size, int32_t index_dtype, int32_t ndim, int32_t axis,
                                  const int64_t *x_dims, const int64_t *dims, const void *indices, const void *src,
                                  void *x, int64_t *bad_index);
/* x[.., indices[.., k, ..], ..] += src[.., k, ..], in row-major order; dtype F32 or F64. */
BALBOA_API int32_t balboa_scatter_add(int32_t dtype, int32_t index_dtype, int32_t ndim, int32_t axis,
                                      const int64_t *x_dims, const int64_t *dims, const void *indices, const void *src,
                                      void *x, int64_t *bad_index);

/* ---- along axes */

/* out[i0, i1, ...] = x[t0[i0], t1[i1], ...], or the low bytes of pattern where an entry is -1; x [x_dims],
 * out [out_dims], elem_size 1, 2, 4 or 8. tables i64[sum of out_dims]: t0, t1, ..., entries in [-1, x_dims). */
BALBOA_API int32_t balboa_map_axes(int32_t elem_size, int32_t ndim, const int64_t *x_dims, const int64_t *out_dims,
                                   const int64_t *tables, uint64_t pattern, const void *x, void *out);
/* y[o, j, i] = sum over t in [offsets[j], offsets[j + 1]) of weights[t] x[o, sources[t], i], in the order of t:
 * x [outer, n, inner], y [outer, m, inner], dtype F32 or F64; offsets i64[m + 1] ascending from 0, sources
 * i64[offsets[m]] in [0, n), weights f64[offsets[m]], NULL for ones. */
BALBOA_API int32_t balboa_combine_axis(int32_t dtype, int64_t outer, int64_t n, int64_t inner, int64_t m,
                                       const int64_t *offsets, const int64_t *sources, const double *weights,
                                       const void *x, void *y);
/* y [n, channels, places] = pictures x [n, channels, height, width] at the places of grid [n, places, 2], dtype F32 or
 * F64. A place is (x, y), -1 and 1 the centres of the border elements if aligned, else their outer edges. It is made of
 * `taps` elements along each axis: 1 nearest (ties to even), 2 linear, 4 cubic convolution with A = -3/4. outside: 0
 * zeros, 1 the border, 2 mirror images, about the centres of the border elements if aligned, else about their edges.
 * NaN gives NaN. height, width > 0, height * width < 2^31. With scratch memory of the size that
 * balboa_grid_sample_scratch wants it is faster; less, or none, is left alone. */
BALBOA_API int32_t balboa_grid_sample(int32_t dtype, int32_t taps, int32_t outside, int32_t aligned, int64_t n,
                                      int64_t channels, int64_t height, int64_t width, int64_t places, const void *x,
                                      const void *grid, void *y, void *scratch, int64_t scratch_bytes);
/* dx and dgrid = its derivatives times dy, like x and grid. */
BALBOA_API int32_t balboa_grid_sample_backward(int32_t dtype, int32_t taps, int32_t outside, int32_t aligned, int64_t n,
                                               int64_t channels, int64_t height, int64_t width, int64_t places,
                                               const void *x, const void *grid, const void *dy, void *dx, void *dgrid,
                                               void *scratch, int64_t scratch_bytes);
/* How many bytes of scratch memory both want; 0 where it would not help, negative for wrong arguments. */
BALBOA_API int64_t balboa_grid_sample_scratch(int32_t dtype, int64_t n, int64_t channels, int64_t height, int64_t width,
                                              int64_t places);
/* y[o, j, i] = sum of x[o, 0..j, i], without x[o, j, i] itself if exclusive, of x[o, j.., i] if reverse;
 * x, y [outer, n, inner], dtype F32 (added in f64), F64, I32 or I64 (wrapping). In place. */
BALBOA_API int32_t balboa_cumsum(int32_t dtype, int64_t outer, int64_t n, int64_t inner, int32_t exclusive,
                                 int32_t reverse, const void *x, void *y);
/* y[o, j, i] = product of x[o, 0..j, i], as above; dtype F32 (in f64), F64, or I32, I64, U8, I8 (wrapping). In place. */
BALBOA_API int32_t balboa_cumprod(int32_t dtype, int64_t outer, int64_t n, int64_t inner, int32_t exclusive,
                                  int32_t reverse, const void *x, void *y);
/* dx = its derivative times dy, all [outer, n, inner], without divisions: right where factors are 0. dtype F32 or F64. */
BALBOA_API int32_t balboa_cumprod_backward(int32_t dtype, int64_t outer, int64_t n, int64_t inner, int32_t exclusive,
                                           int32_t reverse, const void *x, const void *dy, void *dx);
/* dx[o, j, i] = dy[o, i] times the product of x[o, .., i] without x[o, j, i]: the derivative of BALBOA_REDUCE_PROD. */
BALBOA_API int32_t balboa_prod_backward(int32_t dtype, int64_t outer, int64_t n, int64_t inner, const void *x,
                                        const void *dy, void *dx);
/* y[i] = start + i step, rounded once from f64 (F32, F64), or computed in 64 bits from whole start and step (I32, I64). */
BALBOA_API int32_t balboa_arange(int32_t dtype, int64_t n, double start, double step, void *y);
/* y[i] = sum over j of (-1)^j coefficients[j] cos(2 pi j i / period), f32[n] from f64[count], rounded once; count >= 1,
 * period >= 1 and >= n - 1. */
BALBOA_API int32_t balboa_cosine_window(int64_t n, int64_t period, int32_t count, const double *coefficients, float *y);

/* Sorting along the middle of [outer, n, inner], n < 2^31; dtype F32, F64, I32 or I64. NaN is larger than everything,
 * equals (-0 and 0 too) keep their order. indices i32: where each value was. Lines are shared among `slots` >= 1 pieces
 * of scratch memory of one line each, aligned to 8 bytes. */
/* scratch: slots * 2 n * (8 bytes for types of 4 bytes, else 16). */
BALBOA_API int32_t balboa_sort(int32_t dtype, int32_t descending, int64_t outer, int64_t n, int64_t inner, const void *x,
                               void *values, int32_t *indices, int64_t slots, void *scratch);
/* The first k of the sorted line, 0 <= k <= n: values, indices [outer, k, inner]. scratch: slots * k * (as above). */
BALBOA_API int32_t balboa_topk(int32_t dtype, int32_t largest, int64_t outer, int64_t n, int64_t inner, int64_t k,
                               const void *x, void *values, int32_t *indices, int64_t slots, void *scratch);

/* ---- normalisation of rows: x seen as [rows, n], each row with a mean and a variance of its own
 * Element j of row r has parameter (r % groups) * (n / inner) + j / inner, of groups * (n / inner) in all; inner divides
 * n, groups divides rows. Layer normalisation: groups 1, inner 1. Group normalisation of [N, C, inner]: rows N * groups,
 * n = C / groups * inner. Computed in f64, rounded once. dtype F32 or F64 of everything, or BF16 of x, y, dy and dx with
 * parameters, their gradients and statistics in F32; n >= 1; epsilon >= 0. */

/* y = (x - mean) / sqrt(variance + epsilon) gamma + beta; gamma NULL is 1, beta NULL is 0. centred 0: mean is 0 and not
 * written (may be NULL), variance the mean square. mean, variance [rows]. */
BALBOA_API int32_t balboa_row_norm(int32_t dtype, int64_t rows, int64_t n, int64_t groups, int64_t inner,
                                   int32_t centred, double epsilon, const void *x, const void *gamma, const void *beta,
                                   void *y, void *mean, void *variance);
/* Its derivative, from the statistics that it wrote; dgamma and dbeta may be NULL where they are not wanted. */
BALBOA_API int32_t balboa_row_norm_backward(int32_t dtype, int64_t rows, int64_t n, int64_t groups, int64_t inner,
                                            int32_t centred, double epsilon, const void *x, const void *gamma,
                                            const void *mean, const void *variance, const void *dy, void *dx,
                                            void *dgamma, void *dbeta);

/* y = x (k + alpha / size sum of the squares of channels c - size / 2 to c + (size - 1) / 2)^-beta for x
 * [outer, channels, inner]; dtype F32 or F64, size in [1, 2^31]. */
BALBOA_API int32_t balboa_response_norm(int32_t dtype, int64_t outer, int64_t channels, int64_t inner, int64_t size,
                                        double alpha, double beta, double k, const void *x, void *y);
/* dx = its derivative at dy; scratch: as large as x. */
BALBOA_API int32_t balboa_response_norm_backward(int32_t dtype, int64_t outer, int64_t channels, int64_t inner,
                                                 int64_t size, double alpha, double beta, double k, const void *x,
                                                 const void *dy, void *dx, void *scratch);

/* ---- convolution with a max pooling over its results
 * numbers i64[24] = {batch, channels, height, width, filters, kernel h, w, stride h, w, dilation h, w, padding before h, w,
 * results h, w, window h, w, its stride h, w, its padding before h, w, pooled h, w, relu}. x [batch, height, width,
 * channels], y [batch, pooled h, pooled w, filters]; w [(filters + 31) / 32, kernel h, kernel w, channels, 32] with zeros behind
 * the last filter; bias f32[filters] or NULL. */

/* Bytes of scratch memory (aligned to 64) with which all threads can work, or the status of numbers that are wrong, or too
 * large for the room that a thread has for rows: BALBOA_ERR_ARGUMENT. */
BALBOA_API int64_t balboa_conv_max_scratch(const int64_t *numbers);
/* y = the largest results of each window, NaN the largest, cut off at 0 if relu is nonzero; results[o, p] = bias[o] + the
 * products of w[o, k] and x[stride p - padding + dilation k]. Works on as many threads as there is scratch memory for. */
BALBOA_API int32_t balboa_conv_max_f32(const int64_t *numbers, const float *x, const float *w, const float *bias,
                                       float *y, void *scratch, int64_t scratch_bytes);

/* ---- convolution with kernels of 3 x 3 and stride 1 by F(4 x 4, 3 x 3), for inference
 * Winograd, Arithmetic complexity of computations, 1980; Lavin and Gray, Fast algorithms for convolutional neural networks,
 * 2016. Tiles of 4 x 4 results Y = A^T [sum over c: (G g G^T) * (B^T d B)] A, element by element in the middle, of kernels g
 * and tiles d of 6 x 6 pixels: 36 products where the definition has 144.
 *   G   = [[1/4, 0, 0], [-1/6, -1/6, -1/6], [-1/6, 1/6, -1/6], [1/24, 1/12, 1/6], [1/24, -1/12, 1/6], [0, 0, 1]]
 *   B^T = [[4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0], [0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0],
 *          [0, 4, 0, -5, 0, 1]]
 *   A^T = [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]
 * numbers i64[12] = {batch, channels, height, width, filters, padding before h, w, results h, w, relu, blocked, pooled};
 * channels and filters are multiples of 16, and all sizes but batch and padding at least 1. x [batch, height, width,
 * channels]; y, residual [batch, results h, w, filters]; if blocked all three in blocks of 16 channels, x [batch,
 * channels / 16, height, width, 16] and so on. If pooled y holds the largest results of windows of 2 x 2 with stride 2, [batch,
 * results h / 2, w / 2, filters], rounded down, for which results are at least 2 x 2. Around the picture lie zeros: before it
 * as many as the padding says, behind it as many as the results see. Pixels that are not finite make NaNs of all results of
 * the tiles that see them. */

/* Elements of the transformed weights, 36 * ceil(filters / 32) * channels * 32, or the status of numbers that are wrong. */
BALBOA_API int64_t balboa_winograd_weights(const int64_t *numbers);
/* transformed f32[36, ceil(filters / 32), channels, 32] = G g G^T of w f32[filters, channels, 3, 3], row after row, in f64,
 * rounded once; zeros behind the last filter. Of the numbers only channels and filters matter. */
BALBOA_API int32_t balboa_winograd_transform_f32(const int64_t *numbers, const float *w, float *transformed);
/* Bytes of scratch memory (aligned to 64) for as many threads as there may be, or the status of numbers that are wrong. */
BALBOA_API int64_t balboa_winograd_scratch(const int64_t *numbers);
/* y = the convolution + bias f32[filters] + residual, either of which may be NULL, cut off at 0 if relu is nonzero; there is
 * no residual if pooled. Works on as many threads as there is scratch memory for, which is at least one. */
BALBOA_API int32_t balboa_winograd_f32(const int64_t *numbers, const float *x, const float *transformed,
                                       const float *bias, const float *residual, float *y, void *scratch,
                                       int64_t scratch_bytes);

/* ---- convolution of few places, or product of rows, with many weights
 * numbers i64[15] = {batch, channels, height, width, filters, kernel h, w, stride h, w, dilation h, w, padding before h, w,
 * results h, w}; all sizes but batch and padding at least 1. x [batch, height, width, channels]; y, residual [batch,
 * results h, w, filters]; w [(filters + 31) / 32, kernel h, kernel w, channels, 32] with zeros behind the last filter; bias
 * f32[filters]. Around the picture lie zeros, behind it as many as the results see. A linear map of rows is a picture one pixel
 * wide under a kernel of 1 x 1. */

/* Bytes of scratch memory (aligned to 64) with which all threads can work, or the status of numbers that are wrong. */
BALBOA_API int64_t balboa_panel_conv_scratch(const int64_t *numbers);
/* y = f(the products of w[o, k] and x[stride p - padding + dilation k], added up over k, + bias + residual), either of which
 * may be NULL. f is a balboa_unary with alpha and beta; BALBOA_LINEAR with 1 and 0 is none. y may be the residual. Works on as
 * many threads as there is scratch memory for. */
BALBOA_API int32_t balboa_panel_conv_f32(const int64_t *numbers, int32_t kind, float alpha, float beta, const float *x,
                                         const float *w, const float *bias, const float *residual, float *y,
                                         void *scratch, int64_t scratch_bytes);

/* ---- convolutions with a pooling in a row, and linear maps behind them
 * args i64[4 links] = {kind, address of numbers, of weights, of a bias or 0} for each link: numbers of balboa_conv_max_f32
 * if kind is 0, of balboa_winograd_f32 with blocked 0 and pooled 1 if it is 1, and if it is 2, {batch, features, filters,
 * relu} of a linear map, whose weights lie as [panels of 32 filters, filled up with zeros][features][32]. All have the same
 * batch, and each reads what the one before it writes, channels last; at most 16. At least the first one is a convolution,
 * and none comes behind a linear map. */

/* Bytes of scratch memory (aligned to 64) with which all threads can work, or the status of arguments that are wrong.
 * Addresses of weights and biases do not matter. */
BALBOA_API int64_t balboa_pooled_chain_scratch(int32_t links, const int64_t *args, int32_t planar);
/* y = the last link's results, [batch, filters, h, w] if planar is nonzero, which it is not with linear maps. Each thread
 * takes parts of the batch through all links, as many threads as there is scratch memory for. */
BALBOA_API int32_t balboa_pooled_chain_f32(int32_t links, const int64_t *args, int32_t planar, const float *x, float *y,
                                           void *scratch, int64_t scratch_bytes);

/* ---- pooling over windows given as tables; dtype F32 or F64
 * windows i64[9 + 3 E] = {in d, h, w, out d, h, w, step d, h, w, first[E], count[E], divisor[E]}, E = out d + out h +
 * out w: for each output position of each dimension in turn the first input position its window sees, how many, and
 * what it divides a mean by; positions are `step` apart. Planes x [in d, in h, in w] of less than 2^31 elements,
 * y [out d, out h, out w]. */

/* y = the first largest x of each window, NaN the largest; index i32 like y: its place in the plane. Planes may lie
 * interleaved: x [outer, in d, in h, in w, inner], y [outer, out d, out h, out w, inner]; inner is 1, or a multiple of 8,
 * where index may be NULL. BF16 too where inner is a multiple of 16. */
BALBOA_API int32_t balboa_window_max(int32_t dtype, int64_t outer, int64_t inner, const int64_t *windows, const void *x,
                                     void *y, int32_t *index);
/* dx = its derivative at dy, of interleaved planes, inner a multiple of 8: each dy at its place, which lies in its window,
 * and 0 elsewhere. Windows that share places add up in their order. */
BALBOA_API int32_t balboa_window_max_backward(int32_t dtype, int64_t outer, int64_t inner, const int64_t *windows,
                                              const int32_t *index, const void *dy, void *dx);
/* x = planes of zeros, to which each y is added at its index in its plane, in the order of k: x [outer, size, inner],
 * indices and y [outer, count, inner]. */
BALBOA_API int32_t balboa_unpool(int32_t dtype, int32_t index_dtype, int64_t outer, int64_t size, int64_t count,
                                 int64_t inner, const void *indices, const void *y, void *x, int64_t *bad_index);
/* y = sum of the window / product of its three divisors. */
BALBOA_API int32_t balboa_window_mean(int32_t dtype, int64_t planes, const int64_t *windows, const void *x, void *y);
/* dx = the adjoint of it at dy. */
BALBOA_API int32_t balboa_window_mean_backward(int32_t dtype, int64_t planes, const int64_t *windows, const void *dy,
                                               void *dx);

/* ---- recurrent layers
 * sizes i64[8] = {cell, reverse (0 or 1), T, N, C, H, and elements from a step of x to the next, from a sequence to the
 * next, which only forward reads}. G gates of H rows each: x [T, N, C] with contiguous rows, wx [G H, C],
 * wh [G H, H], bias [B H], states [N, H], y [T, N, H]; dtype F32 or F64 for all. lengths i32[N] in [0, T], NULL if all
 * are T: steps from a length on change no state and give y = 0; their x is not read. reverse goes from the last step to
 * the first. s is the logistic function, * works element by element. */

enum balboa_rnn_cell {
  BALBOA_RNN_TANH = 0, /* G = B = 1: h' = tanh(W x + U h + b) */
  BALBOA_RNN_RELU = 1, /* h' = max(W x + U h + b, 0) */
  /* G = B = 4, gates i f g o: c' = s(f) * c + s(i) * tanh(g), h' = s(o) * tanh(c') */
  BALBOA_RNN_LSTM = 2,
  /* peep [3 H]: p_i * c is added to i, p_f * c to f, p_o * c' to o */
  BALBOA_RNN_LSTM_PEEPHOLE = 3,
  /* G = B = 3, gates r z n: n = tanh(W_n x + U_n (s(r) * h) + b_n), h' = (1 - s(z)) * n + s(z) * h */
  BALBOA_RNN_GRU = 4,
  /* B = 4: n = tanh(W_n x + b_n + s(r) * (U_n h + b_m)) */
  BALBOA_RNN_GRU_LATE_RESET = 5
};

/* Elements that forward leaves for backward; -1 for sizes that are refused. */
BALBOA_API int64_t balboa_rnn_workspace(const int64_t *sizes);
/* Elements of scratch memory; -1 for sizes that are refused. */
BALBOA_API int64_t balboa_rnn_scratch(const int64_t *sizes, int32_t backward);
/* c0, c_last: LSTM only; peep: peepholes only. workspace may be NULL when there will be no backward. */
BALBOA_API int32_t balboa_rnn_forward(int32_t dtype, const int64_t *sizes, const void *x, const void *wx,
                                      const void *wh, const void *bias, const void *h0, const void *c0,
                                      const void *peep, const int32_t *lengths, void *y, void *h_last, void *c_last,
                                      void *workspace, void *scratch);
/* The recursion only; gradients of weights are products with what it gives by step, zero in padding: dsums [T, N, B H],
 * the gradients of the sums inside the gates (in the order of the bias; of U_n h + b_m last); before [T, N, H], the
 * hidden states that each step started from; reset [T, N, H] = s(r) * h (BALBOA_RNN_GRU only). dpeep [3 H]. */
BALBOA_API int32_t balboa_rnn_backward(int32_t dtype, const int64_t *sizes, const void *wh, const void *h0,
                                       const void *c0, const void *peep, const int32_t *lengths, const void *y,
                                       const void *workspace, const void *dy, const void *dh_last, const void *dc_last,
                                       void *dsums, void *before, void *reset, void *dh0, void *dc0, void *dpeep,
                                       void *scratch);
/* ---- quantisation: x = scale (q - zero), per element of the middle axis of [outer, channels, inner]
 * real: F32 or F64, the type of x and scales[channels]; code: the type of q and zeros[channels]. */

/* y[i] = rint(x / scale) + zero, saturated, the quotient rounded to the type; halves to even; NaN gives 0. code U8 or I8. */
BALBOA_API int32_t balboa_quantize(int32_t real, int32_t code, int64_t outer, int64_t channels, int64_t inner,
                                   const void *x, const void *scales, const void *zeros, void *y);
/* y[i] = (q - zero) scale, rounded once. code U8, I8 or I32. */
BALBOA_API int32_t balboa_dequantize(int32_t real, int32_t code, int64_t outer, int64_t channels, int64_t inner,
                                     const void *q, const void *scales, const void *zeros, void *y);
/* The scale[1] and zero[1] with which U8 covers 0 and [smallest[1], largest[1]]: scale = (max(0, largest) -
 * min(0, smallest)) / 255, or 1 if that is 0; zero = rint(-min(0, smallest) / scale). */
BALBOA_API int32_t balboa_quantize_range(int32_t real, const void *smallest, const void *largest, void *scale,
                                         uint8_t *zero);

/* ---- matrix products: C = alpha op(A) op(B) + beta C, row-major, by a BLAS routine that works on one thread
 * BLAS libraries bring a thread pool of their own; two pools on the same cores wait for each other's spinning threads.
 * Here the OpenMP threads that everything else runs on call the routine, each for its part of C.
 * trans_a, trans_b: nonzero if the memory holds the transpose. op(A) is [m, k], op(B) [k, n], C [m, n]; lda, ldb, ldc:
 * distance between rows in memory. count products, stride_a, stride_b, stride_c elements apart (0 repeats A or B). The
 * result depends on the thread limit, in the last bits, because the cuts do. */

/* cblas_sgemm: order, op(A), op(B), m, n, k, alpha, A, lda, B, ldb, beta, C, ldc. */
typedef void (*balboa_sgemm_routine)(int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, float, const float *,
                                     int32_t, const float *, int32_t, float, float *, int32_t);
typedef void (*balboa_dgemm_routine)(int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, double, const double *,
                                     int32_t, const double *, int32_t, double, double *, int32_t);
BALBOA_API int32_t balboa_sgemm(balboa_sgemm_routine gemm, int32_t trans_a, int32_t trans_b, int32_t m, int32_t n,
                                int32_t k, float alpha, const float *a, int32_t lda, int64_t stride_a, const float *b,
                                int32_t ldb, int64_t stride_b, float beta, float *c, int32_t ldc, int64_t stride_c,
                                int64_t count);
BALBOA_API int32_t balboa_dgemm(balboa_dgemm_routine gemm, int32_t trans_a, int32_t trans_b, int32_t m, int32_t n,
                                int32_t k, double alpha, const double *a, int32_t lda, int64_t stride_a,
                                const double *b, int32_t ldb, int64_t stride_b, double beta, double *c, int32_t ldc,
                                int64_t stride_c, int64_t count);
/* As balboa_sgemm, C = op(A) op(B), or with accumulate nonzero C += op(A) op(B), without a BLAS, on operands as they lie:
 * for small products and for few rows times a large matrix. The result does not depend on the thread limit. bias[n], or
 * NULL, is added to every row of C (not together with accumulate); with relu nonzero C is max(C, 0) in the end. */
BALBOA_API int32_t balboa_sgemm_direct(int32_t trans_a, int32_t trans_b, int32_t m, int32_t n, int32_t k,
                                       const float *a, int32_t lda, int64_t stride_a, const float *b, int32_t ldb,
                                       int64_t stride_b, int32_t accumulate, const float *bias, int32_t relu, float *c,
                                       int32_t ldc, int64_t stride_c, int64_t count);

/* ---- systems of equations */

/* cblas_dtrsm: order, side, uplo, op(A), diag, m, n, alpha, A, lda, B, ldb. */
typedef void (*balboa_dtrsm_routine)(int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, double,
                                     const double *, int32_t, double *, int32_t);
/* X of op(A) X = alpha B, or X op(A) = alpha B if right, over B [m, n]; A is a triangle. The right sides are shared among
 * the OpenMP threads. */
BALBOA_API int32_t balboa_dtrsm(balboa_dtrsm_routine trsm, balboa_dgemm_routine gemm, int32_t right, int32_t upper,
                                int32_t trans, int32_t unit, int32_t m, int32_t n, double alpha, const double *a,
                                int32_t lda, double *b, int32_t ldb);
/* P A = L U in place for count matrices a[n, lda], row-major: L without its diagonal of ones, U, and pivots[count, n]: row i
 * was exchanged with row pivots[i] >= i. zeros[count] = the first pivot that is exactly 0, or -1. The result depends on
 * the thread limit, in the last bits. An lda that is no multiple of a large power of 2 is best. */
BALBOA_API int32_t balboa_lu(balboa_dgemm_routine gemm, int64_t count, int32_t n, double *a, int32_t lda,
                             int32_t *pivots, int32_t *zeros);
/* X of op(A) X = B over B [count, n, ldb], of which there are so many columns, by the factors of balboa_lu. */
BALBOA_API int32_t balboa_lu_solve(balboa_dtrsm_routine trsm, balboa_dgemm_routine gemm, int32_t trans, int64_t count,
                                   int32_t n, int32_t columns, const double *factors, int32_t lda,
                                   const int32_t *pivots, double *b, int32_t ldb);
/* dst[r, c] = src[r, c] for src [rows, columns] of F32 or F64 and rows of dst that lie ld apart; position = r columns + c of
 * the first that is NaN or infinite, or -1. */
BALBOA_API int32_t balboa_widen_finite(int32_t dtype, int64_t rows, int64_t columns, const void *src, double *dst,
                                       int64_t ld, int64_t *position);
/* Negates each row of x[rows, n] whose largest element in magnitude is negative, and with it that of other[rows, width],
 * which may be NULL; of several elements that are as large, up to a part of tie, the first decides. */
BALBOA_API int32_t balboa_orient_rows(int64_t rows, int64_t n, double tie, double *x, int64_t width, double *other);

/* ---- attention: out = dropout(softmax(scale q k^T + mask)) v for each batch element and head
 * q [B, H, Lq, D], k [B, Hkv, Lk, D], v [B, Hkv, Lk, Dv]; head h works on key head h Hkv / H. The weights [Lq, Lk] are
 * computed tile by tile and never stored; products are those of the BLAS routine, on the OpenMP threads.
 * geometry i64[25] = {B, H, Hkv, Lq, Lk, D, Dv, causal (0 or 1), offset (causal: query i sees the keys up to i +
 * offset), strides of q, k, v and dout along their first three axes, strides of the mask along its four}. The last axis
 * of q, k, v and dout is contiguous and their rows do not overlap; sums are dense. out, dq, dk and dv lie with the heads
 * of a position side by side, as a product that follows reads them: out [B, Lq, H, Dv], dk [B, Lk, Hkv, D] in memory.
 * A query that sees no key, or whose scores are all -infinity, gets zeros. Hidden keys and values have to be finite.
 * Weight i of [B, H, Lq, Lk] is dropped if number i under the key (see the random numbers) is below dropout, else scaled
 * by 1 / (1 - dropout); key may be NULL if dropout is 0. */

enum balboa_mask {
  BALBOA_MASK_NONE = 0,
  BALBOA_MASK_BOOL = 1, /* bytes: the query sees the key where it is not 0 */
  BALBOA_MASK_ADDED = 2 /* numbers of the type of q, added to the scores */
};

/* Bytes of scratch memory (64-byte aligned) that let all threads of the calling thread's limit work; with less, fewer
 * do. Negative: a balboa_status. */
BALBOA_API int64_t balboa_attention_scratch(int32_t dtype, const int64_t *geometry);
/* sums [B, H, Lq]: the logarithm of each row's sum of exponentials, -infinity for a query that sees no key. */
BALBOA_API int32_t balboa_attention_f32(const int64_t *geometry, int32_t mask_kind,
                                        double scale, double dropout, const float *q, const float *k, const float *v,
                                        const void *mask, const int64_t *key, float *out, float *sums, void *scratch,
                                        int64_t scratch_bytes);
BALBOA_API int32_t balboa_attention_f64(const int64_t *geometry, int32_t mask_kind,
                                        double scale, double dropout, const double *q, const double *k,
                                        const double *v, const void *mask, const int64_t *key, double *out,
                                        double *sums, void *scratch, int64_t scratch_bytes);
/* Whether the processor has the products of bf16 that balboa_attention_bf16 is made of (AVX512_BF16). */
BALBOA_API int32_t balboa_has_bf16_attention(void);
/* The same on bf16, by kernels of its own: scores, exponentials and sums in f32, weights rounded to bf16, results rounded
 * once. sums and dropout as in f32. BALBOA_ERR_KIND where the processor lacks the products. */
BALBOA_API int32_t balboa_attention_bf16(const int64_t *geometry, int32_t mask_kind, double scale, double dropout,
                                         const uint16_t *q, const uint16_t *k, const uint16_t *v, const void *mask,
                                         const int64_t *key, uint16_t *out, float *sums, void *scratch,
                                         int64_t scratch_bytes);
/* dq, dk, dv from the results of the forward call. */
BALBOA_API int32_t balboa_attention_backward_f32(const int64_t *geometry, int32_t mask_kind,
                                                 double scale, double dropout, const float *q, const float *k,
                                                 const float *v, const void *mask, const int64_t *key,
                                                 const float *out, const float *sums, const float *dout, float *dq,
                                                 float *dk, float *dv, void *scratch, int64_t scratch_bytes);
BALBOA_API int32_t balboa_attention_backward_f64(const int64_t *geometry, int32_t mask_kind,
                                                 double scale, double dropout, const double *q, const double *k,
                                                 const double *v, const void *mask, const int64_t *key,
                                                 const double *out, const double *sums, const double *dout, double *dq,
                                                 double *dk, double *dv, void *scratch, int64_t scratch_bytes);

/* ---- Calls into oneDNN, side by side */

/* Kernels between executions: what args is, int64[] with addresses in it. Planes are interleaved, elements f32. */
enum balboa_call_kind {
  BALBOA_CALL_WINDOW_MAX = 0,          /* {dtype, outer, inner, windows, x, y} of balboa_window_max, without places */
  BALBOA_CALL_WINDOW_MAX_PLACES = 1,   /* the same with index at the end */
  BALBOA_CALL_WINDOW_MAX_BACKWARD = 2, /* {dtype, outer, inner, windows, index, dy, dx} */
  BALBOA_CALL_RELU_BACKWARD = 3,       /* {n, y, dy, dx}: dx[i] = y[i] > 0 ? dy[i] : 0 */
  BALBOA_CALL_ADD = 4                  /* {n, x, y}: y[i] += x[i] */
};
/* One execution of a primitive, with the types of dnnl.h: dnnl_primitive_t, dnnl_stream_t, dnnl_exec_arg_t[count].
 * Without primitive it is a kernel, and count is its balboa_call_kind. */
typedef struct {
  void *primitive, *stream, *args;
  int64_t count;
} balboa_call;
/* dnnl_primitive_execute */
typedef int32_t (*balboa_execute_fn)(void *primitive, void *stream, int32_t count, void *args);
/* List i, calls[first[i]] up to calls[first[i + 1] - 1], one after the other; the lists side by side, each on one
 * thread, as many as the calling thread's limit allows. first: int64[lists + 1]. The primitives have to be made for one
 * thread, and what one list writes no other may touch. The status is that of a call that failed; its list ends there. */
BALBOA_API int32_t balboa_run_calls(int32_t lists, const int64_t *first, const balboa_call *calls,
                                    balboa_execute_fn execute);

#ifdef __cplusplus
}
#endif

#endif
