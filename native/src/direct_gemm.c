/* Matrix products in F32 that read their operands as they lie. A BLAS and oneDNN copy operands into a packed form first,
 * or make ready to; for small products, and for a few rows times a large matrix, that costs more than the product. */
#include "internal.h"

#if defined(__GNUC__)
#define VECTOR(lanes) __attribute__((vector_size(4 * (lanes)), aligned(4), may_alias))
typedef float v4 VECTOR(4);
typedef float v8 VECTOR(8);
typedef float v16 VECTOR(16);
#else
typedef float v4, v8, v16;
#endif

enum {
  ROWS = 4,         /* rows of a tile */
  DEEP = 8,         /* neighbouring rows of B that few rows of C take in at once */
  SHORT = 4,        /* "few rows" */
  WIDE = 256,       /* columns from which on B is read row by row: narrower tiles would jump from page to page */
  HALVED = 8192,    /* elements of C up to which few rows are the sum of two products, over half of k each */
  LONG = 256,       /* terms from which on sums are cut into several */
  GATHERED = 256,   /* elements of a row of A that are gathered at a time where they lie apart */
  SERIAL_NS = 5000, /* work of a thread for which it pays to wake it */
};

/* C[m, n] = A B + (accumulate ? C : 0); A[i, p] = a[i * a_row + p * a_k]. Where there is a bias, C begins with
 * bias[j * bias_step] and accumulates. */
typedef struct {
  int64_t m, n, k, a_row, a_k, ldb, ldc, count, stride_a, stride_b, stride_c, bias_step;
  int32_t trans_b, accumulate, relu;
  const float *a, *b, *bias;
  float *c;
} product;

/* ---- B as rows of columns: NAME computes `rows` rows by COUNT vectors of C, which stay in registers while k goes by. */
#define DEFINE_TILE(NAME, VEC, COUNT)                                                                              \
  BALBOA_INLINE void NAME(const int rows, const product *p, const float *a, const float *b, float *c) {            \
    enum { LANES = sizeof(VEC) / sizeof(float) };                                                                  \
    VEC sum[ROWS][COUNT];                                                                                          \
    BALBOA_UNROLL(4) for (int r = 0; r < rows; r++) {                                                              \
      BALBOA_UNROLL(4) for (int v = 0; v < COUNT; v++) {                                                           \
        sum[r][v] = p->accumulate ? *(const VEC *)(c + r * p->ldc + v * LANES) : (VEC){0};                         \
      }                                                                                                            \
    }                                                                                                              \
    for (int64_t i = 0; i < p->k; i++) {                                                                           \
      VEC w[COUNT];                                                                                                \
      BALBOA_UNROLL(4) for (int v = 0; v < COUNT; v++) { w[v] = *(const VEC *)(b + i * p->ldb + v * LANES); }      \
      BALBOA_UNROLL(4) for (int r = 0; r < rows; r++) {                                                            \
        const float x = a[r * p->a_row + i * p->a_k];                                                              \
        BALBOA_UNROLL(4) for (int v = 0; v < COUNT; v++) { sum[r][v] += x * w[v]; }                                \
      }                                                                                                            \
    }                                                                                                              \
    BALBOA_UNROLL(4) for (int r = 0; r < rows; r++) {                                                              \
      BALBOA_UNROLL(4) for (int v = 0; v < COUNT; v++) { *(VEC *)(c + r * p->ldc + v * LANES) = sum[r][v]; }       \
    }                                                                                                              \
  }
DEFINE_TILE(tile_64, v16, 4)
DEFINE_TILE(tile_32, v16, 2)
DEFINE_TILE(tile_16, v16, 1)
DEFINE_TILE(tile_8, v8, 1)
DEFINE_TILE(tile_4, v4, 1)
DEFINE_TILE(tile_1, float, 1)

BALBOA_INLINE void tile_row(const int rows, const product *p, const float *a, const float *b, int64_t n, float *c) {
  const int lanes = (int)sizeof(v16) / (int)sizeof(float);
  int64_t j = 0;
  if (rows <= 2) {
    for (; j + 4 * lanes <= n; j += 4 * lanes) {
      tile_64(rows, p, a, b + j, c + j);
    }
  }
  for (; j + 2 * lanes <= n; j += 2 * lanes) {
    tile_32(rows, p, a, b + j, c + j);
  }
  for (; j + lanes <= n; j += lanes) {
    tile_16(rows, p, a, b + j, c + j);
  }
  for (; j + lanes / 2 <= n && lanes > 1; j += lanes / 2) {
    tile_8(rows, p, a, b + j, c + j);
  }
  for (; j + lanes / 4 <= n && lanes > 1; j += lanes / 4) {
    tile_4(rows, p, a, b + j, c + j);
  }
  for (; j < n; j++) {
    tile_1(rows, p, a, b + j, c + j);
  }
}

