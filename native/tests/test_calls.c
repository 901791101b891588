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
  const balboa_call pooling = {NULL, NULL, window, 0};
  const int64_t one[2] = {0, 1};
  EXPECT_OK(balboa_run_calls(1, one, &pooling, execute));
  for (int i = 0; i < 16; i++) {
    EXPECT(y[i] == (float)(i % 8 + i / 8 * 16), "maximum %d is %g", i, (double)y[i]);
  }
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_run_calls(-1, first, calls, execute));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_run_calls(1, NULL, calls, execute));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_run_calls(1, first, NULL, execute));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_run_calls(1, first, calls, NULL));
  return check_done("calls");
}
