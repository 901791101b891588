/* Lists of calls into oneDNN, side by side. */
#include "internal.h"

#ifdef _OPENMP
#include <omp.h>
#endif

static int32_t window_max(const int64_t *a) {
  return balboa_window_max((int32_t)a[0], a[1], a[2], (const int64_t *)(intptr_t)a[3], (const void *)(intptr_t)a[4],
                           (void *)(intptr_t)a[5], NULL);
}

/* Calls [from, to); the status of the first that fails. */
static int32_t run_list(const balboa_call *calls, int64_t from, int64_t to, balboa_execute_fn execute) {
  for (int64_t i = from; i < to; i++) {
    const balboa_call *c = &calls[i];
    const int32_t status = c->primitive == NULL ? window_max((const int64_t *)c->args)
                                                : execute(c->primitive, c->stream, (int32_t)c->count, c->args);
    if (status != 0) {
      return status;
    }
  }
  return BALBOA_OK;
}

int32_t balboa_run_calls(int32_t lists, const int64_t *first, const balboa_call *calls, balboa_execute_fn execute) {
  BK_CHECK(lists >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(lists == 0 || (first != NULL && calls != NULL && execute != NULL), BALBOA_ERR_NULL);
  for (int32_t i = 0; i < lists; i++) {
    BK_CHECK(first[i] >= 0 && first[i] <= first[i + 1], BALBOA_ERR_ARGUMENT);
  }
  int32_t bad = BALBOA_OK;
  if (lists <= 1) {
    return lists == 0 ? BALBOA_OK : run_list(calls, first[0], first[1], execute);
  }
#ifdef _OPENMP
#pragma omp parallel for schedule(static, 1) num_threads(omp_get_max_threads())
#endif
  for (int32_t i = 0; i < lists; i++) {
    const int32_t status = run_list(calls, first[i], first[i + 1], execute);
    if (status != 0) {
#ifdef _OPENMP
#pragma omp atomic write
#endif
      bad = status;
    }
  }
  return bad;
}