BALBOA_CLONES static void tiles(const product *p, const float *a, const float *b, int64_t m, int64_t n, float *c) {
  for (int64_t i = 0; i < m; i += ROWS) {
    const float *from = a + i * p->a_row;
    float *to = c + i * p->ldc;
    switch (bk_min(ROWS, m - i)) {
      case 1: tile_row(1, p, from, b, n, to); break;
      case 2: tile_row(2, p, from, b, n, to); break;
      case 3: tile_row(3, p, from, b, n, to); break;
      default: tile_row(4, p, from, b, n, to); break;
    }
  }
}

/* ---- few rows, many columns: adds `deep` rows of B, `apart` rows from each other, to what there is of C */
BALBOA_INLINE void stream_rows(const int rows, const int deep, int64_t apart, const product *p, const float *a,
                               const float *b, int64_t n, float *c) {
  enum { LANES = sizeof(v16) / sizeof(float) };
  float x[SHORT][DEEP];
  for (int r = 0; r < rows; r++) {
    for (int q = 0; q < deep; q++) {
      x[r][q] = a[r * p->a_row + q * apart * p->a_k];
    }
  }
  const int64_t next = apart * p->ldb;
  int64_t j = 0;
  for (; j + LANES <= n; j += LANES) {
    v16 w[DEEP];
    BALBOA_UNROLL(8) for (int q = 0; q < deep; q++) { w[q] = *(const v16 *)(b + q * next + j); }
    BALBOA_UNROLL(4) for (int r = 0; r < rows; r++) {
      v16 sum = *(const v16 *)(c + r * p->ldc + j);
      BALBOA_UNROLL(8) for (int q = 0; q < deep; q++) { sum += x[r][q] * w[q]; }
      *(v16 *)(c + r * p->ldc + j) = sum;
    }
  }
  for (; j < n; j++) {
    for (int r = 0; r < rows; r++) {
      float sum = c[r * p->ldc + j];
      for (int q = 0; q < deep; q++) {
        sum += x[r][q] * b[q * next + j];
      }
      c[r * p->ldc + j] = sum;
    }
  }
}

/* One or two rows of C read B at four places at once, far apart: the processor then fetches ahead in as many pages.
 * More rows of C would contend with these for places in the first cache. */
BALBOA_INLINE void stream_all(const int rows, const product *p, const float *a, const float *b, int64_t n, float *c) {
  for (int r = 0; r < rows && !p->accumulate; r++) {
    for (int64_t j = 0; j < n; j++) {
      c[r * p->ldc + j] = 0;
    }
  }
  int64_t i = 0;
  if (rows <= 2) {
    const int64_t quarter = p->k / 4;
    for (; i < quarter; i++) {
      stream_rows(rows, 4, quarter, p, a + i * p->a_k, b + i * p->ldb, n, c);
    }
    i = 4 * quarter;
  } else {
    for (; i + DEEP <= p->k; i += DEEP) {
      stream_rows(rows, DEEP, 1, p, a + i * p->a_k, b + i * p->ldb, n, c);
    }
  }
  for (; i < p->k; i++) {
    stream_rows(rows, 1, 1, p, a + i * p->a_k, b + i * p->ldb, n, c);
  }
}

BALBOA_CLONES static void stream(const product *p, const float *a, const float *b, int64_t m, int64_t n, float *c) {
  switch (m) {
    case 1: stream_all(1, p, a, b, n, c); break;
    case 2: stream_all(2, p, a, b, n, c); break;
    case 3: stream_all(3, p, a, b, n, c); break;
    default: stream_all(4, p, a, b, n, c); break;
  }
}

/* ---- B as columns of rows: every element of C is a dot product of two rows in memory */
BALBOA_INLINE float sum_of(v16 x) {
#if defined(__GNUC__)
  const union {
    v16 whole;
    v8 half[2];
  } a = {x};
  const union {
    v8 whole;
    v4 half[2];
  } b = {a.half[0] + a.half[1]};
  const v4 c = b.half[0] + b.half[1];
  return (c[0] + c[2]) + (c[1] + c[3]);
#else
  return x;
#endif
}

