/* A trial: C = A B (row-major, dense) as one single-threaded cblas_sgemm for each OpenMP thread, over a grid of blocks
 * of C. OpenBLAS's own threads must be set to one. */
#ifndef BALBOA_SGEMM_MT_H
#define BALBOA_SGEMM_MT_H

void sgemm_mt(int m, int n, int k, const float *a, const float *b, float *c);

#endif
