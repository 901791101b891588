#include "sgemm_mt.h"

#include <cblas.h>
#include <omp.h>

/* Cuts the longer side of C; ranges start at multiples of 16. */
void sgemm_mt(int m, int n, int k, const float *a, const float *b, float *c) {
  const double work = (double)m * n * k;
  const int threads = work < 64.0 * 64 * 64 ? 1 : omp_get_max_threads();
  const int by_rows = m >= n, side = by_rows ? m : n;
  const int share = ((side + threads - 1) / threads + 15) / 16 * 16;
#pragma omp parallel num_threads(threads) if (threads > 1)
  {
    const int begin = omp_get_thread_num() * share;
    const int size = side - begin < share ? side - begin : share;
    if (size > 0 && by_rows) {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size, n, k, 1, a + (long)begin * k, k, b, n, 0,
                  c + (long)begin * n, n);
    } else if (size > 0) {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, size, k, 1, a, k, b + begin, n, 0, c + begin, n);
    }
  }
}