BALBOA_INLINE void dots(const int rows, const int columns, const product *p, int64_t k, const float *a, int64_t a_row,
                        const float *b, float *c, int accumulate) {
  enum { LANES = sizeof(v16) / sizeof(float) };
  v16 sum[ROWS][8];
  BALBOA_UNROLL(4) for (int r = 0; r < rows; r++) {
    BALBOA_UNROLL(8) for (int v = 0; v < columns; v++) { sum[r][v] = (v16){0}; }
  }
  int64_t i = 0;
  for (; i + LANES <= k; i += LANES) {
    v16 x[ROWS];
    BALBOA_UNROLL(4) for (int r = 0; r < rows; r++) { x[r] = *(const v16 *)(a + r * a_row + i); }
    BALBOA_UNROLL(8) for (int v = 0; v < columns; v++) {
      const v16 w = *(const v16 *)(b + v * p->ldb + i);
      BALBOA_UNROLL(4) for (int r = 0; r < rows; r++) { sum[r][v] += x[r] * w; }
    }
  }
  BALBOA_UNROLL(4) for (int r = 0; r < rows; r++) {
    BALBOA_UNROLL(8) for (int v = 0; v < columns; v++) {
      float total = sum_of(sum[r][v]);
      for (int64_t q = i; q < k; q++) {
        total += a[r * a_row + q] * b[v * p->ldb + q];
      }
      float *to = c + r * p->ldc + v;
      *to = accumulate ? *to + total : total;
    }
  }
}

/* One or two sums of many terms, each in four vectors, with rows of B that lie `apart` rows from each other. */
BALBOA_INLINE void long_dots(const int columns, int64_t apart, const product *p, int64_t k, const float *a,
                             const float *b, float *c, int accumulate) {
  enum { LANES = sizeof(v16) / sizeof(float), PARTS = 4 };
  const int64_t next = apart * p->ldb;
  v16 sum[2][PARTS];
  BALBOA_UNROLL(2) for (int v = 0; v < columns; v++) {
    BALBOA_UNROLL(4) for (int s = 0; s < PARTS; s++) { sum[v][s] = (v16){0}; }
  }
  int64_t i = 0;
  for (; i + PARTS * LANES <= k; i += PARTS * LANES) {
    BALBOA_UNROLL(4) for (int s = 0; s < PARTS; s++) {
      const v16 x = *(const v16 *)(a + i + s * LANES);
      BALBOA_UNROLL(2) for (int v = 0; v < columns; v++) {
        sum[v][s] += x * *(const v16 *)(b + v * next + i + s * LANES);
      }
    }
  }
  BALBOA_UNROLL(2) for (int v = 0; v < columns; v++) {
    float total = sum_of((sum[v][0] + sum[v][1]) + (sum[v][2] + sum[v][3]));
    for (int64_t q = i; q < k; q++) {
      total += a[q] * b[v * next + q];
    }
    float *to = c + v * apart;
    *to = accumulate ? *to + total : total;
  }
}

/* A row of many terms reads B at two places at once, half of the columns apart: the processor fetches ahead in both. */
BALBOA_INLINE void long_row(const product *p, int64_t k, const float *a, const float *b, int64_t n, float *c,
                            int accumulate) {
  const int64_t half = n / 2;
  for (int64_t j = 0; j < half; j++) {
    long_dots(2, half, p, k, a, b + j * p->ldb, c + j, accumulate);
  }
  if (n > 2 * half) {
    long_dots(1, 1, p, k, a, b + (n - 1) * p->ldb, c + n - 1, accumulate);
  }
}

BALBOA_INLINE void dot_row(const int rows, const product *p, int64_t k, const float *a, int64_t a_row, const float *b,
                           int64_t n, float *c, int accumulate) {
  if (rows == 1 && k >= LONG) {
    long_row(p, k, a, b, n, c, accumulate);
    return;
  }
  const int wide = rows == 1 ? 8 : 4;
  int64_t j = 0;
  for (; j + wide <= n; j += wide) {
    dots(rows, wide, p, k, a, a_row, b + j * p->ldb, c + j, accumulate);
  }
  for (; j < n; j++) {
    dots(rows, 1, p, k, a, a_row, b + j * p->ldb, c + j, accumulate);
  }
}

