/* Connectionist temporal classification against the sum over all alignments. */
#include "check.h"

enum { STEPS = 5, BATCH = 6, CLASSES = 3, WIDTH = 3, BLANK = 1 };

typedef struct {
  double total, share[STEPS][CLASSES];
} alignments;

/* Whether a path, without repeats and blanks, is the target. */
static int spells(const int *path, int steps, const int32_t *target, int length) {
  int found = 0, last = -1;
  for (int t = 0; t < steps; t++) {
    if (path[t] != last && path[t] != BLANK) {
      if (found == length || path[t] != target[found]) {
        return 0;
      }
      found++;
    }
    last = path[t];
  }
  return found == length;
}

static alignments enumerate(const double *x, int n, int steps, const int32_t *target, int length) {
  alignments all = {0};
  int count = 1;
  for (int t = 0; t < steps; t++) {
    count *= CLASSES;
  }
  for (int i = 0; i < count; i++) {
    int path[STEPS], rest = i;
    double p = 1;
    for (int t = 0; t < steps; t++, rest /= CLASSES) {
      path[t] = rest % CLASSES;
      p *= exp(x[(t * BATCH + n) * CLASSES + path[t]]);
    }
    if (spells(path, steps, target, length)) {
      all.total += p;
      for (int t = 0; t < steps; t++) {
        all.share[t][path[t]] += p;
      }
    }
  }
  return all;
}

static void check_type(int32_t dtype, int zero_infinity) {
  const int64_t n = STEPS * BATCH * CLASSES;
  double *x = NEW(double, n), *wide = NEW(double, n), loss64[BATCH], dloss64[BATCH];
  float *x32 = NEW(float, n), *narrow = NEW(float, n), loss32[BATCH], dloss32[BATCH];
  double *work = NEW(double, BATCH *(STEPS + 1) * (2 * WIDTH + 1));
  for (int64_t i = 0; i < n; i++) {
    x32[i] = (float)next_uniform(-3, 0);
    x[i] = (double)x32[i];
  }
  for (int i = 0; i < BATCH; i++) {
    dloss64[i] = dloss32[i] = (float)(i - 2.5f);
  }
  static const int32_t targets[BATCH][WIDTH] = {{0, 2, 0}, {0, 0, 9}, {2, 9, 9}, {-1, 9, 9}, {0, 0, 0}, {2, 2, 9}};
  static const int32_t lengths[BATCH] = {3, 2, 1, 0, 3, 2}, steps[BATCH] = {5, 4, 1, 3, 4, 0};
  int64_t bad = -1;
  const int f32 = dtype == BALBOA_F32;
  EXPECT_OK(balboa_ctc(dtype, STEPS, BATCH, CLASSES, WIDTH, f32 ? (void *)x32 : x, targets[0], steps, lengths, BLANK,
                       zero_infinity, work, f32 ? (void *)loss32 : loss64, &bad));
  EXPECT_OK(balboa_ctc_backward(dtype, STEPS, BATCH, CLASSES, WIDTH, f32 ? (void *)x32 : x, targets[0], steps, lengths,
                                BLANK, zero_infinity, f32 ? (void *)dloss32 : dloss64, work,
                                f32 ? (void *)narrow : wide, &bad));
  const double tolerance = f32 ? 1e-6 : 1e-13;
  for (int b = 0; b < BATCH; b++) {
    const alignments all = enumerate(x, b, steps[b], targets[b], lengths[b]);
    const int possible = all.total > 0;
    const double want = possible || !zero_infinity ? -log(all.total) : 0.0;
    const double got = f32 ? (double)loss32[b] : loss64[b];
    EXPECT(near_rel(got, want, tolerance, 1), "loss of %d: %g, want %g", b, got, want);
    for (int t = 0; t < STEPS; t++) {
      for (int c = 0; c < CLASSES; c++) {
        const int64_t at = (t * BATCH + b) * CLASSES + c;
        double slope = t < steps[b] && possible ? -dloss64[b] * all.share[t][c] / all.total : 0.0;
        slope = t < steps[b] && !possible && !zero_infinity ? (double)NAN : slope;
        const double is = f32 ? (double)narrow[at] : wide[at];
        EXPECT(near_rel(is, slope, tolerance, 1), "gradient of %d at %d, %d: %g, want %g", b, t, c, is, slope);
      }
    }
  }
  release(x);
  release(wide);
  release(x32);
  release(narrow);
  release(work);
}

static void check_refusals(void) {
  double x[STEPS * CLASSES] = {0}, work[(STEPS + 1) * (2 * WIDTH + 1)], loss = 7;
  int32_t target[WIDTH] = {0, 2, 0}, blank[WIDTH] = {0, BLANK, 0}, steps = 5, length = 3, many = 6, negative = -1;
  int64_t bad = -1;
#define CTC(targets, steps, lengths, blank)                                                                       \
  balboa_ctc(BALBOA_F64, STEPS, 1, CLASSES, WIDTH, x, targets, steps, lengths, blank, 0, work, &loss, &bad)
  EXPECT_OK(CTC(target, &steps, &length, BLANK));
  loss = 7;
  EXPECT_STATUS(BALBOA_ERR_INDEX, CTC(blank, &steps, &length, BLANK));
  EXPECT(bad == 0 && loss == 7, "written in spite of an error");
  EXPECT_STATUS(BALBOA_ERR_INDEX, CTC(target, &many, &length, BLANK));
  EXPECT_STATUS(BALBOA_ERR_INDEX, CTC(target, &steps, &many, BLANK));
  EXPECT_STATUS(BALBOA_ERR_INDEX, CTC(target, &steps, &negative, BLANK));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, CTC(target, &steps, &length, CLASSES));
  EXPECT_STATUS(BALBOA_ERR_NULL, CTC(NULL, &steps, &length, BLANK));
}

int main(void) {
  for (int zero_infinity = 0; zero_infinity < 2; zero_infinity++) {
    check_type(BALBOA_F32, zero_infinity);
    check_type(BALBOA_F64, zero_infinity);
  }
  check_refusals();
  return check_done("ctc");
}
