/* Lists of calls into oneDNN and of kernels, side by side. */
#include "internal.h"

#ifdef _OPENMP
#include <omp.h>
#endif

/* The address in an argument. */
static void *address(int64_t a) { return (void *)(intptr_t)a; }

BALBOA_CLONES static void add(int64_t n, const float *x, float *y) {
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] += x[i]; }
}

static int32_t run_kernel(int64_t kind, const int64_t *a) {
  switch (kind) {
    case BALBOA_CALL_WINDOW_MAX:
      return balboa_window_max((int32_t)a[0], a[1], a[2], address(a[3]), address(a[4]), address(a[5]), NULL);
    case BALBOA_CALL_WINDOW_MAX_PLACES:
      return balboa_window_max((int32_t)a[0], a[1], a[2], address(a[3]), address(a[4]), address(a[5]), address(a[6]));
    case BALBOA_CALL_WINDOW_MAX_BACKWARD:
      return balboa_window_max_backward((int32_t)a[0], a[1], a[2], address(a[3]), address(a[4]), address(a[5]),
                                        address(a[6]));
    case BALBOA_CALL_RELU_BACKWARD:
      return balboa_unary_backward_from_y_f32(BALBOA_RELU, a[0], address(a[1]), address(a[2]), address(a[3]), 0, 0);
    case BALBOA_CALL_ADD:
      add(a[0], address(a[1]), address(a[2]));
      return BALBOA_OK;
    default:
      return BALBOA_ERR_KIND;
  }
}

/* Calls [from, to); the status of the first that fails. */
static int32_t run_list(const balboa_call *calls, int64_t from, int64_t to, balboa_execute_fn execute) {
  for (int64_t i = from; i < to; i++) {
    const balboa_call *c = &calls[i];
    const int32_t status = c->primitive == NULL ? run_kernel(c->count, (const int64_t *)c->args)
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