/* Rows of A that lie apart are gathered, a piece at a time. */
BALBOA_INLINE void dot_rows(const int rows, const product *p, const float *a, const float *b, int64_t n, float *c) {
  if (p->a_k == 1) {
    dot_row(rows, p, p->k, a, p->a_row, b, n, c, p->accumulate);
    return;
  }
  float piece[ROWS * GATHERED];
  for (int64_t i = 0; i < p->k; i += GATHERED) {
    const int64_t k = bk_min(GATHERED, p->k - i);
    for (int r = 0; r < rows; r++) {
      for (int64_t q = 0; q < k; q++) {
        piece[r * GATHERED + q] = a[r * p->a_row + (i + q) * p->a_k];
      }
    }
    dot_row(rows, p, k, piece, GATHERED, b + i, n, c, p->accumulate || i > 0);
  }
}

BALBOA_CLONES static void all_dots(const product *p, const float *a, const float *b, int64_t m, int64_t n, float *c) {
  for (int64_t i = 0; i < m; i += ROWS) {
    const float *from = a + i * p->a_row;
    float *to = c + i * p->ldc;
    switch (bk_min(ROWS, m - i)) {
      case 1: dot_rows(1, p, from, b, n, to); break;
      case 2: dot_rows(2, p, from, b, n, to); break;
      case 3: dot_rows(3, p, from, b, n, to); break;
      default: dot_rows(4, p, from, b, n, to); break;
    }
  }
}

/* ---- before and after a product, while its part of C is in the cache */
BALBOA_CLONES static void begin_with_bias(const product *p, int64_t column, int64_t m, int64_t n, float *c) {
  const float *bias = p->bias + column * p->bias_step;
  const int64_t step = p->bias_step;
  for (int64_t i = 0; i < m; i++) {
    BALBOA_SIMD for (int64_t j = 0; j < n; j++) { c[i * p->ldc + j] = bias[j * step]; }
  }
}

BALBOA_CLONES static void end_with_relu(const product *p, int64_t m, int64_t n, float *c) {
  for (int64_t i = 0; i < m; i++) {
    float *row = c + i * p->ldc;
    BALBOA_SIMD for (int64_t j = 0; j < n; j++) { row[j] = row[j] <= 0.0f ? 0.0f : row[j]; } /* NaN stays NaN */
  }
}

/* ---- threads: columns, rows or whole products are shared; no sum is cut, so the bits do not depend on it */
static void block(const product *p, int64_t matrix, int64_t row, int64_t column, int64_t m, int64_t n) {
  const float *a = p->a + matrix * p->stride_a + row * p->a_row;
  const float *b = p->b + matrix * p->stride_b + column * (p->trans_b ? p->ldb : 1);
  float *c = p->c + matrix * p->stride_c + row * p->ldc + column;
  if (p->bias != NULL) {
    begin_with_bias(p, column, m, n, c);
  }
  if (p->trans_b) {
    all_dots(p, a, b, m, n, c);
  } else if (p->m <= SHORT && p->n >= WIDE) {
    stream(p, a, b, m, n, c);
  } else {
    tiles(p, a, b, m, n, c);
  }
  if (p->relu) {
    end_with_relu(p, m, n, c);
  }
}

static void some_columns(void *context, int64_t begin, int64_t end) {
  const product *p = context;
  const int64_t from = bk_min(p->n, begin * 16), to = bk_min(p->n, end * 16);
  block(p, 0, 0, from, p->m, to - from);
}

static void some_rows(void *context, int64_t begin, int64_t end) {
  const product *p = context;
  const int64_t from = begin * ROWS, to = bk_min(p->m, end * ROWS);
  block(p, 0, from, 0, to - from, p->n);
}

static void some_products(void *context, int64_t begin, int64_t end) {
  const product *p = context;
  for (int64_t i = begin; i < end; i++) {
    block(p, i, 0, 0, p->m, p->n);
  }
}

/* Products over the first and the second half of k: each reads its half of B as it lies, from the first row to the
 * last, where halves of the columns would be read in pieces. */
