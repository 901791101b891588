/* The matrix product of one element type: the including file defines T, ROUTINE (type of the BLAS's
 * routine), ENTRY (the exported function) and NAME(x). */

typedef struct {
  gemm_shape s;
  ROUTINE gemm;
  T alpha, beta;
  const T *a, *b;
  T *c;
} NAME(job);

/* C[row.., column..] of one matrix, m by n, tile by tile; the pieces along k are added up in their order. */
static void NAME(block)(const NAME(job) *j, int64_t matrix, int64_t row, int64_t column, int64_t m, int64_t n) {
  const gemm_shape *s = &j->s;
  const int32_t ta = s->trans_a ? TRANS : NO_TRANS, tb = s->trans_b ? TRANS : NO_TRANS;
  const T *a = j->a + matrix * s->stride_a, *b = j->b + matrix * s->stride_b;
  T *c = j->c + matrix * s->stride_c;
  for (int64_t y = row; y < row + m; y += s->tile_rows) {
    for (int64_t x = column; x < column + n; x += s->tile_columns) {
      for (int64_t z = 0; z < s->k; z += s->tile_k) {
        j->gemm(ROW_MAJOR, ta, tb, (int32_t)bk_min(s->tile_rows, row + m - y),
                (int32_t)bk_min(s->tile_columns, column + n - x), (int32_t)bk_min(s->tile_k, s->k - z), j->alpha,
                s->trans_a ? a + z * s->lda + y : a + y * s->lda + z, (int32_t)s->lda,
                s->trans_b ? b + x * s->ldb + z : b + z * s->ldb + x, (int32_t)s->ldb, z == 0 ? j->beta : (T)1,
                c + y * s->ldc + x, (int32_t)s->ldc);
      }
    }
  }
}

static void NAME(range)(void *context, int64_t begin, int64_t end) {
  const NAME(job) *j = context;
  const gemm_shape *s = &j->s;
  for (int64_t t = begin; t < end; t++) {
    const int64_t grid = s->row_blocks * s->column_blocks;
    const int64_t row = t % grid / s->column_blocks * s->rows, column = t % s->column_blocks * s->columns;
    const int64_t m = bk_min(s->rows, s->m - row), n = bk_min(s->columns, s->n - column);
    if (m > 0 && n > 0) {
      NAME(block)(j, t / grid, row, column, m, n);
    }
  }
}

/* C = beta C, for a product over nothing. */
static void NAME(scale)(const NAME(job) *j) {
  for (int64_t r = 0; r < j->s.count * j->s.m; r++) {
    T *row = j->c + r / j->s.m * j->s.stride_c + r % j->s.m * j->s.ldc;
    for (int64_t i = 0; i < j->s.n; i++) {
      row[i] = j->beta == 0 ? 0 : j->beta * row[i];
    }
  }
}

int32_t ENTRY(ROUTINE gemm, int32_t trans_a, int32_t trans_b, int32_t m, int32_t n, int32_t k, T alpha, const T *a,
              int32_t lda, int64_t stride_a, const T *b, int32_t ldb, int64_t stride_b, T beta, T *c, int32_t ldc,
              int64_t stride_c, int64_t count) {
  NAME(job) j = {.s = {.trans_a = trans_a, .trans_b = trans_b, .m = m, .n = n, .k = k, .lda = lda, .ldb = ldb,
                       .ldc = ldc, .stride_a = stride_a, .stride_b = stride_b, .stride_c = stride_c, .count = count},
                 .gemm = gemm, .alpha = alpha, .beta = beta, .a = a, .b = b, .c = c};
  const int32_t status = check(&j.s);
  BK_CHECK(status == BALBOA_OK, status);
  if (m == 0 || n == 0 || count == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(gemm != NULL && c != NULL && (k == 0 || (a != NULL && b != NULL)), BALBOA_ERR_NULL);
  if (k == 0) {
    NAME(scale)(&j);
    return BALBOA_OK;
  }
  const int64_t blocks = choose_grid(&j.s);
  choose_tiles(&j.s);
  bk_parallel(blocks, blocks == 1 || work_of(&j.s) * (double)count < SERIAL_WORK ? blocks : 1, NAME(range), &j);
  return BALBOA_OK;
}
