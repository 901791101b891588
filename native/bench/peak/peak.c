/*
 * The most multiply-adds in F32 that a thread makes: all operands stay in registers, and there are more chains of them
 * than the units need to be busy (two units with a latency of four cycles need eight).
 */
#include <immintrin.h>
#include <stdint.h>

/* Makes at least so many floating-point operations, a multiply-add being two; returns a number that depends on all. */
__attribute__((visibility("default"))) float balboa_peak_multiply_adds(int64_t operations);

/* x = x / 2 + 1 / 2 stays 1. */
#define COMPUTE(NAME, TARGET, VECTOR, LANES, CHAINS, SET1, FMA)                                                       \
  __attribute__((target(TARGET))) static float NAME(int64_t operations) {                                             \
    const VECTOR half = SET1(0.5F);                                                                                   \
    VECTOR x[CHAINS];                                                                                                 \
    for (int i = 0; i < (CHAINS); i++) {                                                                              \
      x[i] = SET1(1.0F);                                                                                              \
    }                                                                                                                 \
    for (int64_t done = 0; done < operations; done += INT64_C(2) * (CHAINS) * (LANES)) {                              \
      _Pragma("GCC unroll 20") for (int i = 0; i < (CHAINS); i++) {                                                   \
        x[i] = FMA(x[i], half, half);                                                                                 \
      }                                                                                                               \
    }                                                                                                                 \
    VECTOR sum = x[0];                                                                                                \
    for (int i = 1; i < (CHAINS); i++) {                                                                              \
      sum += x[i];                                                                                                    \
    }                                                                                                                 \
    return sum[0];                                                                                                    \
  }

COMPUTE(compute_512, "avx512f", __m512, 16, 20, _mm512_set1_ps, _mm512_fmadd_ps)
COMPUTE(compute_256, "avx2,fma", __m256, 8, 12, _mm256_set1_ps, _mm256_fmadd_ps)

float balboa_peak_multiply_adds(int64_t operations) {
  return __builtin_cpu_supports("avx512f") ? compute_512(operations) : compute_256(operations);
}