static void some_of_halves(void *context, int64_t begin, int64_t end) {
  const product *halves = context;
  const int64_t units = (halves->n + 15) / 16;
  for (int h = 0; h < 2; h++) {
    const product *p = &halves[h];
    const int64_t from = 16 * bk_max(0, begin - h * units), to = bk_min(p->n, 16 * (end - h * units));
    if (from < to) {
      stream(p, p->a, p->b + from, p->m, to - from, p->c + from);
    }
  }
}

/* Always in halves, so that the bits do not depend on the number of threads. */
static void add_halves(const product *p, int64_t grain) {
  float more[HALVED];
  if (p->bias != NULL) {
    begin_with_bias(p, 0, p->m, p->n, p->c);
  }
  product halves[2] = {*p, *p};
  halves[0].k = p->k / 2;
  halves[1].k = p->k - halves[0].k;
  halves[1].a += halves[0].k * p->a_k;
  halves[1].b += halves[0].k * p->ldb;
  halves[1].c = more;
  halves[1].ldc = p->n;
  halves[1].accumulate = 0;
  bk_parallel(2 * ((p->n + 15) / 16), grain, some_of_halves, halves);
  for (int64_t r = 0; r < p->m; r++) {
    BALBOA_SIMD for (int64_t j = 0; j < p->n; j++) { p->c[r * p->ldc + j] += more[r * p->n + j]; }
  }
  if (p->relu) {
    end_with_relu(p, p->m, p->n, p->c);
  }
}

/* A column of results is a row of the transposed product, whose matrix is then read as it lies. */
static void turn_column(product *p) {
  if (p->n == 1 && p->ldc == 1 && (p->a_k == 1 || p->a_row == 1)) {
    const product q = *p;
    p->m = 1;
    p->n = q.m;
    p->a = q.b;
    p->a_row = 0;
    p->a_k = q.trans_b ? 1 : q.ldb;
    p->b = q.a;
    p->trans_b = q.a_k == 1;
    p->ldb = p->trans_b ? q.a_row : q.a_k;
    p->stride_a = q.stride_b;
    p->stride_b = q.stride_a;
    p->ldc = q.m;
    p->bias_step = 0;
  }
}

int32_t balboa_sgemm_direct(int32_t trans_a, int32_t trans_b, int32_t m, int32_t n, int32_t k, const float *a,
                            int32_t lda, int64_t stride_a, const float *b, int32_t ldb, int64_t stride_b,
                            int32_t accumulate, const float *bias, int32_t relu, float *c, int32_t ldc,
                            int64_t stride_c, int64_t count) {
  BK_CHECK(m >= 0 && n >= 0 && k >= 0 && count >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(bk_product3(count, m, n) >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(lda >= (trans_a ? m : k) && ldb >= (trans_b ? k : n) && ldc >= n, BALBOA_ERR_ARGUMENT);
  BK_CHECK(bias == NULL || !accumulate, BALBOA_ERR_ARGUMENT);
  if (m == 0 || n == 0 || count == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(c != NULL && (k == 0 || (a != NULL && b != NULL)), BALBOA_ERR_NULL);
  product p = {.m = m, .n = n, .k = k, .a_row = trans_a ? 1 : lda, .a_k = trans_a ? lda : 1, .ldb = ldb, .ldc = ldc,
               .count = count, .stride_a = stride_a, .stride_b = stride_b, .stride_c = stride_c,
               .bias_step = 1, .trans_b = trans_b && k > 0, .accumulate = accumulate || bias != NULL, .relu = relu,
               .a = a, .b = b, .bias = bias, .c = c};
  turn_column(&p);
  /* About 100 multiply-adds or 30 bytes a nanosecond. */
  const double ns = (double)p.m * (double)p.n * (double)p.k / 100 + (double)p.n * (double)p.k * 4 / 30;
  const double all = ns * (double)count;
  const int halved = count == 1 && !p.trans_b && p.m <= SHORT && p.n >= WIDE && p.k >= LONG && p.m * p.n <= HALVED;
  const int64_t units = count > 1 ? count : p.n >= p.m ? (p.n + 15) / 16 * (halved ? 2 : 1) : (p.m + ROWS - 1) / ROWS;
  const int64_t grain = bk_min(1 + (int64_t)(SERIAL_NS / (all / (double)units + 1e-9)), INT64_C(1) << 40);
  if (halved) {
    add_halves(&p, grain);
  } else {
    bk_parallel(units, grain, count > 1 ? some_products : p.n >= p.m ? some_columns : some_rows, &p);
  }
  return BALBOA_OK;
}
