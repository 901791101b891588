/* Window functions against the C library's cosines in long double: every element within the rounding to f32. */
#include "check.h"

static double exact(int64_t i, int64_t period, int32_t count, const double *a) {
  const long double turn = 6.283185307179586476925286766559L * (long double)i / (long double)period;
  long double sum = 0;
  for (int32_t j = 0; j < count; j++) {
    sum += (j % 2 == 0 ? 1 : -1) * (long double)a[j] * cosl((long double)j * turn);
  }
  return (double)sum;
}

static void check_window(int64_t n, int64_t period, int32_t count, const double *a, int64_t step) {
  float *y = NEW(float, n);
  EXPECT_OK(balboa_cosine_window(n, period, count, a, y));
  for (int64_t i = 0; i < n; i += i < 100 ? 1 : step) {
    const double want = exact(i, period, count, a);

    /* Where coefficients cancel, what is left is no better than they are. */
    EXPECT(ulp_error(y[i], want) <= 0.51 || fabs((double)y[i] - want) <= 1e-16, "%d of %d: %g is not %g", (int)i,
           (int)period, (double)y[i], want);
    if (i > 0 && period - i < n) {
      EXPECT(y[i] == y[period - i], "%d of %d is not as its mirror image", (int)i, (int)period);
    }
  }
  release(y);
}

int main(void) {
  static const double hann[] = {0.5, 0.5}, hamming[] = {0.54, 0.46}, blackman[] = {0.42, 0.5, 0.08};
  static const double flat_top[] = {0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368};
  static const int64_t sizes[] = {1, 2, 3, 7, 16, 255, 256, 257, 1000, 40001};
  for (int i = 0; i < 10; i++) {
    for (int64_t symmetric = 0; symmetric < 2; symmetric++) {
      const int64_t n = sizes[i] + symmetric, period = sizes[i];
      check_window(n, period, 1, hann, 7);
      check_window(n, period, 2, hann, 7);
      check_window(n, period, 2, hamming, 7);
      check_window(n, period, 3, blackman, 7);
      check_window(n, period, 5, flat_top, 7);
    }
  }
  check_window(1 << 20, 1 << 20, 2, hann, 997);
  float y[2];
  EXPECT_OK(balboa_cosine_window(0, 1, 2, hann, NULL));
  EXPECT_OK(balboa_cosine_window(1, 1, 2, hann, y));
  EXPECT(y[0] == 0.0f, "the end of a window is %g", (double)y[0]);
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_cosine_window(2, 0, 2, hann, y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_cosine_window(-1, 1, 2, hann, y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_cosine_window(4, 2, 2, hann, y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_cosine_window(2, 2, 0, hann, y));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_cosine_window(2, 2, 2, NULL, y));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_cosine_window(2, 2, 2, hann, NULL));
  return check_done("cosine_window");
}
