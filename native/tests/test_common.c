/* Version and thread functions. */
#include "check.h"

/* Threads take ranges: every element is met once, nothing beyond. */
static void test_ranges(float *x, int64_t n, int threads) {
  EXPECT_OK(balboa_set_threads(threads));
  for (int64_t i = 0; i < n + 16; i++) {
    x[i] = (float)(i + 1);
  }
  EXPECT_OK(balboa_unary_f32(BALBOA_NEG, n, x, x, 0, 0));
  for (int64_t i = 0; i < n + 16; i++) {
    const float expected = (float)(i < n ? -(i + 1) : i + 1);
    EXPECT(x[i] == expected, "%d threads, %d elements: %g at %d", threads, (int)n, (double)x[i], (int)i);
  }
}

int main(void) {
  EXPECT(balboa_kernels_abi_version() == BALBOA_KERNELS_ABI, "abi %d", (int)balboa_kernels_abi_version());
  EXPECT(strcmp(balboa_kernels_version_string(), "0.1.0") == 0, "version %s", balboa_kernels_version_string());
  const char *isa = balboa_kernels_isa();
  EXPECT(strcmp(isa, "avx512") == 0 || strcmp(isa, "avx2") == 0 || strcmp(isa, "baseline") == 0, "isa %s", isa);
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_set_threads(0));
  EXPECT_OK(balboa_set_threads(1));
  EXPECT(balboa_max_threads() == 1, "threads %d", (int)balboa_max_threads());
  const int64_t sizes[] = {1, 1023, 65535, 65536, 100003, 1 << 20};
  const int counts[] = {1, 2, 3, 7, 70}; /* 70: more than have a share of their own */
  float *x = malloc((size_t)(sizes[5] + 16) * sizeof *x);
  for (int i = 0; i < 6; i++) {
    for (int k = 0; k < 5; k++) {
      test_ranges(x, sizes[i], counts[k]);
    }
  }
  free(x);
  printf("%s\n", isa);
  return check_done("common");
}
