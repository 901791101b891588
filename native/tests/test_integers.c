/* Random integers and permutations: range, evenness, repeatability, errors. */
#include "check.h"

int main(void) {
  const int64_t key[2] = {42, 7};
  enum { N = 60000 };
  int64_t *y = NEW(int64_t, N), *again = NEW(int64_t, N);
  int32_t *z = NEW(int32_t, N), *p = NEW(int32_t, N);
  balboa_set_threads(4);
  EXPECT_OK(balboa_random_i64(N, key, -3, 6, y));
  balboa_set_threads(1);
  EXPECT_OK(balboa_random_i64(N, key, -3, 6, again));
  EXPECT_OK(balboa_random_i32(N, key, -3, 6, z));
  int64_t count[6] = {0};
  for (int i = 0; i < N; i++) {
    EXPECT(y[i] == again[i] && y[i] == z[i], "element %d: %d, %d, %d", i, (int)y[i], (int)again[i], (int)z[i]);
    EXPECT(y[i] >= -3 && y[i] < 3, "%d is out of range", (int)y[i]);
    count[y[i] + 3]++;
  }
  for (int i = 0; i < 6; i++) {
    EXPECT(count[i] > 9600 && count[i] < 10400, "value %d came %d times", i - 3, (int)count[i]);
  }
  EXPECT_OK(balboa_random_i64(N, key, INT64_MIN, UINT64_C(0xc000000000000001), y)); /* a quarter is rejected */
  for (int i = 0; i < N; i++) {
    EXPECT(y[i] <= (int64_t)(UINT64_C(0x4000000000000000)), "out of range");
  }
  EXPECT_OK(balboa_permutation(N, key, p));
  memset(again, 0, N * sizeof(int64_t));
  int64_t fixed = 0;
  for (int i = 0; i < N; i++) {
    EXPECT(p[i] >= 0 && p[i] < N && again[p[i]]++ == 0, "no permutation at %d", i);
    fixed += p[i] == i;
  }
  EXPECT(fixed < 10, "%d elements stayed", (int)fixed);
  EXPECT_OK(balboa_permutation(0, key, NULL));
  EXPECT_OK(balboa_permutation(1, key, p));
  EXPECT(p[0] == 0, "%d", p[0]);
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_random_i64(N, key, 0, 0, y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_random_i32(N, key, 1, UINT64_C(0x80000000), z));
  EXPECT_OK(balboa_random_i32(N, key, INT32_MIN, UINT64_C(0x100000000), z));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_permutation(-1, key, p));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_permutation(INT64_C(1) << 31, key, p));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_permutation(1, NULL, p));
  release(y), release(again), release(z), release(p);
  return check_done("integers");
}
