/* Lists of calls: each call once, in the order of its list, and the status of one that fails. */
#include "check.h"

enum { LISTS = 5, LENGTH = 40 };
typedef struct {
  int64_t list, position;
} place;
static int64_t reached[LISTS];

/* primitive: the place of the call; stream: unused; count: 1 for a call that fails. */
static int32_t execute(void *primitive, void *stream, int32_t count, void *args) {
  (void)stream, (void)args;
  const place *p = primitive;
  EXPECT(reached[p->list] == p->position, "list %d: call %d after %d", (int)p->list, (int)p->position,
         (int)reached[p->list]);
  reached[p->list]++;
  return count == 1 ? 7 : 0;
}

static int64_t at(const void *p) { return (int64_t)(intptr_t)p; }

/* The larger of every two of four numbers with its place, twice that back to where it was, not where the result is not
 * positive, and added to what is there. */
static void check_kernels(const int64_t *windows, const float *x) {
  float y[16], dy[16], masked[16], dx[32], sum[32];
  int32_t index[16];
  for (int i = 0; i < 16; i++) {
    dy[i] = (float)(2 * i);
  }
  for (int i = 0; i < 32; i++) {
    sum[i] = 1.0f;
  }
  int64_t forward[7] = {BALBOA_F32, 1, 8, at(windows), at(x), at(y), at(index)};
  int64_t relu[4] = {16, at(y), at(dy), at(masked)};
  int64_t back[7] = {BALBOA_F32, 1, 8, at(windows), at(index), at(masked), at(dx)};
  int64_t add[3] = {32, at(dx), at(sum)};
  const balboa_call calls[4] = {{NULL, NULL, forward, BALBOA_CALL_WINDOW_MAX_PLACES},
                                {NULL, NULL, relu, BALBOA_CALL_RELU_BACKWARD},
                                {NULL, NULL, back, BALBOA_CALL_WINDOW_MAX_BACKWARD},
                                {NULL, NULL, add, BALBOA_CALL_ADD}};
  const int64_t all[2] = {0, 4};
  EXPECT_OK(balboa_run_calls(1, all, calls, execute));
  for (int i = 0; i < 16; i++) {
    const int to = 2 * (i / 8);
    const float got = sum[to * 8 + i % 8], want = 1.0f + (x[to * 8 + i % 8] > 0 ? 2.0f * (float)i : 0.0f);
    EXPECT(index[i] == to && got == want, "place %d, gradient %g of maximum %d", (int)index[i], (double)got, i);
    EXPECT(sum[(to + 1) * 8 + i % 8] == 1.0f, "gradient beside maximum %d", i);
  }
}

int main(void) {
  static place places[LISTS * LENGTH];
  static balboa_call calls[LISTS * LENGTH];
  const int64_t first[LISTS + 1] = {0, LENGTH, LENGTH, 2 * LENGTH, 3 * LENGTH, 4 * LENGTH}; /* the second is empty */
  for (int threads = 1; threads <= 6; threads++) {
    balboa_set_threads(threads);
    for (int lists = 0; lists <= LISTS; lists++) {
      for (int i = 0; i < LISTS; i++) {
        reached[i] = 0;
        for (int64_t k = first[i]; k < first[i + 1]; k++) {
          places[k] = (place){i, k - first[i]};
          calls[k] = (balboa_call){&places[k], NULL, NULL, 0};
        }
      }
      EXPECT_OK(balboa_run_calls(lists, first, calls, execute));
      for (int i = 0; i < LISTS; i++) {
        EXPECT(reached[i] == (i < lists ? first[i + 1] - first[i] : 0), "list %d of %d ended at %d", i, lists,
               (int)reached[i]);
      }
    }
    for (int i = 0; i < LISTS; i++) {
      reached[i] = 0;
    }
    calls[3 * LENGTH - 5].count = 1;
    EXPECT_STATUS(7, balboa_run_calls(LISTS, first, calls, execute));
    EXPECT(reached[3] == LENGTH - 4 && reached[4] == LENGTH, "after a failure: %d and %d", (int)reached[3],
           (int)reached[4]);
  }
  /* The larger of every two of four numbers, for eight planes side by side. */
  float x[4 * 8], y[2 * 8];
  for (int i = 0; i < 32; i++) {
    x[i] = (float)(i / 8 % 2 == 0 ? i : -i);
  }
  const int64_t windows[9 + 3 * 4] = {1, 1, 4, 1, 1, 2, 1, 1, 1, 0, 0, 0, 2, 1, 1, 2, 2, 1, 1, 1, 1};
  int64_t window[6] = {BALBOA_F32, 1, 8, (int64_t)(intptr_t)windows, (int64_t)(intptr_t)x, (int64_t)(intptr_t)y};
  const balboa_call pooling = {NULL, NULL, window, BALBOA_CALL_WINDOW_MAX};
  const int64_t one[2] = {0, 1};
  EXPECT_OK(balboa_run_calls(1, one, &pooling, execute));
  for (int i = 0; i < 16; i++) {
    EXPECT(y[i] == (float)(i % 8 + i / 8 * 16), "maximum %d is %g", i, (double)y[i]);
  }
  check_kernels(windows, x);
  const balboa_call unknown = {NULL, NULL, window, 99};
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_run_calls(1, one, &unknown, execute));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_run_calls(-1, first, calls, execute));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_run_calls(1, NULL, calls, execute));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_run_calls(1, first, NULL, execute));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_run_calls(1, first, calls, NULL));
  return check_done("calls");
}
